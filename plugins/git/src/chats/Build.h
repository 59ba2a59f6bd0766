#pragma once
// One run that brings a chat's repository up to date: asks which days there are, and has git fast-import write those that are not
// commits yet. A day's text goes from the host to git in pieces; nothing of it is held.

#include "chats/Days.h"
#include "transport/Tools.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

namespace netbit::git {

class ChatBuild final : public ProcessListener, public std::enable_shared_from_this<ChatBuild> {
public:
    using Done = std::function<void(Result<void>)>;
    /// `folder`: where the repository is, or is to be. `done` is called once, [worker].
    ChatBuild(Tools& tools, Principal reader, std::int64_t chat, std::filesystem::path folder, Done done);
    ~ChatBuild() override;

    void begin(); ///< [worker]
    void kill();  ///< [any]

    // From the host.
    Status output(std::string_view) override { return Status::ok; }
    void drained() override;
    void exited(const ProcessEnd& end) override;

private:
    // With the lock held.
    void look();
    Result<void> prepare();
    void import();
    void pump();
    Result<std::string> next();
    Result<std::string> nextOfFile();
    Result<void> keep();
    void pack();
    void start(std::vector<std::string> arguments);
    void later(void (ChatBuild::*step)());
    void finish(Result<void> result);

    enum class Phase { looking, importing, packing };
    using Lock = std::unique_lock<std::recursive_mutex>;

    Tools& _tools;
    const Principal _reader;
    const std::int64_t _chat;
    const std::filesystem::path _folder;
    const std::filesystem::path _marks;
    std::recursive_mutex _mutex; // guards all that follows; recursive, since one end brings about another
    Done _done;                  // empty: it is over
    Process _process;
    Phase _phase = Phase::looking;
    std::vector<DayCommit> _commits;
    std::vector<ChatDay> _days;
    std::size_t _same = 0; ///< days that are commits already
    bool _rewrites = false;
    bool _waiting = false; ///< for git to take more
    bool _killed = false;
    int _rounds = 0;
    // Where the stream is.
    std::size_t _at = 0; ///< the day
    std::size_t _file = 0;
    bool _prose = false;
    bool _dayOpen = false;
    bool _goesBack = false;
    std::int64_t _from = 0; ///< of the file's next piece
    bool _ended = false;
};

} // namespace netbit::git
