// A bot: it hears what the chats of its user say, and answers "!help".

#include <netbit/chat.hpp>
#include <netbit/events.hpp>
#include <netbit/plugin.hpp>

#include <boost/json.hpp>

namespace {

namespace json = boost::json;
using netbit::Event;
using netbit::Result;
using netbit::Take;

// Lives as long as the subscription, and outlives no plugin.
class Ear final : public netbit::EventSink {
public:
    Ear(netbit::Chat chat, netbit::Log log, netbit::Principal self, std::string answer)
        : _chat(chat), _log(log), _self(std::move(self)), _answer(std::move(answer))
    {
    }

    // On the one thread that delivers events: a look at the text, and a write that is only begun here.
    Take event(const Event& event) override
    {
        if (event.actorId == _self.userId())
            return Take::next; // a bot that answers itself never stops
        const auto document = json::parse(event.json); // the host's own: it is well-formed
        if (document.at("data").at("content").as_string() != "!help")
            return Take::next;
        const auto question = document.at("data").at("id").as_int64();
        // An event that is delivered twice, say after a crash, must not be answered twice.
        const auto key = "help-" + std::to_string(question);
        netbit::NewMessage answer;
        answer.chatId = event.chatId;
        answer.content = _answer;
        answer.replyTo = question;
        answer.key = key;
        _chat.send(_self, answer, [log = _log](Result<netbit::Done> done) {
            if (!done)
                log.warn("An answer was refused.", {{"why", done.error().detail}});
        });
        return Take::next;
    }
    void revoked() override { _log.warn("The bot's user was deactivated; it hears nothing any more."); }

private:
    netbit::Chat _chat;
    netbit::Log _log;
    netbit::Principal _self;
    std::string _answer;
};

class Helpbot final : public netbit::Plugin {
public:
    explicit Helpbot(netbit::Host host) : Plugin(host), _auth(host), _chat(host), _events(host) {}

private:
    void configure() override
    {
        _userId = config().integer("user_id");
        _text = config().text("text");
        if (_started)
            listen(); // the settings have changed
    }

    void start() override
    {
        listen();
        _started = true;
    }

    void listen()
    {
        _subscription.cancel();
        if (_userId == 0) {
            log().warn("Set helpbot.user_id to the id of the bot's user.");
            return;
        }
        netbit::SubscribeOptions options;
        // Acting as a user without proof needs the permission "auth.impersonate". The bot sees what that user may see.
        options.principal = _auth.impersonate(_userId).value();
        options.topics = {"message.created"};
        _subscription = _events.subscribe(options, std::make_shared<Ear>(_chat, log(), options.principal, _text)).value();
    }

    netbit::Auth _auth;
    netbit::Chat _chat;
    netbit::Events _events;
    netbit::Subscription _subscription;
    std::int64_t _userId = 0;
    std::string _text;
    bool _started = false;
};

} // namespace

NETBIT_PLUGIN(Helpbot, "helpbot", "1.0.0")
