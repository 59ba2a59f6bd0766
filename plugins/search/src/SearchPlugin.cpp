// Search over HTTP. What is found, and by whom, is the host's (services/search).

#include "support/OperationRoute.h"

#include <netbit/plugin.hpp>

namespace netbit::search {

namespace {

class SearchPlugin final : public Plugin {
public:
    explicit SearchPlugin(Host host) : Plugin(host), _auth(host), _operations(host) {}

private:
    void start() override
    {
        get("/api/search", users,
            [this](Request& request) {
                return support::operate(_search, _operations, Principal::share(_auth.api(), request.principal()), request);
            },
            support::documented(_search).summary("Find messages in the caller's chats, newest first"));
    }

    const support::OperationRoute _search{.operation = "search.messages", .params = {}, .next = "before"};
    Auth _auth;
    Operations _operations;
};

} // namespace

} // namespace netbit::search

NETBIT_PLUGIN(netbit::search::SearchPlugin, "search", "1.0.0")
