#include "cli/transfer/Sender.h"

#include "base/Json.h"
#include "cli/JsonFields.h"

#include <chrono>
#include <thread>

namespace netbit::cli::transfer
{

namespace
{

constexpr std::size_t recordsAtOnce = 2'000;
constexpr std::size_t bytesAtOnce = std::size_t{1} << 20;
constexpr int attempts = 5;

base::Error unexpected()
{
    return base::fault(base::Status::malformed, "unexpected_answer",
                       "The server's answer to a batch is not what this version understands.");
}

} // namespace

base::Result<void> Sender::put(std::string_view kind, std::string json, std::string where)
{
    _report.read(kind);
    if (_body.empty()) {
        _body = "{\"source\":";
        base::appendJsonString(_body, _source);
        _body += ",\"records\":[";
    } else {
        _body += ',';
    }
    _body += json;
    _wheres.push_back(std::move(where));
    return _wheres.size() < recordsAtOnce && _body.size() < bytesAtOnce ? base::Result<void>() : launch();
}

// Whose file it is must be there before, so what is under way comes first.
base::Result<void> Sender::putFile(std::string json, std::string where, Bytes& bytes, std::uint64_t size)
{
    if (auto finished = finish(); !finished)
        return finished;
    _report.read("file");
    const auto parsed = base::parseJson(json);
    const auto key = parsed ? text(*parsed, "id") : std::string();
    const auto known = _http.send("GET", "/admin/import/file?source=" + encoded(_source) + "&key=" + encoded(key));
    const auto there = known ? document(*known) : base::Result<boost::json::value>(known.error());
    if (!there)
        return there.error();
    if (truth(*there, "there")) {
        _report.already("file", 1);
        return {};
    }
    base::Result<void> readable;
    const auto reply = _http.post("/admin/import/file?source=" + encoded(_source) + "&record=" + encoded(json), size,
                                  [&](char* to, std::size_t most) -> std::size_t {
                                      const auto got = bytes.read(to, most);
                                      if (!got)
                                          readable = got.error();
                                      return got ? *got : 0;
                                  });
    const auto answer = reply ? document(*reply) : base::Result<boost::json::value>(reply.error());
    if (answer) {
        _report.added("file", 1);
        return {};
    }
    const auto& error = readable ? answer.error() : readable.error();
    const bool ofThisFile = !readable || error.status == base::Status::invalid || error.status == base::Status::notFound ||
        error.status == base::Status::tooLarge || error.status == base::Status::unsupported;
    if (!ofThisFile)
        return error;
    _report.remark({std::move(where), error.code, error.detail, true});
    return {};
}

base::Result<void> Sender::finish()
{
    if (!_wheres.empty())
        if (auto launched = launch(); !launched)
            return launched;
    return settle();
}

base::Result<void> Sender::launch()
{
    if (auto settled = settle(); !settled)
        return settled;
    _body += "]}";
    _sent = std::move(_wheres);
    _wheres.clear();
    _answer = std::async(std::launch::async, [&http = _http, body = std::move(_body)] { return post(http, body); });
    _body.clear();
    return {};
}

base::Result<boost::json::value> Sender::post(const Http& http, const std::string& body)
{
    for (int attempt = 1;; ++attempt) {
        auto reply = http.send("POST", "/admin/import/records", body);
        auto answer = reply ? document(*reply) : base::Result<boost::json::value>(reply.error());
        if (answer)
            return answer;
        const auto status = answer.status();
        const bool passing = status == base::Status::unavailable || status == base::Status::rateLimited ||
            status == base::Status::closed;
        if (!passing || attempt == attempts)
            return answer;
        std::this_thread::sleep_for(std::chrono::milliseconds(100 << attempt));
    }
}

base::Result<void> Sender::settle()
{
    if (!_answer)
        return {};
    const auto answer = _answer->get();
    _answer.reset();
    if (!answer)
        return answer.error();
    std::int64_t counted = 0;
    const auto count = [&](std::string_view member, auto add) {
        const auto* const counts = cli::member(*answer, member);
        const auto* const object = counts ? counts->if_object() : nullptr;
        if (!object)
            return;
        for (const auto& each : *object) {
            const auto number = integer(*counts, each.key());
            counted += number;
            add(std::string(each.key()), number);
        }
    };
    count("added", [this](const std::string& kind, std::int64_t number) { _report.added(kind, number); });
    count("already", [this](const std::string& kind, std::int64_t number) { _report.already(kind, number); });
    _report.matched(integer(*answer, "matched"));
    const auto& leftOut = list(*answer, "left_out");
    for (const auto* const remarks : {&leftOut, &list(*answer, "notes")})
        for (const auto& remark : *remarks) {
            const auto index = integer(remark, "record", -1);
            if (index < 0 || static_cast<std::size_t>(index) >= _sent.size())
                return unexpected();
            _report.remark({_sent[static_cast<std::size_t>(index)], text(remark, "reason"), text(remark, "detail"),
                            remarks == &leftOut});
        }
    counted += static_cast<std::int64_t>(leftOut.size());
    return counted == static_cast<std::int64_t>(_sent.size()) ? base::Result<void>() : unexpected();
}

} // namespace netbit::cli::transfer
