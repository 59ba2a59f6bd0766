// Chats in and out through the admin's door: records in batches, exports as streams.

#include "app/FileIntake.h"
#include "app/Pipe.h"
#include "app/Routes.h"

#include "base/Json.h"
#include "base/JsonLine.h"
#include "services/auth/AuthService.h"
#include "services/transfer/TransferService.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace netbit::app {

using base::fault;
using base::Result;
using base::Status;
using edge::Exchange;
using edge::Outcome;
using services::auth::AuthService;
using services::transfer::TransferService;
namespace transfer = services::transfer;
namespace json = boost::json;

namespace {

constexpr std::size_t maxBatchBytes = 64 * 1024 * 1024;

Result<transfer::Batch> readBatch(Exchange& exchange)
{
    auto parsed = base::parseJson(exchange.body());
    if (!parsed)
        return parsed.error();
    const auto* const object = parsed->if_object();
    if (!object)
        return fault(Status::invalid, "not_an_object", "The body must be a JSON object.");
    for (const auto& member : *object)
        if (member.key() != "source" && member.key() != "records")
            return fault(Status::invalid, "invalid_member", "This request has a source and records only.",
                         "/" + std::string(member.key()));
    const auto* const source = object->if_contains("source");
    if (!source || !source->is_string())
        return fault(Status::invalid, "invalid_member", "\"source\" must be a string.", "/source");
    const auto* const records = object->if_contains("records");
    if (!records || !records->is_array())
        return fault(Status::invalid, "invalid_member", "\"records\" must be an array.", "/records");
    transfer::Batch batch;
    batch.source = std::string(source->get_string());
    batch.records.reserve(records->get_array().size());
    for (const auto& record : records->get_array())
        batch.records.push_back(transfer::readRecord(record));
    return batch;
}

std::string counts(const std::array<std::int64_t, transfer::kinds>& of)
{
    base::JsonLine out;
    for (std::size_t i = 0; i < transfer::kinds; ++i)
        out.number(transfer::nameOf(static_cast<transfer::Kind>(i)), of[i]);
    return out.object();
}

std::string remarks(const std::vector<transfer::Remark>& all)
{
    std::string out = "[";
    for (const auto& one : all) {
        out += &one == all.data() ? "{\"record\":" : ",{\"record\":";
        base::appendJsonInt(out, static_cast<std::int64_t>(one.record));
        out += ",\"reason\":";
        base::appendJsonString(out, one.reason);
        out += ",\"detail\":";
        base::appendJsonString(out, one.detail);
        out += '}';
    }
    return out + ']';
}

Outcome takeIn(Exchange& exchange, AuthService& auth, TransferService& service)
{
    auto batch = readBatch(exchange);
    if (!batch) {
        exchange.problem(batch.error());
        return Outcome::replied;
    }
    auto kept = exchange.shared_from_this(); // answered on the writer's thread
    const auto taken = service.takeIn(*auth.localAdmin(), std::move(*batch), [kept](Result<transfer::Outcome> outcome) {
        if (!outcome)
            return kept->problem(outcome.error());
        edge::Reply reply;
        reply.body = base::Body(base::JsonLine()
                                    .raw("added", counts(outcome->added))
                                    .raw("already", counts(outcome->already))
                                    .number("matched", outcome->matched)
                                    .raw("left_out", remarks(outcome->leftOut))
                                    .raw("notes", remarks(outcome->notes))
                                    .object());
        kept->reply(std::move(reply));
    });
    if (!taken)
        exchange.problem(taken.error());
    return Outcome::replied;
}

Result<transfer::ExportScope> readScope(Exchange& exchange)
{
    const auto kind = exchange.queryValue("scope");
    transfer::ExportScope scope;
    scope.name = std::string(exchange.queryValue("name"));
    scope.passwords = exchange.queryValue("passwords") == "true";
    using Kind = transfer::ExportScope::Kind;
    if (kind == "all")
        scope.kind = Kind::all;
    else if (kind == "chat")
        scope.kind = Kind::chat;
    else if (kind == "user")
        scope.kind = Kind::user;
    else
        return fault(Status::invalid, "invalid_scope", "It must be all, chat or user.", "/scope");
    if (scope.kind != Kind::all && scope.name.empty())
        return fault(Status::invalid, "invalid_name", "It names the chat or the user.", "/name");
    return scope;
}

Outcome exportAll(Exchange& exchange, AuthService& auth, TransferService& service)
{
    const auto scope = readScope(exchange);
    if (!scope) {
        exchange.problem(scope.error());
        return Outcome::replied;
    }
    const auto pipe = std::make_shared<Pipe>(exchange, "application/x-ndjson");
    pipe->finish(service.exportTo(*auth.localAdmin(), *scope, [&](std::string_view line) { return pipe->put(line); }));
    return Outcome::replied;
}

Outcome exportDays(Exchange& exchange, AuthService& auth, TransferService& service)
{
    const auto pipe = std::make_shared<Pipe>(exchange, "application/x-ndjson");
    const auto done = service.exportDays(*auth.localAdmin(), exchange.queryValue("name"),
                                         [&](std::string_view path, std::string_view bytes) {
                                             return pipe->put(base::JsonLine().text("path", path).text("bytes", bytes).line());
                                         });
    if (done && !pipe->put(base::JsonLine().flag("end", true).line()))
        return Outcome::replied;
    pipe->finish(done);
    return Outcome::replied;
}

Outcome hasFile(Exchange& exchange, AuthService& auth, TransferService& service)
{
    const auto there = service.hasFile(*auth.localAdmin(), exchange.queryValue("source"), exchange.queryValue("key"));
    if (!there) {
        exchange.problem(there.error());
        return Outcome::replied;
    }
    edge::Reply reply;
    reply.body = base::Body(std::string(*there ? "{\"there\":true}" : "{\"there\":false}"));
    exchange.reply(std::move(reply));
    return Outcome::replied;
}

/// The record stands in the query, the body is the file.
Outcome takeFile(Exchange& exchange, AuthService& auth, TransferService& service, const edge::OnWorker& onWorker)
{
    const auto parsed = base::parseJson(exchange.queryValue("record"));
    auto record = parsed ? transfer::readRecord(*parsed) : Result<transfer::Record>(parsed.error());
    auto* const file = record ? std::get_if<transfer::FileRecord>(&*record) : nullptr;
    if (!file) {
        exchange.problem(record ? fault(Status::invalid, "invalid_member", "It must be the record of a file.", "/record")
                                : record.error());
        return Outcome::replied;
    }
    const auto size = static_cast<std::uint64_t>(file->file.size);
    auto taking = service.beginFile(*auth.localAdmin(), {std::string(exchange.queryValue("source")), std::move(*file)});
    if (!taking) {
        exchange.problem(taking.error());
        return Outcome::replied;
    }
    exchange.receive(std::make_shared<FileIntake>(exchange.shared_from_this(), std::move(*taking), onWorker), size);
    return Outcome::replied;
}

Outcome fileBytes(Exchange& exchange, AuthService& auth, TransferService& service, const edge::OnWorker& onWorker)
{
    auto found = service.fileBytes(*auth.localAdmin(), exchange.queryValue("key"));
    if (!found) {
        exchange.problem(found.error());
        return Outcome::replied;
    }
    edge::FileReply reply;
    reply.file = std::move(found->second);
    reply.size = static_cast<std::uint64_t>(found->first.size);
    reply.contentType = "application/octet-stream";
    edge::replyWithFile(exchange, std::move(reply), onWorker);
    return Outcome::replied;
}

} // namespace

std::vector<edge::Route> transferRoutes(AuthService& auth, TransferService& service, edge::OnWorker onWorker)
{
    std::vector<edge::Route> routes;
    const auto add = [&](std::string_view method, std::string_view pattern, std::string_view summary, auto function) {
        edge::Route made;
        made.method = method;
        made.pattern = pattern;
        made.access = edge::Access::local;
        made.owner = "netbit";
        made.summary = summary;
        made.maxBodyBytes = maxBatchBytes;
        made.handler = handler([&auth, &service, function](Exchange& exchange) { return function(exchange, auth, service); });
        routes.push_back(std::move(made));
    };
    add("POST", "/admin/import/records", "Takes users, chats and messages from elsewhere in.", &takeIn);
    add("GET", "/admin/import/file", "Whether a file is here, so that its bytes need not be sent.", &hasFile);
    add("POST", "/admin/import/file", "Takes the bytes of a file in.",
        [onWorker](Exchange& exchange, AuthService& who, TransferService& by) {
            return takeFile(exchange, who, by, onWorker);
        });
    routes.back().streamed = true;
    add("GET", "/admin/export/file", "The bytes of a file of an export.",
        [onWorker](Exchange& exchange, AuthService& who, TransferService& by) {
            return fileBytes(exchange, who, by, onWorker);
        });
    add("GET", "/admin/export", "Everything, one chat or one user, a record a line.", &exportAll);
    add("GET", "/admin/export/days", "One chat as files of a day each.", &exportDays);
    return routes;
}

} // namespace netbit::app
