#include "Oidc.h"

#include "support/JsonDocument.h"
#include "support/RequestBody.h"

#include <boost/json/serialize.hpp>

#include <initializer_list>

namespace netbit::user {

namespace {

namespace json = boost::json;

/// The object that an operation gave. It is the host's own, so it parses.
class Given {
public:
    explicit Given(std::string_view text)
    {
        if (const auto fault = _document.parse(text, support::RequestBody::maxDepth); fault || !_document.root().is_object())
            throw Failure(Error(Status::internal, "unexpected_answer", "The host's answer cannot be read."));
    }
    std::string_view text(std::string_view name) const
    {
        const auto* const value = member(name);
        return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
    }
    bool flag(std::string_view name) const
    {
        const auto* const value = member(name);
        return value && value->is_bool() && value->get_bool();
    }
    long long number(std::string_view name) const
    {
        const auto* const value = member(name);
        return value && value->is_int64() ? value->get_int64() : 0;
    }

private:
    const json::value* member(std::string_view name) const { return _document.root().get_object().if_contains(name); }
    support::JsonDocument _document;
};

/// What such an answer says may stay in no cache and no Referer.
Reply guarded(int status) { return Reply(status).header("Cache-Control", "no-store").header("Referrer-Policy", "no-referrer"); }

std::string cookieFor(const Given& begun)
{
    return setCookie(begun.text("browser"), begun.flag("secure"), begun.number("expires_in"));
}

OperationCall callOf(std::string_view operation, Request& request)
{
    OperationCall call;
    call.operation = operation;
    call.text("provider", request.param("provider"));
    call.peer = request.peer();
    call.client = request.header("User-Agent").value_or(std::string_view());
    return call;
}

void addQuery(OperationCall& call, const Request& request, std::initializer_list<std::string_view> names)
{
    for (const auto name : names)
        if (const auto value = request.query(name))
            call.text(name, *value);
}

} // namespace

Result<void> startOidc(const Operations& operations, Request& request)
{
    auto call = callOf("oidc.start", request);
    addQuery(call, request, {"return_to", "code_challenge"});
    auto answer = request.defer();
    operations.call({}, call, [later = std::move(answer)](Result<Done> done) mutable {
        if (!done)
            return later.problem(done.error());
        const Given begun(done->json);
        const auto cookie = cookieFor(begun);
        later.reply(guarded(302).header("Location", begun.text("authorization_url")).header("Set-Cookie", cookie));
    });
    return {};
}

Result<void> finishOidc(const Operations& operations, Request& request)
{
    auto call = callOf("oidc.finish", request);
    addQuery(call, request, {"state", "code", "iss", "error"});
    const auto cookies = request.header("Cookie").value_or(std::string_view());
    call.text("secure_browser", cookieOf(cookies, secureCookie));
    call.text("plain_browser", cookieOf(cookies, plainCookie));
    const bool secure = !cookieOf(cookies, secureCookie).empty();
    auto answer = request.defer();
    operations.call({}, call, [later = std::move(answer), gone = setCookie({}, secure, 0)](Result<Done> done) mutable {
        if (!done)
            return later.problem(done.error());
        const auto location = std::string(Given(done->json).text("location"));
        if (location.empty())
            return later.reply(guarded(200).bytes(done->json).header("Set-Cookie", gone));
        later.reply(guarded(302).header("Location", location).header("Set-Cookie", gone));
    });
    return {};
}

Result<void> beginLink(const Operations& operations, const Principal& caller, Request& request)
{
    support::RequestBody body(request.header("Content-Type"));
    if (const auto fields = body.read(request.body()); !fields)
        return fields.error();
    auto call = callOf("identities.begin_link", request);
    call.arguments = request.body();
    auto answer = request.defer();
    operations.call(caller, call, [later = std::move(answer)](Result<Done> done) mutable {
        if (!done)
            return later.problem(done.error());
        const Given begun(done->json);
        const auto cookie = cookieFor(begun);
        const auto told = json::serialize(json::object{{"authorization_url", begun.text("authorization_url")},
                                                       {"expires_in", begun.number("expires_in")}});
        later.reply(guarded(200).bytes(told).header("Set-Cookie", cookie));
    });
    return {};
}

} // namespace netbit::user
