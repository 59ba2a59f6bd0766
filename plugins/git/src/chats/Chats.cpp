#include "chats/Chats.h"

#include <chrono>

namespace netbit::git {

namespace {

namespace fs = std::filesystem;

constexpr unsigned atOnce = 2;
constexpr std::size_t mostWaiting = 1000;
constexpr std::chrono::milliseconds freshFor = std::chrono::minutes(1);
constexpr std::chrono::hours keptFor{24};

} // namespace

void Chats::refresh(const Principal& reader, std::int64_t chat, const Ready& ready)
{
    bool taken = false;
    {
        const std::lock_guard lock(_mutex);
        if (!_stopped && _queue.size() < mostWaiting) {
            taken = true;
            auto& place = _places[chat];
            place.waiters.push_back({reader, ready});
            if (place.waiters.size() == 1)
                _queue.push_back(chat);
        }
    }
    if (!taken)
        return ready(Error(Status::unavailable, "too_busy", "The server has too much to do; try again soon."));
    next();
}

void Chats::next()
{
    for (;;) {
        std::shared_ptr<ChatBuild> build;
        {
            const std::lock_guard lock(_mutex);
            if (_running >= atOnce || _queue.empty() || _stopped)
                return;
            const auto chat = _queue.front();
            _queue.pop_front();
            ++_running;
            auto& place = _places[chat];
            build = std::make_shared<ChatBuild>(_tools, place.waiters.front().reader, chat, folderOf(chat),
                                                [this, chat](const Result<void>& result) { ended(chat, result); });
            place.build = build;
        }
        build->begin();
    }
}

/// What one may not read another may: an error is the answer of whose run it was.
void Chats::ended(std::int64_t chat, const Result<void>& result)
{
    std::deque<Waiter> told;
    std::shared_ptr<ChatBuild> over; // let go behind the lock, and not within its own call
    {
        const std::lock_guard lock(_mutex);
        auto& place = _places[chat];
        over = std::move(place.build);
        place.build.reset();
        --_running;
        if (result || _stopped) {
            told.swap(place.waiters);
        } else {
            told.push_back(std::move(place.waiters.front()));
            place.waiters.pop_front();
        }
        if (result)
            _checkedAt[chat] = _tools.exec.monotonicMs();
        if (place.waiters.empty())
            _places.erase(chat);
        else
            _queue.push_back(chat);
    }
    std::error_code ignored;
    fs::last_write_time(folderOf(chat) / "HEAD", fs::file_time_type::clock::now(), ignored); // somebody has asked
    for (auto& waiter : told)
        waiter.ready(result ? Result<fs::path>(folderOf(chat)) : Result<fs::path>(result.error()));
    if (!_tools.exec.post([this, over] { next(); }))
        next();
}

std::optional<fs::path> Chats::fresh(std::int64_t chat) const
{
    std::error_code ignored;
    const auto folder = folderOf(chat);
    const std::lock_guard lock(_mutex);
    const auto found = _checkedAt.find(chat);
    if (found == _checkedAt.end() || found->second + freshFor.count() < _tools.exec.monotonicMs() || !fs::exists(folder / "HEAD", ignored))
        return std::nullopt;
    return folder;
}

void Chats::tidy()
{
    std::error_code failed;
    const auto now = fs::file_time_type::clock::now();
    for (const auto& each : fs::directory_iterator(_folder, failed)) {
        const auto chat = parseInteger<std::int64_t>(each.path().filename().string());
        std::error_code gone;
        const auto used = fs::last_write_time(each.path() / "HEAD", gone);
        if (!chat || (!gone && used + keptFor > now))
            continue;
        const auto away = _tools.store.room();
        {
            const std::lock_guard lock(_mutex);
            if (_places.contains(*chat))
                continue;
            _checkedAt.erase(*chat);
            fs::rename(each.path(), away, gone);
        }
        fs::remove_all(away, gone);
    }
}

void Chats::stop()
{
    std::vector<std::shared_ptr<ChatBuild>> running;
    std::vector<Waiter> waiting;
    {
        const std::lock_guard lock(_mutex);
        _stopped = true;
        for (auto& [chat, place] : _places) {
            if (place.build)
                running.push_back(place.build);
            else
                std::move(place.waiters.begin(), place.waiters.end(), std::back_inserter(waiting));
        }
        for (const auto chat : _queue)
            _places.erase(chat);
        _queue.clear();
    }
    for (auto& waiter : waiting)
        waiter.ready(Error(Status::unavailable, "stopping", "The server is about to stop, or to change; ask again soon."));
    for (const auto& build : running)
        build->kill();
}

} // namespace netbit::git
