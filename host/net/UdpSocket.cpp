#include "net/UdpSocket.h"

#include "net/InheritedSockets.h"
#include "net/PeerText.h"

#include <Poco/Net/DatagramSocketImpl.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/epoll.h>

namespace netbit::net {

static_assert(sizeof(DatagramAddress::bytes) >= sizeof(sockaddr_in6));

namespace {

/// A socket that is bound already.
class Adopted : public Poco::Net::DatagramSocket {
public:
    explicit Adopted(base::Descriptor descriptor) : DatagramSocket(new Poco::Net::DatagramSocketImpl(descriptor.release())) {}
};

} // namespace

bool DatagramAddress::operator==(const DatagramAddress& other) const noexcept
{
    return length == other.length && std::memcmp(bytes, other.bytes, length) == 0;
}

std::string DatagramAddress::text() const { return peerText(*reinterpret_cast<const sockaddr*>(bytes)); }

base::Result<std::unique_ptr<DatagramSocket>> DatagramSocket::bind(ReactorPool& reactors, DatagramOptions options)
{
    Poco::Net::IPAddress address;
    if (!Poco::Net::IPAddress::tryParse(options.address, address))
        return base::fault(base::Status::invalid, "bad_address", options.address + " is not a numeric IP address.");
    const Poco::Net::SocketAddress where(address, options.port);
    try {
        if (auto given = reactors.inherited() ? reactors.inherited()->find(where, SOCK_DGRAM) : base::Descriptor()) {
            Adopted adopted(std::move(given));
            adopted.setBlocking(false);
            adopted.setReceiveBufferSize(options.receiveBufferBytes);
            return std::unique_ptr<DatagramSocket>(std::make_unique<UdpSocket>(reactors.next(), std::move(adopted)));
        }
        Poco::Net::DatagramSocket socket(address.family() == Poco::Net::IPAddress::IPv6
                                             ? Poco::Net::SocketAddress::IPv6
                                             : Poco::Net::SocketAddress::IPv4);
        socket.bind(where, false, false);
        socket.setBlocking(false);
        socket.setReceiveBufferSize(options.receiveBufferBytes);
        return std::unique_ptr<DatagramSocket>(std::make_unique<UdpSocket>(reactors.next(), std::move(socket)));
    } catch (const Poco::Exception& error) {
        if (error.code() == EADDRINUSE)
            return base::fault(base::Status::unavailable, "address_in_use", where.toString() + " is in use.");
        return base::fault(base::Status::invalid, "bad_address",
                           where.toString() + " cannot be bound: " + error.displayText() + ".");
    }
}

UdpSocket::UdpSocket(Reactor& reactor, Poco::Net::DatagramSocket socket)
    : _reactor(reactor), _socket(std::move(socket)), _port(_socket.address().port()),
      _slots(std::make_unique_for_overwrite<char[]>(batch * slotBytes))
{
    for (std::size_t i = 0; i < batch; ++i) {
        _vectors[i] = iovec{_slots.get() + i * slotBytes, slotBytes};
        _messages[i].msg_hdr.msg_iov = &_vectors[i];
        _messages[i].msg_hdr.msg_iovlen = 1;
        _messages[i].msg_hdr.msg_name = _from[i].bytes;
        _messages[i].msg_hdr.msg_namelen = sizeof(DatagramAddress::bytes);
    }
}

UdpSocket::~UdpSocket() { stop(); }

void UdpSocket::start(Handler handler)
{
    _reactor.call([&] {
        _handler = std::move(handler);
        _reactor.watch(descriptor(), EPOLLIN, this);
    });
}

void UdpSocket::stop()
{
    _reactor.call([this] {
        if (!std::exchange(_open, false))
            return;
        _reactor.forget(descriptor(), this);
        const std::lock_guard lock(_closing); // _closed and the descriptor
        _closed = true;
        _socket.close();
    });
}

void UdpSocket::onReady(std::uint32_t)
{
    for (std::size_t wave = 0; wave < wavesPerWake && _open; ++wave) {
        const int got = ::recvmmsg(descriptor(), _messages.data(), batch, MSG_DONTWAIT, nullptr);
        if (got <= 0)
            return; // nothing there, or an ICMP error of an earlier send, which reading has cleared
        _handling = true;
        for (std::size_t i = 0; i < static_cast<std::size_t>(got) && _open; ++i) {
            _from[i].length = std::exchange(_messages[i].msg_hdr.msg_namelen, sizeof(DatagramAddress::bytes));
            _handler(*this, _from[i], {_slots.get() + i * slotBytes, _messages[i].msg_len});
        }
        _handling = false;
        flushAnswers();
        if (static_cast<std::size_t>(got) < batch)
            return;
    }
}

bool UdpSocket::send(const DatagramAddress& to, std::string_view bytes)
{
    if (_reactor.here() && _handling) {
        _answers.push_back({to, _answerBytes.size(), bytes.size()});
        _answerBytes.append(bytes);
        if (_answers.size() == batch)
            flushAnswers();
        return true;
    }
    const std::lock_guard lock(_closing); // the descriptor stays open meanwhile
    if (_closed)
        return false;
    return ::sendto(descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(to.bytes), to.length) == static_cast<ssize_t>(bytes.size());
}

void UdpSocket::flushAnswers()
{
    if (_answers.empty())
        return;
    if (_answers.size() == 1 && _open) { // the usual case, and cheaper; best effort as below
        const auto& to = _answers.front().to;
        while (::sendto(descriptor(), _answerBytes.data(), _answerBytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                        reinterpret_cast<const sockaddr*>(to.bytes), to.length) < 0 &&
               errno == EINTR) { }
        _answers.clear();
        _answerBytes.clear();
        return;
    }
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> vectors;
    for (std::size_t i = 0; i < _answers.size(); ++i) {
        auto& answer = _answers[i];
        vectors[i] = iovec{_answerBytes.data() + answer.offset, answer.size};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = answer.to.bytes;
        messages[i].msg_hdr.msg_namelen = answer.to.length;
    }
    std::size_t sent = 0;
    while (_open && sent < _answers.size()) {
        const int step = ::sendmmsg(descriptor(), messages.data() + sent,
                                    static_cast<unsigned>(_answers.size() - sent), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (step > 0)
            sent += static_cast<std::size_t>(step);
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            break; // best effort: a full socket drops
        else if (errno != EINTR)
            ++sent; // refused for this address; the others may still go
    }
    _answers.clear();
    _answerBytes.clear();
}

} // namespace netbit::net
