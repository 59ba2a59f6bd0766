// Projects over HTTP. The rules are the host's, and each route is one of its operations (netbit/draft/operations.h).

#include "Routes.h"

#include <netbit/auth.hpp>
#include <netbit/plugin.hpp>

namespace netbit::project {

namespace {

class ProjectPlugin final : public Plugin {
public:
    explicit ProjectPlugin(Host host) : Plugin(host), _auth(host), _operations(host) {}

private:
    void start() override
    {
        for (const auto& line : routes()) {
            route(line.method, line.pattern, line.access,
                  [this, &line](Request& request) {
                      const auto& by = request.principal();
                      return support::operate(line.route, _operations,
                                              by ? Principal::share(_auth.api(), by) : Principal(), request);
                  },
                  support::documented(line.route, worker().summary(line.summary).maxBody(line.maxBodyBytes)));
        }
    }

    Auth _auth;
    Operations _operations;
};

} // namespace

} // namespace netbit::project

NETBIT_PLUGIN(netbit::project::ProjectPlugin, "project", "1.0.0")
