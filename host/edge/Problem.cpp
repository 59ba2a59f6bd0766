#include "edge/Problem.h"

#include "base/Json.h"

namespace netbit::edge {

std::string_view reasonPhrase(int status) noexcept
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return status < 400 ? "OK" : "Error";
    }
}

int httpStatus(base::Status status) noexcept
{
    using base::Status;
    switch (status) {
    case Status::ok: return 200;
    case Status::malformed: return 400;
    case Status::unauthenticated: return 401;
    case Status::forbidden: return 403;
    case Status::notFound: return 404;
    case Status::conflict: return 409;
    case Status::preconditionFailed: return 412;
    case Status::tooLarge: return 413;
    case Status::unsupportedType: return 415;
    case Status::invalid: return 422;
    case Status::rateLimited: return 429;
    case Status::unsupported: return 501;
    case Status::unavailable:
    case Status::closed: return 503;
    case Status::storageFull: return 507;
    case Status::internal:
    case Status::wouldBlock: return 500; // the latter never leaves the host: whoever lets it out has a bug
    }
    return 500;
}

Reply problemReply(const Problem& problem)
{
    std::string out;
    out.reserve(256 + problem.detail.size() + problem.instance.size() + problem.pointer.size());
    const auto member = [&](std::string_view name, std::string_view text) {
        out += ",\"";
        out += name;
        out += "\":";
        base::appendJsonString(out, text);
    };
    out += "{\"type\":";
    base::appendJsonString(out, "/docs/problems#" + std::string(problem.code));
    member("title", reasonPhrase(problem.status));
    out += ",\"status\":";
    base::appendJsonInt(out, problem.status);
    member("detail", problem.detail);
    if (!problem.instance.empty())
        member("instance", problem.instance);
    member("code", problem.code);
    const auto id = std::to_string(problem.requestId);
    member("request_id", id);
    if (!problem.pointer.empty()) {
        out += ",\"errors\":[{\"pointer\":";
        base::appendJsonString(out, problem.pointer);
        member("detail", problem.detail);
        out += "}]";
    }
    out += '}';

    Reply reply;
    reply.status = problem.status;
    reply.contentType = "application/problem+json";
    reply.headers.emplace_back("X-Request-Id", id);
    reply.body.text(std::move(out));
    return reply;
}

Reply errorReply(const base::Error& error, std::string_view instance, std::uint64_t requestId,
                 std::string_view challenge)
{
    const int status = httpStatus(error.status);
    const bool ours = status == 500;
    auto reply = problemReply({status, ours || error.code.empty() ? std::string_view("internal_error") : error.code,
                               ours ? std::string_view("Something went wrong on our side.") : error.detail,
                               ours ? std::string_view() : error.pointer, instance, requestId});
    if (status == 401)
        reply.headers.emplace_back("WWW-Authenticate",
                                   challenge.empty() ? "Bearer realm=\"netbit\"" : std::string(challenge));
    if (status == 429 || status == 503)
        reply.headers.emplace_back("Retry-After", "1");
    return reply;
}

} // namespace netbit::edge
