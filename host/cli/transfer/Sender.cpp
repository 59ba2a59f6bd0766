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
