#include "api/Query.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::git {

namespace {

Failure refused(std::string_view name, std::string_view detail)
{
    return Failure(Error(Status::invalid, "invalid_parameter", detail, '/' + std::string(name)));
}

/// The target without the parameter, which follows.
std::string targetUpTo(std::string_view target, std::string_view name)
{
    const auto question = std::min(target.find('?'), target.size());
    std::string out(target.substr(0, question));
    char join = '?';
    for (auto query = target.substr(std::min(question + 1, target.size())); !query.empty();) {
        const auto end = std::min(query.find('&'), query.size());
        const auto part = query.substr(0, end);
        if (part.substr(0, part.find('=')) != name) {
            out += join;
            out += part;
            join = '&';
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return out + join + std::string(name) + '=';
}

} // namespace

std::optional<std::string> bytesParameter(const Exchange& request, std::string_view name)
{
    const auto plain = request.query(name);
    const auto twin = std::string(name) + "_base64";
    const auto encoded = request.query(twin);
    if (plain && encoded)
        throw refused(twin, "Say it in one way only.");
    if (!encoded)
        return plain ? std::optional<std::string>(*plain) : std::nullopt;
    auto bytes = fromBase64Url(*encoded);
    if (!bytes)
        throw refused(twin, "It must be URL-safe base64 (RFC 4648 section 5).");
    return bytes;
}

std::uint64_t numberParameter(const Exchange& request, std::string_view name, std::uint64_t least, std::uint64_t most, std::uint64_t otherwise)
{
    const auto text = request.query(name);
    if (!text)
        return otherwise;
    const auto number = parseInteger<std::uint64_t>(*text);
    if (!number || *number < least || *number > most)
        throw refused(name, "It must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + '.');
    return *number;
}

bool flagParameter(const Exchange& request, std::string_view name)
{
    const auto text = request.query(name);
    if (text && *text != "true" && *text != "false")
        throw refused(name, "It must be true or false.");
    return text == "true";
}

std::string textParameter(const Exchange& request, std::string_view name, std::size_t most)
{
    const auto text = request.query(name).value_or(std::string_view());
    if (text.size() > most)
        throw refused(name, "It has at most " + std::to_string(most) + " bytes.");
    return std::string(text);
}

std::optional<std::int64_t> timeParameter(const Exchange& request, std::string_view name)
{
    const auto text = request.query(name);
    if (!text)
        return std::nullopt;
    const auto time = secondsOf(*text);
    if (!time)
        throw refused(name, "It must be a time as RFC 3339 has it, or a date.");
    return time;
}

std::size_t limitParameter(const Exchange& request) { return static_cast<std::size_t>(numberParameter(request, "limit", 1, 200, 50)); }

std::optional<Cursor> cursorParameter(const Exchange& request)
{
    const auto text = request.query("cursor");
    if (!text)
        return std::nullopt;
    const auto cursor = Cursor::read(*text);
    if (!cursor)
        throw refused("cursor", "It must be one that an answer gave.");
    return cursor;
}

std::string tagOf(const Exchange& request, std::initializer_list<const git_oid*> ids)
{
    std::string text = "1\n"; // of the form of the answers: grows when that changes
    for (const auto* const id : ids)
        text += hexOf(id) + '\n';
    text += request.target();
    git_oid hash{};
    check(git_odb_hash(&hash, text.data(), text.size(), GIT_OBJECT_BLOB));
    return '"' + hexOf(hash) + '"';
}

bool unchanged(Later& request, std::string_view tag)
{
    const auto known = request.header("If-None-Match").value_or(std::string_view());
    if (known.find(tag) == std::string_view::npos) // our tags hold nothing that could stand inside another's
        return false;
    request.reply(Reply(304).header("ETag", tag).header("Cache-Control", "private, no-cache"));
    return true;
}

void give(Later& request, const Answer& answer, std::string_view tag, std::string_view parameter)
{
    const auto text = boost::json::serialize(answer.body);
    std::string link;
    if (!answer.next.empty())
        link = '<' + targetUpTo(request.target(), parameter) + percentEncoded(isUtf8(answer.next) ? answer.next : base64(answer.next)) + ">; rel=\"next\"";
    Reply reply(200);
    reply.bytes(text).header("Cache-Control", "private, no-cache"); // who may read it today may not tomorrow
    if (!tag.empty())
        reply.header("ETag", tag);
    if (!link.empty())
        reply.header("Link", link);
    request.reply(reply);
}

} // namespace netbit::git
