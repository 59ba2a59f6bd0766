#include "Exchange.h"

#include "Handles.h"
#include "Serve.h"
#include "World.h"
#include "edge/Chars.h"
#include "edge/Conditional.h"
#include "edge/Problem.h"
#include "edge/Target.h"

#include <algorithm>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

base::Error ofStatus(std::int32_t status)
{
    const auto meaning = border::statusOf(status);
    if (meaning == Status::internal)
        return fault(meaning, "internal_error", "");
    return fault(meaning, "plugin_error", "The plugin refused the request.");
}

/// The token of `Authorization: Bearer …`, as the host's gate reads it.
std::string_view bearer(std::string_view authorization)
{
    constexpr std::string_view scheme = "Bearer ";
    if (authorization.size() <= scheme.size() || !edge::sameText(authorization.substr(0, scheme.size()), scheme))
        return {};
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
    return authorization;
}

base::Result<void> admit(nb_kit_exchange& exchange, edge::Access access, std::int64_t as)
{
    auto& people = exchange.world.people;
    const auto authorization = exchange.field("Authorization");
    if (as != 0)
        exchange.principal = people.principal(as);
    else if (!authorization.empty()) {
        auto proven = people.verify(bearer(authorization));
        if (!proven)
            return proven.error();
        exchange.principal = std::move(*proven);
    }
    if (access == edge::Access::anyone)
        return {};
    if (!exchange.principal)
        return fault(Status::unauthenticated, "unauthenticated",
                     "This needs a signed-in user: send an Authorization header with a bearer token.");
    if (access == edge::Access::admin && !exchange.principal->admin())
        return fault(Status::forbidden, "admin_only", "Only an admin of this server may do this.");
    return {};
}

edge::Reply nothingThere(const nb_kit_exchange& exchange, const edge::RouteTable& table, edge::Match& match)
{
    const bool options = exchange.method == "OPTIONS";
    const bool wholeServer = options && exchange.path == "*";
    auto allow = wholeServer ? table.allMethods() : std::move(match.allow);
    edge::Reply reply;
    if (options && (wholeServer || !allow.empty())) {
        reply.status = 204;
        reply.contentType.clear();
    } else {
        const bool noMethod = !allow.empty();
        reply = edge::problemReply({noMethod ? 405 : 404, noMethod ? "method_not_allowed" : "not_found",
                                    noMethod ? "This resource does not know that method." : "There is no such resource.",
                                    {}, exchange.path, exchange.id});
    }
    if (!allow.empty())
        reply.headers.emplace_back("Allow", std::move(allow));
    return reply;
}

/// One run of the handler. False: it would block, and is to be run once more on a worker.
bool runHandler(Life& life, nb_request& request, const RouteCalls& calls, bool fast)
{
    auto& exchange = request.exchange;
    request.worker = !fast;
    exchange.flags |= fast ? NB_KIT_RAN_FAST : NB_KIT_RAN_WORKER;
    const auto name = "The handler of " + exchange.routeName;
    std::int32_t status = NB_INTERNAL;
    life.call(fast ? Lane::reactor : Lane::worker, name, [&] { status = calls.handler(calls.user, &request); });
    const bool nothingDone = !request.answered && !request.deferred;
    if (status == NB_WOULD_BLOCK && nothingDone) {
        if (fast)
            return false;
        life.world().violation(name + " returned NB_WOULD_BLOCK on a worker.");
        status = NB_INTERNAL;
    } else if (status == NB_OK && nothingDone) {
        life.world().violation(name + " returned NB_OK without an answer.");
        status = NB_INTERNAL;
    } else if (status != NB_OK && request.deferred && !request.answered) {
        life.world().violation(name + " kept the request to answer later, and refused it with the status " +
                               std::to_string(status) + " as well.");
    }
    if (status != NB_OK && !request.answered)
        request.problem(ofStatus(status));
    return true;
}

} // namespace

base::Result<nb_kit_exchange*> begin(World& world, const nb_kit_request& given)
{
    const auto bad = [](std::string_view why) { return fault(Status::malformed, "bad_request", why); };
    auto* const life = world.life();
    if (!life || !life->live())
        return fault(Status::unavailable, "not_live", "The plugin is not live.");
    auto made = std::make_unique<nb_kit_exchange>(world);
    auto& exchange = *made;
    exchange.id = ++world.nextRequestId;
    exchange.method = bytesOf(given.method, "method");
    exchange.target = bytesOf(given.target, "target");
    exchange.body = bytesOf(given.body, "body");
    exchange.peer = given.peer.ptr ? std::string(bytesOf(given.peer, "peer")) : "127.0.0.1";
    if (!edge::isToken(exchange.method))
        return bad("The method is no token of HTTP.");
    edge::Target target;
    if (edge::splitTarget(exchange.method, exchange.target, target))
        return bad("The target " + exchange.target + " is none that a client could send.");
    exchange.path = target.path;
    std::string decoded;
    decoded.reserve(exchange.target.size());
    std::vector<std::pair<std::string_view, std::string_view>> pairs;
    if (!edge::decodeQuery(target.query, decoded, pairs))
        return bad("The query of " + exchange.target + " cannot be decoded.");
    for (const auto& [name, value] : pairs)
        exchange.query.emplace_back(name, value);
    for (std::size_t i = 0; i < given.header_count; ++i) {
        const auto name = bytesOf(given.headers[i].name, "header.name");
        const auto value = bytesOf(given.headers[i].value, "header.value");
        if (!edge::isToken(name) || !edge::isFieldValue(value))
            return bad("The header " + std::string(name) + " is none that a client could send.");
        exchange.fields.emplace_back(name, value);
    }
    if (given.as != 0 && !world.people.byId(given.as))
        return fault(Status::notFound, "user_not_found", "There is no such user.");
    world.exchanges.push_back(std::move(made));

    const auto& table = *life->routes();
    auto match = table.match(exchange.method, exchange.path);
    if (!match.route) {
        exchange.take(nothingThere(exchange, table, match));
        return &exchange;
    }
    const auto& route = *match.route;
    exchange.routeName = route.method + ' ' + route.pattern;
    for (const auto& [name, raw] : match.params) {
        std::string text;
        text.reserve(raw.size());
        const auto value = edge::decode(raw, false, text);
        if (!value)
            return bad("The path " + exchange.path + " cannot be decoded.");
        exchange.params.emplace_back(name, *value);
    }
    const auto refuse = [&](const base::Error& error) {
        exchange.take(edge::errorReply(error, exchange.path, exchange.id, route.challenge));
        return &exchange;
    };
    if (auto admitted = admit(exchange, route.access, given.as); !admitted)
        return refuse(admitted.error());
    const auto most = route.maxBodyBytes != 0 ? route.maxBodyBytes : world.limits.bodyBytes;
    if (exchange.body.size() > most && !route.streamed)
        return refuse(fault(Status::tooLarge, "body_too_large", "The request's body is too large."));

    auto& request = *life->requests.emplace_back(std::make_unique<nb_request>(*life, exchange));
    request.streamed = route.streamed;
    const auto calls = life->callsOf(route);
    if (!runHandler(*life, request, calls, route.fast))
        runHandler(*life, request, calls, false);
    return &exchange;
}

} // namespace netbit::fake

using namespace netbit;

std::string_view nb_kit_exchange::field(std::string_view name) const
{
    for (const auto& [key, value] : fields)
        if (edge::sameText(key, name))
            return value;
    return {};
}

void nb_kit_exchange::takeHead(edge::Reply& reply)
{
    status = reply.status;
    replyFields.clear();
    if (!reply.contentType.empty() && status != 204 && status != 304)
        replyFields.emplace_back("Content-Type", reply.contentType);
    for (auto& field : reply.headers)
        replyFields.push_back(field);
}

void nb_kit_exchange::take(edge::Reply reply)
{
    if (method == "GET" || method == "HEAD")
        edge::makeConditional(reply, field("If-None-Match"));
    takeHead(reply);
    if (method != "HEAD" && status != 204)
        content = reply.body.str();
    flags |= NB_KIT_ENDED;
}

nb_request::~nb_request() { settled(); }

bool nb_request::claim()
{
    if (std::exchange(answered, true)) {
        life.world().violation("The handler of " + exchange.routeName + " answered twice.");
        return false;
    }
    return true;
}

void nb_request::settled()
{
    if (auto* const lent = std::exchange(principal, nullptr))
        lent->release();
}

void nb_request::problem(const base::Error& error)
{
    answered = true;
    exchange.take(edge::errorReply(error, exchange.path, exchange.id, {}));
    settled();
}

// The stream.

void nb_stream::tell(const char* name, void (*function)(void*))
{
    if (!function || _ended || _over)
        return;
    _telling = true;
    _life->call(fake::Lane::reactor, name, [&] { function(_user); });
    _telling = false;
    if (_ended)
        tellEnded();
}

void nb_stream::tellEnded()
{
    if (std::exchange(_endedTold, true) || !_calls.ended)
        return;
    _life->call(fake::here() == fake::Lane::foreign ? fake::Lane::reactor : fake::here(), "ended of a stream",
                [this] { _calls.ended(_user); });
}

std::int32_t nb_stream::write(std::string_view bytes)
{
    if (_gone || _over)
        return NB_CLOSED;
    if (_ended) {
        _life->world().violation("A stream of " + routeName() + " was written to after its end.");
        return NB_CLOSED;
    }
    if (exchange.method != "HEAD")
        exchange.content += bytes;
    if (!_stalled)
        return NB_OK;
    _waiting += bytes.size();
    if (_waiting < _highMark)
        return NB_OK;
    _full = true;
    return NB_WOULD_BLOCK;
}

void nb_stream::endByPlugin()
{
    if (std::exchange(_ended, true)) {
        if (!_over) // one that has moved may be ended as well
            _life->world().violation("A stream of " + routeName() + " was ended twice.");
        return;
    }
    exchange.flags |= NB_KIT_ENDED;
    if (!_telling)
        tellEnded();
}

void nb_stream::endByHost()
{
    if (open()) {
        exchange.flags |= NB_KIT_ENDED;
        hangUp();
    }
}

void nb_stream::stall(std::uint64_t highMark)
{
    _stalled = true;
    _highMark = highMark;
}

void nb_stream::unstall()
{
    _stalled = false;
    _waiting = 0;
    if (std::exchange(_full, false) && open())
        tell("drained of a stream", _calls.drained);
}

void nb_stream::hangUp()
{
    if (!open())
        return;
    _gone = true;
    tell("closed of a stream", _calls.closed);
}

std::int32_t nb_stream::freeze(nb_keep_fn keep, void* keeper)
{
    if (!open() || !_calls.freeze)
        return NB_CLOSED;
    std::int32_t status = NB_INTERNAL;
    _life->call(fake::Lane::reactor, "freeze of a stream", [&] { status = _calls.freeze(_user, this, keep, keeper); });
    if (status == NB_OK) {
        _over = true;
        _ended = true; // its end is not the plugin's to call any more
        tellEnded();
    }
    return status;
}

void nb_stream::goOn(const nb_stream& before, const nb_stream_calls& calls, void* user)
{
    _calls = calls;
    _user = user;
    _stalled = before._stalled;
    _full = before._full;
    _highMark = before._highMark;
    _waiting = before._waiting;
}

void nb_stream::refuse()
{
    _over = _ended = true;
    exchange.flags |= NB_KIT_ENDED;
}
