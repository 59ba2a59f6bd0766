#include "services/operations/Operations.h"

#include "base/Json.h"

#include <stdexcept>

namespace netbit::services::operations {

using base::fault;
using base::Status;

namespace {

std::string_view nameOf(Access access) noexcept
{
    return access == Access::anyone ? "anyone" : access == Access::user ? "user" : "admin";
}

base::Result<void> mayCall(const auth::PrincipalPtr& principal, const Operation& operation)
{
    if (operation.access == Access::anyone)
        return {};
    if (!principal || !principal->valid())
        return fault(Status::unauthenticated, "token_missing", "Sign in first.");
    if (auto scoped = auth::needs(*principal, operation.reads ? auth::Scope::read : auth::Scope::write); !scoped)
        return scoped;
    if (operation.access == Access::admin && !principal->admin())
        return fault(Status::forbidden, "admin_only", "Only an administrator of the server may do this.");
    return {};
}

template <class T>
void end(trace::OpenSpan& span, const base::Result<T>& result)
{
    if (!result) {
        span.set("error.type", result.error().code);
        if (result.error().status == Status::internal)
            span.fail();
    }
    span.end();
}

} // namespace

void Operations::add(Operation operation)
{
    const auto name = operation.name;
    if (!_operations.emplace(name, std::move(operation)).second)
        throw std::logic_error("operation " + std::string(name) + " is declared twice");
}

void Operations::addSchema(std::string_view name, std::string_view schema)
{
    if (!_schemas.emplace(name, schema).second)
        throw std::logic_error("schema " + std::string(name) + " is declared twice");
}

const Operation* Operations::find(std::string_view name) const
{
    const auto found = _operations.find(name);
    return found == _operations.end() ? nullptr : &found->second;
}

base::Result<void> Operations::call(const auth::PrincipalPtr& principal, const RawCall& raw, Done done) const
{
    const auto* const operation = find(raw.operation);
    if (!operation)
        return fault(Status::notFound, "unknown_operation", "This server knows no operation of that name.");
    if (auto allowed = mayCall(principal, *operation); !allowed)
        return allowed;
    if (!operation->permission.empty() && !(raw.permits && raw.permits(operation->permission)))
        return fault(Status::forbidden, "permission_missing",
                     "The manifest's permissions must have " + std::string(operation->permission) + ".");
    if (raw.arguments.size() > maxArgumentBytes)
        return fault(Status::tooLarge, "arguments_too_large", "The arguments are larger than 1 MiB.");
    if (raw.key.size() > maxKeyBytes)
        return fault(Status::invalid, "bad_key", "An idempotency key has at most 128 bytes.");
    if (operation->secret && !raw.key.empty())
        return fault(Status::invalid, "bad_key", "What this gives is a secret, shown once: it takes no idempotency key.");
    if (operation->guard)
        if (auto known = operation->guard(principal, raw.texts); !known)
            return known;
    auto arguments = Arguments::read(operation->parameters, raw.arguments, raw.texts);
    if (!arguments)
        return arguments.error();
    Call call{principal,
              std::move(*arguments),
              std::string(raw.key),
              std::string(raw.ifMatch),
              std::string(raw.peer),
              std::string(raw.client)};
    return run(*operation, call, std::move(done));
}

/// As a part of what this thread works for; what no request led to begins a trace of its own.
base::Result<void> Operations::run(const Operation& operation, Call& call, Done done) const
{
    auto span = trace::childOfCurrent(operation.name);
    if (!span && !trace::current() && _recorder)
        span = _recorder->begin(operation.name, trace::Kind::server);
    if (!span)
        return operation.handler(call, std::move(done));
    const trace::Scope scope(span);
    auto result = operation.handler(call, [span, done = std::move(done)](const base::Result<Completed>& completed) {
        end(*span, completed);
        done(completed);
    });
    if (!result)
        end(*span, result);
    return result;
}

std::string Operations::describe(const Operation& operation)
{
    std::string out = "{\"name\":";
    base::appendJsonString(out, operation.name);
    out += ",\"summary\":";
    base::appendJsonString(out, operation.summary);
    out += ",\"access\":";
    base::appendJsonString(out, nameOf(operation.access));
    out += ",\"arguments\":";
    appendSchema(out, operation.parameters);
    out += ",\"result\":";
    base::appendJsonString(out, operation.result);
    out += '}';
    return out;
}

} // namespace netbit::services::operations
