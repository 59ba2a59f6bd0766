// The client for browsers: its files, and its session's cookie. What it shows it asks of the same API as every other client.

#include "Assets.h"
#include "Session.h"

#include "support/CookieHeader.h"
#include "support/RequestBody.h"

#include <netbit/auth.hpp>
#include <netbit/plugin.hpp>

#include <atomic>

namespace netbit::web {

namespace {

/// Nothing but this server's own files runs, is shown or is asked. style-src without 'unsafe-inline': the client sets no
/// style attributes. Markup can become a document only through the client's one policy, which parses and never inserts.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; worker-src 'self'; media-src blob:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types netbit";

constexpr const char* opened =
    R"({"query":{},"body":{"type":"object","required":[],"properties":{"refresh_token":{"type":"string","maxLength":256,)"
    R"("description":"Of a session that begins; without it, the cookie says which session is meant."}},)"
    R"("additionalProperties":false},"result":{"type":"object","required":["access_token","token_type","expires_in"],)"
    R"("properties":{"access_token":{"type":"string"},"token_type":{"type":"string"},"expires_in":{"type":"integer"}}}})";
constexpr const char* ended = R"({"query":{},"status":204})";
constexpr const char* page = R"({"query":{},"type":"text/html"})";
constexpr const char* file = R"({"query":{},"type":"application/octet-stream"})";
constexpr const char* words = R"({"query":{},"type":"application/json"})";

/// A browser lets no other site add this header without asking first, and nobody answers that question.
Result<void> fromTheClient(const Request& request)
{
    const auto header = [&](std::string_view name) { return request.header(name).value_or(std::string_view()); };
    if (!isOwnPages(header("Sec-Fetch-Site"), header("Origin"), header("Host")))
        return Error(Status::forbidden, "foreign_origin", "Pages of another origin have no business with this session.");
    if (request.header("X-NetBit-Web"))
        return {};
    return Error(Status::invalid, "not_from_the_client", "The header X-NetBit-Web is missing: this route is for the web client.");
}

class WebPlugin final : public Plugin {
public:
    explicit WebPlugin(Host host) : Plugin(host), _auth(host) {}

private:
    void configure() override { _seconds = config().integer("remember_days") * 86'400; }

    void start() override
    {
        get("/", anyone, [](Request& request) { return give(request, "index.html"); },
            fast().summary("The web client").schema(page));
        get("/web/{file}", anyone, [](Request& request) { return give(request, request.param("file")); },
            fast().summary("A file of the web client").schema(file));
        get("/web/lang/{file}", anyone, [](Request& request) { return give(request, "lang/" + request.param("file")); },
            fast().summary("The web client's words in one language").schema(words));
        post("/web/session", anyone, [this](Request& request) { return open(request); },
             worker().summary("Begin or go on with a browser's session: the refresh token stays in a cookie")
                 .maxBody(4096).schema(opened));
        route("DELETE", "/web/session", anyone, [this](Request& request) { return close(request); },
              worker().summary("End a browser's session").maxBody(1024).schema(ended));
    }

    static Result<void> give(Request& request, std::string_view name)
    {
        const auto* const asset = assetOf(name);
        if (!asset)
            return Error(Status::notFound, "file_not_found", "The web client has no such file.");
        const bool small = !asset->gzip.empty() && takesGzip(request.header("Accept-Encoding").value_or(std::string_view()));
        Reply reply(200);
        reply.type(asset->type).bytes(small ? asset->gzip : asset->plain);
        reply.header("ETag", small ? asset->gzipEtag : asset->etag);
        reply.header("Cache-Control", "no-cache"); // asked for anew, answered 304 while it is the same
        reply.header("Vary", "Accept-Encoding");
        reply.header("Content-Security-Policy", policy);
        reply.header("Referrer-Policy", "no-referrer");
        reply.header("Cross-Origin-Opener-Policy", "same-origin");
        reply.header("Cross-Origin-Resource-Policy", "same-origin");
        reply.header("X-Frame-Options", "DENY");
        if (name == "sw.js")
            reply.header("Service-Worker-Allowed", "/");
        if (small)
            reply.header("Content-Encoding", "gzip");
        request.reply(reply);
        return {};
    }

    static bool isSecure(const Request& request)
    {
        return request.header("Origin").value_or(std::string_view()).starts_with("https://");
    }

    static std::string tokenIn(const Request& request)
    {
        return std::string(support::cookieOf(request.header("Cookie").value_or(std::string_view()), cookieName));
    }

    Result<void> open(Request& request)
    {
        support::RequestBody body(request.header("Content-Type"));
        auto fields = body.read(request.body());
        if (!fields)
            return fields.error();
        const auto told = fields->text("refresh_token");
        if (auto fault = support::RequestBody::finish(*fields))
            return std::move(*fault);
        if (auto known = fromTheClient(request); !known)
            return known.error();
        const std::string token = told ? std::string(*told) : tokenIn(request);
        if (token.empty())
            return Error(Status::unauthenticated, "no_session", "This browser has no session: sign in.");
        const bool secure = isSecure(request);
        const auto turn = _exchanges.take(token, {request.defer(), secure}, Exchanges::Clock::now(), _seconds);
        if (turn != Exchanges::Turn::first)
            return {};
        _auth.refresh(token, [this, token](Result<Done> done) {
            auto parted = done ? part(done->json) : std::nullopt;
            auto outcome = parted ? Result<Parted>(std::move(*parted))
                                  : Result<Parted>(done ? Error(Status::internal, "unknown_session", "The session is not understood.")
                                                        : done.error());
            _exchanges.settle(token, std::move(outcome), Exchanges::Clock::now(), _seconds);
        });
        return {};
    }

    Result<void> close(Request& request)
    {
        if (auto known = fromTheClient(request); !known)
            return known.error();
        const auto token = tokenIn(request);
        const auto gone = setCookie({}, isSecure(request), 0);
        if (token.empty()) {
            request.reply(Reply(204).header("Set-Cookie", gone));
            return {};
        }
        _auth.logout(token, [later = request.defer(), gone](Result<Done> done) mutable {
            if (!done && done.error().status != Status::unauthenticated)
                return later.problem(done.error());
            later.reply(Reply(204).header("Set-Cookie", gone));
        });
        return {};
    }

    Auth _auth;
    Exchanges _exchanges;
    std::atomic<long long> _seconds{0};
};

} // namespace

} // namespace netbit::web

NETBIT_PLUGIN(netbit::web::WebPlugin, "web", "1.0.0")
