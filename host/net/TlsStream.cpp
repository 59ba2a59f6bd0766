#include "net/TlsStream.h"

#include <array>
#include <cerrno>
#include <new>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace netbit::net {

namespace {

constexpr std::size_t recordBytes = SSL3_RT_MAX_PLAIN_LENGTH;

int descriptorOf(BIO* bio) noexcept { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int writeSocket(BIO* bio, const char* bytes, std::size_t size, std::size_t* written)
{
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(descriptorOf(bio), bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        BIO_set_retry_write(bio);
    *written = sent > 0 ? static_cast<std::size_t>(sent) : 0;
    return sent > 0 ? 1 : 0;
}

int readSocket(BIO* bio, char* to, std::size_t size, std::size_t* got)
{
    BIO_clear_retry_flags(bio);
    const auto count = ::recv(descriptorOf(bio), to, size, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        BIO_set_retry_read(bio);
    *got = count > 0 ? static_cast<std::size_t>(count) : 0;
    return count > 0 ? 1 : 0;
}

long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

int create(BIO* bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

/// OpenSSL's own one for sockets raises SIGPIPE.
const BIO_METHOD* socketMethod()
{
    static BIO_METHOD* const method = [] {
        auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "netbit socket");
        if (!made)
            throw std::bad_alloc();
        BIO_meth_set_write_ex(made, &writeSocket);
        BIO_meth_set_read_ex(made, &readSocket);
        BIO_meth_set_ctrl(made, &control);
        BIO_meth_set_create(made, &create);
        return made;
    }();
    return method;
}

} // namespace

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, const TlsDoor& door, int descriptor)
    : _context(std::move(context)), _door(door), _ssl(SSL_new(_context->native())), _descriptor(descriptor)
{
    auto* const bio = _ssl ? BIO_new(socketMethod()) : nullptr;
    if (!bio) {
        SSL_free(_ssl);
        throw std::bad_alloc();
    }
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
    SSL_set_bio(_ssl, bio, bio);
    SSL_set_app_data(_ssl, this);
    SSL_set_accept_state(_ssl);
}

TlsStream::~TlsStream() { SSL_free(_ssl); }

const std::string& TlsStream::protocolOf(const SSL& connection)
{
    return static_cast<const TlsStream*>(SSL_get_app_data(&connection))->_door.protocol;
}

TlsStream::Step TlsStream::stepOf(int result)
{
    switch (SSL_get_error(_ssl, result)) {
    case SSL_ERROR_NONE: return Step::done;
    case SSL_ERROR_WANT_READ: return Step::wantRead;
    case SSL_ERROR_WANT_WRITE: return Step::wantWrite;
    case SSL_ERROR_ZERO_RETURN: return Step::ended;
    default: _failed = true; return Step::failed;
    }
}

TlsStream::Step TlsStream::shake()
{
    if (!_begun) {
        char first = 0;
        if (::recv(_descriptor, &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1) {
            _begun = true;
            if (first >= 'A' && first <= 'Z') {
                _failed = true;
                return Step::plain;
            }
        }
    }
    ERR_clear_error();
    const auto step = stepOf(SSL_do_handshake(_ssl));
    _shaken = step == Step::done;
    return step == Step::ended ? Step::failed : step;
}

TlsStream::Step TlsStream::read(char* to, std::size_t most, std::size_t& got)
{
    got = 0;
    while (got < most) {
        std::size_t count = 0;
        ERR_clear_error();
        const auto step = stepOf(SSL_read_ex(_ssl, to + got, most - got, &count));
        if (step != Step::done)
            return step;
        got += count;
        if (SSL_has_pending(_ssl) != 1)
            return Step::wantRead; // if there is more, the socket tells of it
    }
    return Step::done;
}

bool TlsStream::holdsMore() const noexcept
{
    return _failed || SSL_has_pending(_ssl) == 1 || (SSL_get_shutdown(_ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

Outbox::Progress TlsStream::write(Outbox& outbox)
{
    std::array<char, recordBytes> room;
    while (!outbox.empty()) {
        // After wantWrite OpenSSL must be given the same bytes again: what is queued behind them only makes more of them.
        const auto bytes = outbox.front(room.data(), room.size());
        std::size_t count = 0;
        ERR_clear_error();
        const auto step = stepOf(SSL_write_ex(_ssl, bytes.data(), bytes.size(), &count));
        if (step == Step::wantWrite)
            return Outbox::Progress::blocked;
        if (step != Step::done)
            return Outbox::Progress::failed;
        outbox.advance(count);
    }
    outbox.clear();
    return Outbox::Progress::done;
}

TlsStream::Step TlsStream::sayGoodbye()
{
    if (!_shaken || _failed)
        return Step::failed;
    ERR_clear_error();
    const int result = SSL_shutdown(_ssl);
    return result >= 0 ? Step::done : stepOf(result);
}

} // namespace netbit::net
