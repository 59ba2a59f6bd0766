#pragma once
// The mail service over a database of its own, with its clock and its relay in hand.

#include "services/chat/ChatService.h"
#include "services/mail/Core.h"
#include "services/notify/Acts.h"
#include "services/notify/NotifyService.h"
#include "services/projects/tests/House.h"

#include <map>

namespace netbit::services::mail::test {

namespace json = boost::json;
using base::MailOutcome;
using base::Millis;
using Fate = MailOutcome::Fate;

constexpr Millis second = 1'000;
constexpr Millis minute = 60 * second;
constexpr Millis hour = 60 * minute;

class Relay final : public base::Mailer {
public:
    MailOutcome send(const base::MailRelay&, const base::Mail& mail) override
    {
        ++offered;
        const auto outcome = answer ? answer(mail) : MailOutcome{Fate::taken, true, "250 OK"};
        if (outcome.fate == Fate::taken)
            taken.push_back(mail);
        return outcome;
    }
    void hangUp() override { ++hungUp; }

    std::function<MailOutcome(const base::Mail&)> answer;
    std::vector<base::Mail> taken;
    int offered = 0;
    int hungUp = 0;
};

class Mail : public projects::test::House {
protected:
    Mail()
    {
        chats = std::make_unique<chat::ChatService>(*database, *writer, users, *log, chat::ChatOptions{});
        chats->load();
        notify = std::make_unique<notify::NotifyService>(service->core(), chats->core());
        notify->load();
        notify->addOperations(operations);
        mail = std::make_unique<MailService>(notify->core(), relay, key, [this] { return now; });
        mail->setOptions(options);
        mail->addOperations(operations);
    }
    ~Mail() override
    {
        log->stop();
        writer->stop();
    }

    static std::string field(const std::string& text, const std::string& name)
    {
        const auto at = text.find("\r\n" + name + ": ");
        if (at == std::string::npos)
            return {};
        const auto from = at + name.size() + 4;
        return text.substr(from, text.find("\r\n", from) - from);
    }
    /// The mail's text, soft line breaks taken out.
    static std::string readable(std::string text)
    {
        for (auto at = text.find("=\r\n"); at != std::string::npos; at = text.find("=\r\n", at))
            text.erase(at, 3);
        for (auto at = text.find("=3D"); at != std::string::npos; at = text.find("=3D", at + 1))
            text.replace(at, 3, "=");
        return text;
    }
    static std::string tokenIn(const std::string& text)
    {
        const auto plain = readable(text);
        const auto at = plain.find("?token=");
        return plain.substr(at + 7, plain.find_first_of("\r\n \">", at) - at - 7);
    }

    /// An address of the user's, confirmed by the link that was sent there.
    void subscribe(Id who, const json::object& more = {{"mode", "at_once"}, {"delay_seconds", 0}})
    {
        auto wanted = more;
        wanted["address"] = nameOf(who) + "@example.org";
        good(who, "mail.update", wanted);
        good(who, "mail.ask", {});
        mail->sendDue();
        ASSERT_FALSE(relay.taken.empty());
        good(0, "mail.confirm", {{"token", tokenIn(relay.taken.back().text)}});
        relay.taken.clear();
        relay.offered = 0;
    }
    Id note(Id who, std::string_view name = "milk", std::string_view content = {})
    {
        return good(who, "notifications.create", {{"name", name}, {"content", content}}).at("id").as_int64();
    }
    json::value shown(Id who) { return good(who, "mail.get", {}); }
    std::map<std::string, int> arrived() const // by Message-ID
    {
        std::map<std::string, int> out;
        for (const auto& one : relay.taken)
            ++out[field(one.text, "Message-ID")];
        return out;
    }
    void pass(Millis time, Millis step = minute)
    {
        for (const auto end = now + time; now < end; now += step)
            mail->sendDue();
    }
    void run(std::string_view sql)
    {
        const auto done = writer->run([&](storage::Connection& connection) -> base::Result<void> {
            connection.execute(sql);
            return {};
        });
        EXPECT_TRUE(done.ok()) << done.error().detail;
    }
    Millis at(std::string_view text) { return now = base::parseRfc3339(text).value(); }

    const std::string key = "0123456789abcdef0123456789abcdef";
    Millis now = 1'800'000'000'000;
    const MailOptions options{
        .relay = base::MailRelay{.host = "mail.example.org"}, .from = "netbit@example.org", .publicUrl = "https://chat.example.org"};
    Relay relay;
    std::unique_ptr<chat::ChatService> chats;
    std::unique_ptr<notify::NotifyService> notify;
    std::unique_ptr<MailService> mail;
};

} // namespace netbit::services::mail::test
