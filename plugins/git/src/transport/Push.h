#pragma once
// A push: what it asks for is known, judged and written down before receive-pack may change a ref, and told when it has.

#include "hooks/Rules.h"
#include "transport/Rpc.h"

namespace netbit::git {

class Push final : public Rpc {
public:
    Push(Tools& tools, Later request, Form form, Principal pusher, Access access, std::filesystem::path repository,
         std::string protocol);
    ~Push() override;

    /// [worker] Takes the body; the rest follows from it.
    void begin();

private:
    Taken take(std::string_view& bytes) override;
    void bodyEnded() override;
    void heard(std::string_view bytes) override;
    bool lost() override;
    void childEnded(const ProcessEnd& end) override;

    Taken commandsKnown();
    void note(const std::vector<Command>& commands);
    Taken refuseAll(std::string_view words, std::string_view reason);
    void noted(const Result<std::int64_t>& id);
    void letIn(Gate::Pass pass);
    void startReceiving();
    void tellEnd(std::vector<Command> updated);
    void told();
    void conclude();
    std::shared_ptr<Push> self() { return std::static_pointer_cast<Push>(shared_from_this()); }

    enum class Phase { reading, noting, receiving, telling, over };

    const Principal _pusher;
    const Access _access;
    const std::filesystem::path _repository;
    const std::string _protocol;
    const std::uint64_t _room;
    Phase _phase = Phase::reading;
    CommandReader _reader;
    std::optional<ReportReader> _report;
    std::string _verdicts; // the update hook's lines
    std::filesystem::path _verdictFile;
    Gate::Pass _pass;      // while receive-pack runs
    std::string _last;     // said when the body has come
    std::int64_t _push = 0;
};

/// [worker] Tells of refs that came without a push, as if `caller` had pushed them: they are there already.
void tellImport(Tools& tools, const Principal& caller, std::int64_t repository);

/// [control] Ends the pushes that were under way when the server died, from what the refs are. Not while one of ours may run.
void endPending(Tools& tools);

} // namespace netbit::git
