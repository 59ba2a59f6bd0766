#include "app/FileIntake.h"

namespace netbit::app {

bool FileIntake::data(std::string bytes)
{
    std::unique_lock lock(_mutex); // the queue
    if (_over)
        return false; // it has been answered
    _waiting += bytes.size();
    _pieces.push_back(std::move(bytes));
    _full = _waiting > roomBytes;
    const bool more = !_full;
    wake(lock);
    return more;
}

void FileIntake::end()
{
    std::unique_lock lock(_mutex); // the queue
    _whole = true;
    wake(lock);
}

void FileIntake::failed(const base::Error&)
{
    std::unique_lock lock(_mutex); // the queue
    _broken = true;
    wake(lock);
}

/// Gives the lock back.
void FileIntake::wake(std::unique_lock<std::mutex>& lock)
{
    if (_running || _over)
        return;
    _running = true;
    lock.unlock();
    _onWorker([self = shared_from_this()] { self->run(); });
}

void FileIntake::run()
{
    std::unique_lock lock(_mutex); // the queue
    while (step(lock)) {
    }
    _running = false;
}

/// False: there is nothing to do now.
bool FileIntake::step(std::unique_lock<std::mutex>& lock)
{
    if (_over)
        return false;
    if (_broken || (_pieces.empty() && _whole)) {
        _over = true;
        const bool whole = !_broken;
        lock.unlock();
        if (whole)
            answer(_taking->end());
        _taking.reset(); // what there is of it goes
        lock.lock();
        return false;
    }
    if (_pieces.empty())
        return false;
    const auto piece = std::move(_pieces.front());
    _pieces.pop_front();
    lock.unlock();
    const auto written = _taking->write(piece);
    if (!written)
        answer(written);
    lock.lock();
    _waiting -= piece.size();
    _over = _over || !written;
    if (_full && _waiting <= roomBytes / 2) {
        _full = false;
        _exchange->resumeBody();
    }
    return !_over;
}

void FileIntake::answer(const base::Result<void>& done)
{
    if (!done)
        return _exchange->problem(done.error());
    edge::Reply reply;
    reply.status = 201;
    reply.body = base::Body(std::string("{\"added\":true}"));
    _exchange->reply(std::move(reply));
}

} // namespace netbit::app
