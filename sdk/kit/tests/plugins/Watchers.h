#pragma once
// Streams that follow what happens, by the C table: they survive a reload.

#include <netbit/host.hpp>
#include <netbit/http.h>
#include <netbit/plugin.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

class Watchers {
public:
    explicit Watchers(netbit::Host host) : _api(host.require<nb_http_api>(NB_HTTP_SERVICE))
    {
        nb_route route{};
        route.size = sizeof route;
        route.access = NB_ACCESS_USER;
        route.flags = NB_ROUTE_FAST;
        route.method = netbit::toStr("GET");
        route.pattern = netbit::toStr("/api/trial/watch");
        route.handler = &begin;
        route.user = this;
        route.thaw = &thaw;
        netbit::ErrorBuffer error;
        netbit::toResult(_api.add_route(host.raw(), &route, error.get()), error).value();
    }

    void tell(const std::string& line)
    {
        for (const auto& one : _all)
            if (one->stream && !one->full)
                one->full = _api.stream_write(one->stream, netbit::toStr(line)) == NB_WOULD_BLOCK;
    }
    void endAll()
    {
        for (const auto& one : _all)
            end(*one);
        _all.clear();
    }

private:
    struct One {
        Watchers& owner;
        nb_stream* stream = nullptr;
        bool full = false;
    };
    static One& of(void* user) { return *static_cast<One*>(user); }

    void end(One& one)
    {
        if (auto* const stream = std::exchange(one.stream, nullptr))
            _api.stream_end(stream);
    }
    static std::int32_t begin(void* user, nb_request* request)
    {
        auto& self = *static_cast<Watchers*>(user);
        auto& one = *self._all.emplace_back(std::make_unique<One>(One{self}));
        nb_reply head{};
        head.size = sizeof head;
        head.status = 200;
        head.content_type = netbit::toStr("text/event-stream");
        head.bytes = netbit::toStr("hello\n");
        return self._api.stream(request, &head, &calls(), &one, &one.stream, nullptr);
    }
    static void drained(void* user)
    {
        of(user).full = false;
        of(user).owner._api.stream_write(of(user).stream, netbit::toStr("drained\n"));
    }
    static void closed(void* user) { of(user).owner.end(of(user)); }
    static std::int32_t freeze(void*, nb_stream*, nb_keep_fn keep, void* keeper)
    {
        const nb_frozen piece{sizeof(nb_frozen), 1, netbit::toStr("watcher"), nullptr};
        return keep(keeper, &piece);
    }
    static void ended(void* user) { of(user).stream = nullptr; }
    static std::int32_t thaw(void* user, nb_stream* stream, const nb_frozen* piece, nb_stream_calls* out, void** mine)
    {
        if (netbit::toView(piece->bytes) != "watcher")
            return NB_UNSUPPORTED;
        auto& self = *static_cast<Watchers*>(user);
        auto& one = *self._all.emplace_back(std::make_unique<One>(One{self, stream}));
        *out = calls();
        *mine = &one;
        self._api.stream_write(stream, netbit::toStr("thawed\n"));
        return NB_OK;
    }
    static const nb_stream_calls& calls()
    {
        static constexpr nb_stream_calls all{sizeof(nb_stream_calls), 0, &drained, &closed, &ended, &freeze};
        return all;
    }

    const nb_http_api& _api;
    std::vector<std::unique_ptr<One>> _all;
};
