#include "edge/FileReply.h"

#include "edge/ByteRange.h"
#include "edge/Conditional.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <unistd.h>

namespace netbit::edge {

namespace {

/// Reads a piece, hands it to the stream, and waits when the client is slower than the disk.
class Sender : public std::enable_shared_from_this<Sender> {
public:
    Sender(base::Descriptor file, std::uint64_t first, std::uint64_t length, OnWorker onWorker)
        : _file(std::move(file)), _at(first), _end(first + length), _onWorker(std::move(onWorker))
    {
    }

    void start(std::shared_ptr<ReplyStream> stream)
    {
        _stream = std::move(stream);
        // The stream drops this at its end, and with it its share of the sender.
        _stream->onDrained([self = shared_from_this()] { self->goOn(); });
        goOn();
    }

private:
    void goOn()
    {
        _onWorker([self = shared_from_this()] { self->send(); });
    }

    /// [worker] One at a time: the next run is asked for by drained(), which comes only after a write has said `full`.
    void send()
    {
        while (_at < _end) {
            std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(pieceBytes, _end - _at)), '\0');
            const auto got = ::pread(_file.get(), piece.data(), piece.size(), static_cast<off_t>(_at));
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0) {
                _stream.reset(); // without its end: the client sees that something is missing
                return;
            }
            piece.resize(static_cast<std::size_t>(got));
            _at += static_cast<std::uint64_t>(got);
            const auto stream = _stream;
            switch (stream->write(base::Body(std::move(piece)))) {
            case WriteState::ok: break;
            case WriteState::full: return; // another thread may be in here already
            case WriteState::closed: return;
            }
        }
        _stream->end();
    }

    base::Descriptor _file;
    std::uint64_t _at;
    const std::uint64_t _end;
    const OnWorker _onWorker;
    std::shared_ptr<ReplyStream> _stream;
};

} // namespace

void replyWithFile(Exchange& exchange, FileReply reply, OnWorker onWorker)
{
    Reply head;
    head.headers = std::move(reply.headers);
    head.headers.emplace_back("ETag", reply.etag);
    head.headers.emplace_back("Accept-Ranges", "bytes");
    if (const auto known = exchange.header("If-None-Match"); !known.empty() && matchesEtag(known, reply.etag)) {
        head.status = 304;
        exchange.reply(std::move(head));
        return;
    }
    const auto range = exchange.method() == "GET"
                           ? chooseRange(exchange.header("Range"), exchange.header("If-Range"), reply.etag, reply.size)
                           : ByteRange{ByteRange::Verdict::whole, 0, reply.size};
    if (range.verdict == ByteRange::Verdict::unsatisfiable) {
        head.status = 416;
        head.contentType.clear();
        head.headers.emplace_back("Content-Range", "bytes */" + std::to_string(reply.size));
        exchange.reply(std::move(head));
        return;
    }
    if (range.verdict == ByteRange::Verdict::part) {
        head.status = 206;
        head.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + '-' +
                                                       std::to_string(range.first + range.length - 1) + '/' +
                                                       std::to_string(reply.size));
    }
    head.contentType = std::move(reply.contentType);
    head.length = range.length;
    const auto sender = std::make_shared<Sender>(std::move(reply.file), range.first, range.length, std::move(onWorker));
    sender->start(exchange.stream(std::move(head)));
}

} // namespace netbit::edge
