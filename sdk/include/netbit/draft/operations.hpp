#ifndef NETBIT_DRAFT_OPERATIONS_HPP
#define NETBIT_DRAFT_OPERATIONS_HPP
/* Operations of the host's services, for C++ plugins. What holds for each call stands in netbit/draft/operations.h. */
#include "netbit/auth.hpp"
#include "netbit/draft/operations.h"

#include <vector>

namespace netbit {

template <> struct ServiceOf<nb_operations_api> {
    static constexpr const char* id = NB_OPERATIONS_SERVICE;
};

/* Everything is borrowed for the call. */
struct OperationCall {
    std::string_view operation;
    std::string_view arguments; /* a JSON object, or empty */
    std::vector<nb_argument> texts;
    std::string_view key;
    std::optional<std::string_view> ifMatch;
    std::string_view peer;
    std::string_view client;

    void text(std::string_view name, std::string_view value) { texts.push_back({toStr(name), toStr(value)}); }
};

class Operations {
public:
    explicit Operations(const Host& host)
        : _host(host)
        , _api(&host.require<nb_operations_api>())
    {
    }

    /* [worker] `done(Result<Done>)` is called once, also for what is refused at once. An empty principal: nobody. */
    template <class F> void call(const Principal& principal, const OperationCall& call, F&& done) const
    {
        nb_operation_call raw{};
        raw.size = sizeof raw;
        raw.text_count = static_cast<std::uint32_t>(call.texts.size());
        raw.operation = toStr(call.operation);
        raw.arguments = toStr(call.arguments);
        raw.texts = call.texts.data();
        raw.key = toStr(call.key);
        raw.if_match = call.ifMatch ? toStr(*call.ifMatch) : nb_str{nullptr, 0};
        raw.peer = toStr(call.peer);
        raw.client = toStr(call.client);
        ErrorBuffer error;
        auto ticket = netbit::done(std::forward<F>(done));
        ticket.settle(_api->call(_host.raw(), principal.raw(), &raw, ticket.function(), ticket.user(), error.get()), error);
    }

private:
    Host _host;
    const nb_operations_api* _api;
};

} // namespace netbit
#endif
