#pragma once
// Repositories of chats. Each is made of what the host says of the chat, when somebody asks for it, and may go at any time: made anew
// it has the same commits.

#include "chats/Build.h"

#include <deque>
#include <map>

namespace netbit::git {

class Chats {
public:
    /// `folder`: for all of them.
    Chats(Tools& tools, std::filesystem::path folder) : _tools(tools), _folder(std::move(folder)) {}

    using Ready = std::function<void(Result<std::filesystem::path>)>;
    /// [worker] Brings the chat's repository up to date, as far as `reader` may read the chat, and gives its folder. One run for a
    /// chat at a time, and two in all; who comes meanwhile waits. `ready` is called once, [worker].
    void refresh(const Principal& reader, std::int64_t chat, const Ready& ready);
    /// [any] The folder, if it was brought up to date within the last minute: of a fetch that goes on.
    std::optional<std::filesystem::path> fresh(std::int64_t chat) const;
    void tidy(); ///< [worker] now and then: those that nobody has asked for since yesterday go
    void stop(); ///< [control] ends what runs

private:
    struct Waiter {
        Principal reader;
        Ready ready;
    };
    struct Place {
        std::shared_ptr<ChatBuild> build;
        std::deque<Waiter> waiters; ///< the first is whose run it is
    };
    std::filesystem::path folderOf(std::int64_t chat) const { return _folder / std::to_string(chat); }
    void next();
    void ended(std::int64_t chat, const Result<void>& result);

    Tools& _tools;
    const std::filesystem::path _folder;
    mutable std::mutex _mutex; // guards what follows
    std::map<std::int64_t, Place> _places;
    std::map<std::int64_t, std::int64_t> _checkedAt; ///< ms, monotonic
    std::deque<std::int64_t> _queue;
    unsigned _running = 0;
    bool _stopped = false;
};

} // namespace netbit::git
