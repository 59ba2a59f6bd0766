#pragma once
// One thing that a service can do, as it is declared: its name, its arguments, who may call it.

#include "services/Done.h"
#include "services/auth/Principal.h"
#include "services/operations/Arguments.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::operations {

enum class Access : std::uint8_t { anyone, user, admin };

/// A call whose arguments are of the kinds declared, by someone who may call it.
struct Call {
    auth::PrincipalPtr principal; ///< null: nobody signed in, for Access::anyone only
    Arguments arguments;
    std::string key;     ///< idempotency, or empty
    std::string ifMatch; ///< or empty
    std::string peer;
    std::string client;
};

/// [worker] Returns an error at once, or calls `done` once: before it returns where nothing is written, else on the writer's
/// thread; where another server was asked, on one that waited for it. The call may be moved from.
using Handler = std::function<base::Result<void>(Call& call, Done done)>;

/// Arguments as texts, such as those of a path.
using Texts = std::span<const std::pair<std::string_view, std::string_view>>;
/// [worker] Asked before the arguments are read: what is not the caller's to know of is not found, whatever the rest says.
using Guard = std::function<base::Result<void>(const auth::PrincipalPtr& principal, Texts texts)>;

/// A handler that is a function of the service's: `act(core, call, done)`. `core` outlives the operation.
template <class Core, class F>
Handler bound(Core& core, F act)
{
    return [&core, act](Call& call, Done done) { return act(core, call, std::move(done)); };
}

struct Operation {
    std::string_view name;    ///< "chats.rename": a service's word for a thing, and a verb
    std::string_view summary; ///< one line for the API documentation
    Access access = Access::user;
    std::vector<Parameter> parameters;
    std::string_view result;  ///< name of the schema of what it gives; empty: nothing
    Handler handler;
    bool secret = false; ///< what it gives is shown once: it takes no idempotency key, for its answer would be kept
    bool reads = false; ///< changes nothing: the scope read is enough for it. Others need write
    std::string_view permission{}; ///< that a plugin's manifest must have to call it; empty: none
    Guard guard{};
};

} // namespace netbit::services::operations
