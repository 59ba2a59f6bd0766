#include "outgoing/CurlMailer.h"

#include "outgoing/CurlStart.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <curl/curl.h>
#include <string_view>

namespace netbit::outgoing {

using base::Mail;
using base::MailOutcome;
using base::MailRelay;
using base::MailSecurity;
using Fate = MailOutcome::Fate;

namespace {

constexpr std::int64_t answerMs = 5'000; // that a stop waits for, once the text is out
constexpr long goodbyeS = 2;

std::int64_t steadyMs() noexcept
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

enum class Stage : std::uint8_t { greeting, sender, receiver, text };

} // namespace

/// One mail on its way. libcurl says how a transfer ended; what decides is at which command, and that is heard by listening.
struct CurlMailer::Call {
    const std::atomic<std::int64_t>& stoppedAt;
    std::string_view text;
    std::size_t sent = 0;
    Stage stage = Stage::greeting;
    bool over = false;  ///< what is said from now on is goodbye, whatever came before
    int code = 0;       ///< of the last answer to the command under way; 0: there was none
    std::string answer{};

    static std::size_t give(char* into, std::size_t one, std::size_t count, void* user) noexcept
    {
        auto& call = *static_cast<Call*>(user);
        const auto size = std::min(one * count, call.text.size() - call.sent);
        std::memcpy(into, call.text.data() + call.sent, size);
        call.sent += size;
        return size;
    }

    static int goOn(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept
    {
        const auto& call = *static_cast<const Call*>(user);
        const auto stopped = call.stoppedAt.load();
        return stopped != 0 && (call.stage != Stage::text || steadyMs() - stopped > answerMs) ? 1 : 0;
    }

    static int listen(CURL*, curl_infotype type, char* bytes, std::size_t size, void* user) noexcept
    {
        auto& call = *static_cast<Call*>(user);
        const std::string_view line(bytes, size);
        try {
            if (type == CURLINFO_HEADER_OUT)
                call.command(line);
            else if (type == CURLINFO_HEADER_IN)
                call.answered(line);
        } catch (const std::bad_alloc&) { // what it said is not worth more
        }
        return 0;
    }

    void command(std::string_view line)
    {
        over = over || line.starts_with("QUIT");
        if (over)
            return;
        if (line.starts_with("MAIL"))
            stage = Stage::sender;
        else if (line.starts_with("RCPT"))
            stage = Stage::receiver;
        code = 0;
        answer.clear();
    }

    void answered(std::string_view line)
    {
        if (over)
            return;
        while (!line.empty() && (line.back() == '\r' || line.back() == '\n'))
            line.remove_suffix(1);
        if (std::from_chars(line.data(), line.data() + std::min<std::size_t>(line.size(), 3), code).ec != std::errc())
            code = 0;
        if (answer.size() < 500)
            answer += (answer.empty() ? "" : " ") + std::string(line.substr(0, 500));
        if (code == 354) { // what comes now answers the text
            stage = Stage::text;
            code = 0;
            answer.clear();
        }
    }

    MailOutcome outcome(CURLcode result, const char* said) const
    {
        MailOutcome out{Fate::taken, stage >= Stage::receiver, answer};
        if (result == CURLE_OK)
            return out;
        if (code < 400) // an answer that was good is not why it failed
            out.said = *said != '\0' ? said : ::curl_easy_strerror(result);
        // 421: it closes. 530 and 535: it wants another login than ours, whoever the receiver is.
        const bool aboutMail = stage >= Stage::receiver && code != 421 && code != 530 && code != 535;
        out.fate = aboutMail && code >= 500 ? Fate::refused : aboutMail && code >= 400 ? Fate::refusedForNow : Fate::relayFailed;
        return out;
    }
};

CurlMailer::CurlMailer() { startCurl(); }

CurlMailer::~CurlMailer() { hangUp(); }

void CurlMailer::hangUp()
{
    if (!_curl)
        return;
    ::curl_easy_setopt(_curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, goodbyeS); // to the QUIT
    ::curl_easy_cleanup(_curl);
    _curl = nullptr;
}

void CurlMailer::stop() noexcept { _stoppedAt = std::max<std::int64_t>(steadyMs(), 1); }

MailOutcome CurlMailer::send(const MailRelay& relay, const Mail& mail)
{
    if (_stoppedAt != 0)
        return {Fate::relayFailed, false, "The server is stopping."};
    if (!_curl && !(_curl = ::curl_easy_init()))
        return {Fate::relayFailed, false, "There is not enough memory to send mail."};
    auto* const curl = _curl;
    ::curl_easy_reset(curl); // keeps the connection
    Call call{_stoppedAt, mail.text};
    char said[CURL_ERROR_SIZE] = {};
    const auto set = [curl](CURLoption option, auto value) { return ::curl_easy_setopt(curl, option, value) == CURLE_OK; };
    const auto url = (relay.security == MailSecurity::tls ? "smtps://" : "smtp://") + relay.host + ':' + std::to_string(relay.port);
    const auto from = '<' + mail.from + '>';
    const auto to = '<' + mail.to + '>';
    const std::unique_ptr<curl_slist, void (*)(curl_slist*)> receivers(::curl_slist_append(nullptr, to.c_str()), &::curl_slist_free_all);
    const auto timeoutMs = static_cast<long>(relay.timeout.count());
    const long tls = relay.security == MailSecurity::none ? CURLUSESSL_NONE : CURLUSESSL_ALL;
    const bool ready =
        receivers && set(CURLOPT_URL, url.c_str()) && set(CURLOPT_PROTOCOLS_STR, "smtp,smtps") && set(CURLOPT_USE_SSL, tls) &&
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) && set(CURLOPT_SSL_VERIFYPEER, 1L) &&
        set(CURLOPT_SSL_VERIFYHOST, 2L) && (relay.caFile.empty() || set(CURLOPT_CAINFO, relay.caFile.c_str())) &&
        (relay.user.empty() || (set(CURLOPT_USERNAME, relay.user.c_str()) && set(CURLOPT_PASSWORD, relay.password.c_str()))) &&
        set(CURLOPT_PROXY, "") && set(CURLOPT_NOSIGNAL, 1L) && set(CURLOPT_TIMEOUT_MS, timeoutMs) &&
        set(CURLOPT_CONNECTTIMEOUT_MS, timeoutMs) &&
        set(CURLOPT_SERVER_RESPONSE_TIMEOUT, std::max(timeoutMs / 1'000, 1L)) && set(CURLOPT_ERRORBUFFER, said) &&
        set(CURLOPT_MAIL_FROM, from.c_str()) && set(CURLOPT_MAIL_RCPT, receivers.get()) && set(CURLOPT_UPLOAD, 1L) &&
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.text.size())) && set(CURLOPT_READFUNCTION, &Call::give) &&
        set(CURLOPT_READDATA, &call) && set(CURLOPT_NOPROGRESS, 0L) && set(CURLOPT_XFERINFOFUNCTION, &Call::goOn) &&
        set(CURLOPT_XFERINFODATA, &call) && set(CURLOPT_VERBOSE, 1L) && set(CURLOPT_DEBUGFUNCTION, &Call::listen) &&
        set(CURLOPT_DEBUGDATA, &call);
    if (!ready)
        return {Fate::relayFailed, false, "The mail cannot be sent as the settings are."};
    const auto result = ::curl_easy_perform(curl);
    auto out = call.outcome(result, said);
    ::curl_easy_reset(curl); // nothing of this call is pointed at any more
    return out;
}

} // namespace netbit::outgoing
