#pragma once
// From the router into a plugin's handler.

#include "border/Generation.h"
#include "edge/Router.h"
#include <netbit/http.h>

#include <memory>

namespace netbit::border {

class HttpRoute final : public edge::RouteHandler {
public:
    HttpRoute(std::shared_ptr<Generation> generation, nb_handler_fn function, void* user, bool fast)
        : _generation(std::move(generation)), _function(function), _user(user), _fast(fast)
    {
    }
    edge::Outcome handle(edge::Exchange& exchange) override;

private:
    edge::Outcome call(edge::Exchange& exchange);

    const std::shared_ptr<Generation> _generation;
    const nb_handler_fn _function;
    void* const _user;
    const bool _fast;
};

} // namespace netbit::border
