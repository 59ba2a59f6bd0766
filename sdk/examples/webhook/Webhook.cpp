// POST /api/webhook {"text": "…"}: what another system has to say becomes a message of a chat.
//
// The sender has no account. It proves itself by X-Signature-256: sha256=<hex of HMAC-SHA-256 (RFC 2104) over the body>, as
// GitHub, Gitea and others do. X-Delivery names the delivery, so that one that is sent again is said once.

#include <netbit/chat.hpp>
#include <netbit/metrics.hpp>
#include <netbit/plugin.hpp>

#include <boost/json.hpp>
#include <sodium.h>

#include <mutex>

namespace {

namespace json = boost::json;
using netbit::Error;
using netbit::Request;
using netbit::Result;
using netbit::Status;

struct Settings {
    std::string secret;
    std::int64_t chatId = 0;
    std::int64_t userId = 0;
};

bool signatureFits(std::string_view signature, std::string_view secret, std::string_view body)
{
    constexpr std::string_view scheme = "sha256=";
    unsigned char given[crypto_auth_hmacsha256_BYTES];
    std::size_t length = 0;
    if (signature.substr(0, scheme.size()) != scheme)
        return false;
    signature.remove_prefix(scheme.size());
    if (signature.size() != 2 * sizeof given ||
        sodium_hex2bin(given, sizeof given, signature.data(), signature.size(), nullptr, &length, nullptr) != 0 ||
        length != sizeof given)
        return false;
    unsigned char wanted[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(body.data()), body.size());
    crypto_auth_hmacsha256_final(&state, wanted);
    return sodium_memcmp(given, wanted, sizeof wanted) == 0; // in constant time
}

class Webhook final : public netbit::Plugin {
public:
    explicit Webhook(netbit::Host host) : Plugin(host), _auth(host), _chat(host)
    {
        if (sodium_init() < 0)
            throw std::runtime_error("libsodium cannot be started");
    }

private:
    void configure() override
    {
        auto settings = std::make_shared<Settings>();
        settings->secret = config().text("secret");
        settings->chatId = config().integer("chat_id");
        settings->userId = config().integer("user_id");
        if (!settings->secret.empty() && settings->secret.size() < 16)
            throw netbit::Failure(Error(Status::invalid, "short_secret", "webhook.secret has fewer than 16 bytes."));
        const std::lock_guard lock(_mutex);
        _settings = std::move(settings);
    }

    void start() override
    {
        netbit::Metrics metrics(host());
        _taken = metrics.counter("taken_total", "Deliveries that became a message");
        _refused = metrics.counter("refused_total", "Deliveries with a signature that does not fit");
        post("/api/webhook", netbit::anyone, [this](Request& request) { return take(request); },
             netbit::worker().summary("News of another system").maxBody(64 * 1024));
    }

    Result<void> take(Request& request)
    {
        const auto settings = current();
        if (settings->secret.empty())
            return Error(Status::unavailable, "not_configured", "This webhook has no secret yet.");
        // First who it is, then what it says: nothing is parsed for strangers.
        if (!signatureFits(request.header("X-Signature-256").value_or(""), settings->secret, request.body())) {
            _refused.add();
            return Error(Status::forbidden, "bad_signature", "The signature does not fit the body.");
        }
        boost::system::error_code failure;
        const auto body = json::parse(request.body(), failure);
        if (failure || !body.is_object())
            return Error(Status::malformed, "invalid_json", "The body must be a JSON object.");
        const auto* const text = body.get_object().if_contains("text");
        if (!text || !text->is_string())
            return Error(Status::invalid, "no_text", "The member \"text\" must be a string.", "/text");

        const auto speaker = _auth.impersonate(settings->userId);
        if (!speaker)
            return Error(Status::unavailable, "not_configured", "webhook.user_id is no user of this server.");
        netbit::NewMessage message;
        message.chatId = settings->chatId;
        message.content = std::string_view(text->get_string());
        message.key = request.header("X-Delivery"); // the host remembers it for a day; absent: none
        _chat.send(*speaker, message, [later = request.defer(), taken = _taken](Result<netbit::Done> done) mutable {
            if (!done)
                return later.problem(done.error());
            if (!done->replayed)
                taken.add();
            later.json(201, done->json);
        });
        return {};
    }

    std::shared_ptr<const Settings> current() const
    {
        const std::lock_guard lock(_mutex);
        return _settings;
    }

    netbit::Auth _auth;
    netbit::Chat _chat;
    netbit::Counter _taken;
    netbit::Counter _refused;
    mutable std::mutex _mutex; // guards _settings: configure() replaces it while handlers hold the old one
    std::shared_ptr<const Settings> _settings;
};

} // namespace

NETBIT_PLUGIN(Webhook, "webhook", "1.0.0")
