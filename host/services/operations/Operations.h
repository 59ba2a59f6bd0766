#pragma once
// All operations of the host's services, by name.

#include "services/operations/Operation.h"
#include "trace/Recorder.h"

#include <map>
#include <span>

namespace netbit::services::operations {

/// A call as it comes in, not looked at yet.
struct RawCall {
    std::string_view operation;
    std::string_view arguments; ///< a JSON object, or empty
    std::span<const std::pair<std::string_view, std::string_view>> texts;
    std::string_view key;
    std::string_view ifMatch;
    std::string_view peer;
    std::string_view client;
    std::function<bool(std::string_view permission)> permits{}; ///< of the plugin that calls; empty: it has none
};

class Operations {
public:
    static constexpr std::size_t maxArgumentBytes = 1024 * 1024;
    static constexpr std::size_t maxKeyBytes = 128;

    /// [control] before the first call. A name that is there already is a programmer's error.
    void add(Operation operation);
    /// [control] How a thing looks in JSON, under the name that Operation::result uses: a JSON Schema.
    void addSchema(std::string_view name, std::string_view schema);

    /// [worker] See Handler. Errors: notFound / unknown_operation; unauthenticated / token_missing; forbidden / admin_only,
    /// scope_missing, permission_missing; those
    /// of Arguments::read; tooLarge / arguments_too_large; invalid / bad_key; the operation's own.
    base::Result<void> call(const auth::PrincipalPtr& principal, const RawCall& call, Done done) const;

    void setRecorder(trace::Recorder& recorder) noexcept { _recorder = &recorder; } ///< [control] before the first call

    /// Null: there is none.
    const Operation* find(std::string_view name) const;
    const std::map<std::string_view, std::string_view>& schemas() const noexcept { return _schemas; }
    /// For documentation: {"name","summary","access":"anyone|user|admin","arguments":<JSON Schema>,"result":"<schema's name>"}.
    static std::string describe(const Operation& operation);

private:
    base::Result<void> run(const Operation& operation, Call& call, Done done) const;

    trace::Recorder* _recorder = nullptr;
    std::map<std::string_view, Operation> _operations; // texts that live as long as the program
    std::map<std::string_view, std::string_view> _schemas;
};

} // namespace netbit::services::operations
