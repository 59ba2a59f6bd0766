#include "isolation/parent/Proxy.h"

#include "isolation/parent/Session.h"

#include <algorithm>

namespace netbit::isolation::parent {

namespace {

using wire::str;
using wire::view;

/// "{name}" and "{rest...}" of "/a/{name}/{rest...}".
std::vector<std::string> paramsOf(std::string_view pattern)
{
    std::vector<std::string> out;
    for (auto open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
        const auto close = pattern.find('}', open);
        if (close == std::string_view::npos)
            break;
        auto name = pattern.substr(open + 1, close - open - 1);
        if (name.ends_with("..."))
            name.remove_suffix(3);
        out.emplace_back(name);
    }
    return out;
}

std::int32_t notAsBefore(nb_error& error, const std::string& what)
{
    return refuse(error, NB_INVALID, "not_in_start",
                  what + " was not there when the plugin was loaded; a restart of its process cannot add it.");
}

} // namespace

std::int32_t refuse(nb_error& error, std::int32_t status, std::string_view code, std::string_view detail) noexcept
{
    const auto fill = [](auto& out, std::string_view text) {
        const auto length = std::min(text.size(), sizeof out - 1);
        std::copy_n(text.data(), length, out);
        out[length] = '\0';
    };
    error.size = sizeof error;
    error.status = status;
    fill(error.code, code);
    fill(error.pointer, {});
    fill(error.detail, detail);
    return status;
}

std::int32_t Proxy::addRoute(Session& session, const wire::AddRoute& wanted, std::uint32_t& index, nb_error& error)
{
    const auto method = view(wanted.method);
    const auto pattern = view(wanted.pattern);
    const auto known = std::find_if(_routes.begin(), _routes.end(), [&](const Route& route) {
        return route.method == method && route.pattern == pattern && route.access == wanted.access &&
               route.flags == wanted.flags && route.maxBodyBytes == wanted.maxBodyBytes;
    });
    if (known != _routes.end() && !first) {
        known->servedBy = session.number();
        index = known->index;
        return NB_OK;
    }
    if (!first)
        return notAsBefore(error, "The route " + std::string(method) + ' ' + std::string(pattern));

    auto& route = _routes.emplace_back(*this, static_cast<std::uint32_t>(_routes.size()));
    route.method = method;
    route.pattern = pattern;
    route.access = wanted.access;
    route.flags = wanted.flags;
    route.maxBodyBytes = wanted.maxBodyBytes;
    route.params = paramsOf(pattern);
    route.servedBy = session.number();
    nb_route given{};
    given.size = sizeof given;
    given.access = wanted.access;
    // Sending it on is all that is done here, whatever the child's handler does: no worker is needed for that.
    given.flags = wanted.flags | NB_ROUTE_FAST;
    given.max_body_bytes = wanted.maxBodyBytes;
    given.method = wanted.method;
    given.pattern = wanted.pattern;
    given.summary = wanted.summary;
    given.operation = wanted.operation;
    given.schema = wanted.schema;
    given.handler = &Proxy::handle;
    given.user = &route;
    const auto status = tables()->http->add_route(tables()->host, &given, &error);
    if (status != NB_OK)
        _routes.pop_back();
    else
        index = route.index;
    return status;
}

std::int32_t Proxy::listen(Session& session, const wire::Listen& wanted, wire::Listening& out, nb_error& error)
{
    const auto name = view(wanted.name);
    const auto answer = [&](Listener& listener) {
        listener.servedBy = session.number();
        out.listener = listener.index;
        out.port = tables()->transport->port(listener.handle);
        return NB_OK;
    };
    std::unique_lock lock(_mutex);
    const auto known = std::find_if(_listeners.begin(), _listeners.end(), [&](const Listener& listener) {
        return listener.name == name && listener.address == view(wanted.address) && listener.port == wanted.port &&
               listener.tcp == (wanted.tcp != 0);
    });
    if (known != _listeners.end() && !first)
        return answer(*known);
    if (!first)
        return notAsBefore(error, "The listener " + std::string(name));

    auto& listener = _listeners.emplace_back(*this, static_cast<std::uint32_t>(_listeners.size()));
    listener.tcp = wanted.tcp != 0;
    listener.name = name;
    listener.address = view(wanted.address);
    listener.port = wanted.port;
    listener.window = wanted.highMarkBytes == 0 ? Session::window : wanted.highMarkBytes;
    lock.unlock();
    nb_listen_options given{};
    given.size = sizeof given;
    given.port = wanted.port;
    given.name = wanted.name;
    given.address = wanted.address;
    given.max_connections = wanted.maxConnections;
    given.max_per_address = wanted.maxPerAddress;
    given.high_mark_bytes = wanted.highMarkBytes;
    given.hard_mark_bytes = wanted.hardMarkBytes;
    given.write_timeout_ms = wanted.writeTimeoutMs;
    const auto& transport = *tables()->transport;
    const auto status = listener.tcp ? transport.listen_tcp(tables()->host, &given, &Session::tcpCalls(), &listener,
                                                            &listener.handle, &error)
                                     : transport.listen_udp(tables()->host, &given, &Session::udpCalls(), &listener,
                                                            &listener.handle, &error);
    if (status == NB_OK)
        return answer(listener);
    lock.lock();
    _listeners.pop_back();
    return status;
}

std::int32_t Proxy::migrate(const wire::Migrate& wanted, nb_error& error)
{
    std::vector<std::pair<std::string, std::string>> steps;
    std::vector<nb_sql_migration> given;
    for (const auto& step : wanted.steps) {
        steps.emplace_back(view(step.name), view(step.value));
        given.push_back({step.name, step.value});
    }
    if (!first)
        return steps == _steps ? NB_OK : notAsBefore(error, "A step of the migrations");
    const auto status = tables()->sql->migrate(tables()->host, given.data(), given.size(), &error);
    if (status == NB_OK)
        _steps = std::move(steps);
    return status;
}

Listener* Proxy::listener(std::uint32_t index) 
{
    const std::lock_guard lock(_mutex);
    return index < _listeners.size() ? &_listeners[index] : nullptr;
}

std::optional<std::int64_t> Proxy::lastEvent(const std::string& name) const
{
    const std::lock_guard lock(_mutex);
    const auto found = _lastEvents.find(name);
    return found == _lastEvents.end() ? std::nullopt : std::optional(found->second);
}

void Proxy::rememberEvent(const std::string& name, std::int64_t id)
{
    const std::lock_guard lock(_mutex);
    _lastEvents[name] = id;
}

void Proxy::unavailable(nb_request* request) const
{
    nb_error error{};
    refuse(error, NB_UNAVAILABLE, "plugin_unavailable", "The plugin " + subject.id + " does not answer at the moment.");
    tables()->http->problem(request, &error);
}

std::int32_t Proxy::handle(void* user, nb_request* request)
{
    const auto& route = *static_cast<const Route*>(user);
    auto& proxy = route.proxy;
    const auto verdict = proxy.breaker.admits();
    const auto session = verdict == border::Breaker::Verdict::refuse ? nullptr : proxy.live();
    if (session && route.servedBy.load(std::memory_order_relaxed) == session->number()) {
        session->ask(route, request);
        return NB_OK;
    }
    if (verdict == border::Breaker::Verdict::trial)
        proxy.breaker.trialGivenUp();
    proxy.unavailable(request);
    return NB_OK;
}

} // namespace netbit::isolation::parent
