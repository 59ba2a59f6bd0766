#include "border/Intake.h"

#include "border/Convert.h"
#include "border/Guard.h"
#include "border/OnWorker.h"

using netbit::border::Guard;

nb_intake::nb_intake(netbit::border::Generation& owner, std::shared_ptr<netbit::edge::Exchange> of,
                     const nb_intake_calls& wanted, void* argument)
    : generation(owner.shared_from_this()), _exchange(std::move(of)), _calls(wanted), _user(argument)
{
}

bool nb_intake::data(std::string bytes)
{
    std::unique_lock lock(_mutex);
    if (_over)
        return false; // nobody wants it: the client waits for its answer
    _waiting += bytes.size();
    _pieces.push_back(std::move(bytes));
    _full = _waiting > roomBytes;
    const bool more = !_full;
    wake(lock);
    return more;
}

void nb_intake::end()
{
    std::unique_lock lock(_mutex);
    _whole = true;
    wake(lock);
}

void nb_intake::failed(const netbit::base::Error& error)
{
    std::unique_lock lock(_mutex);
    _failure = error;
    _pieces.clear(); // what has come is of no use any more
    _waiting = 0;
    _held = false;
    wake(lock);
}

void nb_intake::resume()
{
    std::unique_lock lock(_mutex);
    _resumed = true;
    _held = false;
    wake(lock);
}

void nb_intake::close()
{
    {
        const std::lock_guard lock(_mutex);
        _closed = _over = true;
        _pieces.clear();
        if (_running || _endedTold)
            return; // whoever is in there tells it
        _endedTold = true;
    }
    tellEnded();
}

/// Gives the lock back.
void nb_intake::wake(std::unique_lock<std::mutex>& lock)
{
    if (_running || _held || _over)
        return;
    // Owed from here on, so that the generation is not stopped between now and the call.
    auto owed = std::make_shared<netbit::border::Owed>(*generation);
    if (!*owed) {
        _over = true;
        return;
    }
    _running = true;
    lock.unlock();
    netbit::border::onWorker(generation->services(), [self = shared_from_this(), owed = std::move(owed)] { self->run(owed); });
}

void nb_intake::run(const std::shared_ptr<netbit::border::Owed>& owed)
{
    bool ends = false;
    bool again = false;
    {
        std::unique_lock lock(_mutex);
        std::size_t done = 0;
        while (!_over && done < turnBytes && step(lock, done)) {
        }
        again = !_over && done >= turnBytes;
        _running = again;
        ends = _over && _closed && !std::exchange(_endedTold, true);
    }
    if (ends)
        tellEnded();
    if (again)
        netbit::border::onWorker(generation->services(), [self = shared_from_this(), owed] { self->run(owed); });
}

/// One call of the plugin, without the lock. False: there is nothing to tell now.
bool nb_intake::step(std::unique_lock<std::mutex>& lock, std::size_t& done)
{
    if (_failure || (_pieces.empty() && _whole)) {
        _over = true;
        const auto failure = _failure;
        lock.unlock();
        Guard guard(*generation, failure ? "intake failed" : "intake complete", Guard::Kind::inside);
        guard.run([&] {
            if (!failure) {
                _calls.complete(_user);
                return;
            }
            nb_error error{};
            error.size = sizeof error;
            netbit::border::tell(&error, *failure);
            _calls.failed(_user, &error);
        });
        lock.lock();
        return false;
    }
    if (_pieces.empty())
        return false;
    const auto piece = std::move(_pieces.front());
    _pieces.pop_front();
    _resumed = false;
    lock.unlock();
    const auto status = tellData(piece);
    lock.lock();
    done += piece.size();
    if (_failure || _over)
        return !_over;
    _waiting -= piece.size();
    if (status == NB_WOULD_BLOCK && !_resumed)
        _held = true;
    else if (status != NB_OK && status != NB_WOULD_BLOCK)
        _over = true;
    if (_full && (_over || _waiting <= roomBytes / 2)) {
        _full = false;
        _exchange->resumeBody();
    }
    return !_held && !_over;
}

std::int32_t nb_intake::tellData(std::string_view bytes)
{
    std::int32_t status = NB_INTERNAL;
    Guard guard(*generation, "intake data", Guard::Kind::inside);
    guard.run([&] { status = _calls.data(_user, netbit::border::str(bytes)); });
    return status;
}

void nb_intake::tellEnded()
{
    if (!_calls.ended)
        return;
    Guard guard(*generation, "intake ended", Guard::Kind::inside);
    guard.run([this] { _calls.ended(_user); });
}
