#include "api/PullBodies.h"

#include "support/RequestBody.h"

namespace netbit::git {

namespace {

template <class Read>
void readBody(const Exchange& request, Read read)
{
    support::RequestBody body(request.header("Content-Type"));
    auto fields = body.read(request.body().empty() ? "{}" : request.body());
    if (!fields)
        throw Failure(fields.error());
    read(*fields);
    if (const auto fault = support::RequestBody::finish(*fields))
        throw Failure(*fault);
}

void copyText(boost::json::object& to, support::Fields& fields, std::string_view name)
{
    if (const auto text = fields.text(name))
        to[name] = *text;
}

std::string textOf(support::Fields& fields, std::string_view name, std::string_view otherwise = {})
{
    return std::string(fields.text(name).value_or(otherwise));
}

} // namespace

NewPull readNewPull(const Exchange& request)
{
    NewPull out;
    readBody(request, [&](support::Fields& fields) {
        copyText(out.arguments, fields, "title");
        copyText(out.arguments, fields, "body");
        if (const auto draft = fields.flag("draft"))
            out.arguments["draft"] = *draft;
        out.base = textOf(fields, "base");
        out.head = textOf(fields, "head");
        out.headRepository = fields.integer("head_repository_id", 1).value_or(0);
    });
    return out;
}

NewComment readNewComment(const Exchange& request)
{
    NewComment out;
    readBody(request, [&](support::Fields& fields) {
        copyText(out.arguments, fields, "body");
        if (const auto to = fields.integer("reply_to", 1))
            out.arguments["reply_to"] = *to;
        out.path = textOf(fields, "path");
        out.side = textOf(fields, "side", "new");
        out.commit = textOf(fields, "commit");
        out.line = fields.integer("line", 1, 10'000'000).value_or(0);
        if (out.side != "new" && out.side != "old")
            fields.refuse("out_of_range", "side", "It must be old or new.");
    });
    return out;
}

boost::json::object readNewStatus(const Exchange& request)
{
    boost::json::object out;
    readBody(request, [&](support::Fields& fields) {
        for (const std::string_view name : {"context", "state", "target_url", "description"})
            copyText(out, fields, name);
    });
    return out;
}

Merging::Order readMerge(const Exchange& request)
{
    Merging::Order out;
    readBody(request, [&](support::Fields& fields) {
        out.methodText = textOf(fields, "method", "merge");
        out.message = textOf(fields, "message");
        const auto method = mergeMethod(out.methodText);
        if (!method)
            fields.refuse("out_of_range", "method", "It must be merge, squash or rebase.");
        out.method = method.value_or(MergeMethod::merge);
        if (out.message.size() > (64u << 10))
            fields.refuse("out_of_range", "message", "It has at most 64 KiB.");
    });
    return out;
}

} // namespace netbit::git
