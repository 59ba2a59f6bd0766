#include "api/ArchiveStream.h"

namespace netbit::git {

void ArchiveStream::start(Later& request, const Reply& head)
{
    auto stream = request.stream(head, shared_from_this());
    if (!stream)
        throw Failure(stream.error());
    _stream = std::move(*stream);
    step();
}

void ArchiveStream::step()
{
    try {
        for (;;) {
            std::string bytes;
            const bool more = _archive->next(bytes);
            {
                const std::lock_guard lock(_mutex); // _room, _gone
                _room = false;
                if (_gone)
                    break;
            }
            const auto written = _stream.write(bytes);
            if (!more || (written != Status::ok && written != Status::wouldBlock))
                break;
            if (written == Status::ok)
                continue;
            const std::lock_guard lock(_mutex); // _waiting, _room, _gone
            if (_gone)
                break;
            if (!_room) {
                _waiting = true;
                return;
            }
        }
    } catch (const Failure&) {
        // The repository has changed under it: what was sent has no end that an unpacker would take for one.
    }
    _archive.reset();
    _stream.end(); // and with it this, when the caller lets go
}

void ArchiveStream::drained()
{
    {
        const std::lock_guard lock(_mutex); // _waiting, _room
        _room = true;
        if (!_waiting)
            return;
        _waiting = false;
    }
    // Refused, the server has more to do than it can: the client is to try again.
    if (!_exec.post([self = shared_from_this()] { self->step(); }))
        _stream.end();
}

void ArchiveStream::closed()
{
    {
        const std::lock_guard lock(_mutex); // _waiting, _gone
        _gone = true;
        if (!_waiting)
            return; // who is in step() sees it
        _waiting = false;
    }
    _stream.end();
}

} // namespace netbit::git
