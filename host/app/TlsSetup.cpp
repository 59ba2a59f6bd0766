#include "app/TlsSetup.h"

#include "base/Time.h"
#include "services/log/Log.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <vector>

#include <Poco/StringTokenizer.h>

namespace netbit::app {

using base::Result;

namespace {

base::Error bad(const HostSettings& settings, std::string_view key, std::string_view what)
{
    return base::fault(base::Status::invalid, "bad_setting", settingPlace(settings.at(key), key) + std::string(what));
}

constexpr std::chrono::hours warnedBefore{14 * 24};

std::string timeOf(std::time_t time) { return base::rfc3339(static_cast<base::Millis>(time) * 1'000); }

void tell(const net::TlsContext& context, services::log::Level level, std::string_view message)
{
    services::log::write(level, "host", message,
                         {{"subject", context.subject()}, {"sha256", context.fingerprint()}, {"runs_out", timeOf(context.notAfter())}});
}

std::vector<std::string> listOf(const std::string& text)
{
    const Poco::StringTokenizer each(text, ",", Poco::StringTokenizer::TOK_TRIM | Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    return {each.begin(), each.end()};
}

/// The key that asks for TLS; empty: none does.
std::string askedBy(const Config& config)
{
    if (config.host.text("http.tls") == "true")
        return "http.tls";
    if (config.host.integer("http.tls_port") >= 0)
        return "http.tls_port";
    const auto plugin = std::find_if(config.options.begin(), config.options.end(),
                                     [](const auto& each) { return each.second.tls; });
    return plugin == config.options.end() ? "" : "plugin." + plugin->first + ".tls";
}

} // namespace

Result<std::shared_ptr<const net::TlsContext>> tlsOf(const Config& config, const net::TlsContext* before)
{
    const auto& settings = config.host;
    const auto& certificate = settings.text("tls.certificate");
    const auto& key = settings.text("tls.key");
    const auto asked = askedBy(config);
    if (certificate.empty() && key.empty() && asked.empty())
        return std::shared_ptr<const net::TlsContext>();
    for (const auto* const needed : {"tls.certificate", "tls.key"})
        if (listOf(settings.text(needed)).empty())
            return bad(settings, needed,
                       asked.empty() ? "tls.certificate and tls.key go together." : "This is needed, since " + asked + " is on.");
    const auto certificates = listOf(certificate);
    const auto keys = listOf(key);
    if (certificates.size() != keys.size())
        return bad(settings, "tls.key", "There are " + std::to_string(keys.size()) + " keys for " +
                                            std::to_string(certificates.size()) + " certificates; each has its own, in the same order.");
    std::vector<std::shared_ptr<const net::TlsContext>> all;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        auto made = net::TlsContext::load({.certificate = certificates[i],
                                           .key = keys[i],
                                           .ocspResponse = settings.text("tls.ocsp") == "true" ? certificates[i] + ".ocsp" : "",
                                           .onlyTls13 = settings.text("tls.min_version") == "1.3",
                                           .handshakeTimeout =
                                               std::chrono::milliseconds(settings.integer("tls.handshake_timeout_ms"))},
                                          before);
        if (!made) {
            const bool ofKey = made.error().detail.starts_with(keys[i] + ' ');
            return bad(settings, ofKey ? "tls.key" : "tls.certificate", made.error().detail);
        }
        all.push_back(std::move(made).value());
    }
    const auto first = all.front();
    all.erase(all.begin());
    auto together = first->with(std::move(all));
    return together ? std::move(together) : bad(settings, "tls.certificate", together.error().detail);
}

void takeTls(net::TlsCell& cell, std::shared_ptr<const net::TlsContext> next)
{
    if (!next)
        return;
    const auto before = cell.exchange(next);
    bool another = false;
    for (const auto* const each : next->all()) {
        const auto* const known = before ? before->find(each->fingerprint()) : nullptr;
        if (!known)
            tell(*each, services::log::Level::info, "TLS with this certificate");
        another = another || !known;
        if (!each->notStapled().empty())
            services::log::warn("host", "No OCSP response is stapled", {{"subject", each->subject()}, {"reason", each->notStapled()}});
        else if (const auto until = each->staple().until; until != 0 && (!known || known->staple().until != until))
            services::log::info("host", "An OCSP response is stapled", {{"subject", each->subject()}, {"runs_out", timeOf(until)}});
    }
    if (another)
        warnOfExpiry(next.get());
}

void warnOfExpiry(const net::TlsContext* context)
{
    if (!context)
        return;
    const auto now = std::time(nullptr);
    for (const auto* const each : context->all()) {
        const auto left = each->notAfter() - now;
        if (left <= 0)
            tell(*each, services::log::Level::warn, "The certificate has run out: clients will refuse it");
        else if (left < std::chrono::seconds(warnedBefore).count())
            tell(*each, services::log::Level::warn, "The certificate runs out soon");
        if (const auto until = each->staple().until; until != 0 && until <= now)
            services::log::warn("host", "The OCSP response has run out: it is stapled no more", {{"subject", each->subject()}});
    }
}

std::time_t firstExpiry(const net::TlsContext& context)
{
    auto first = context.notAfter();
    for (const auto* const each : context.all())
        first = std::min(first, each->notAfter());
    return first;
}

} // namespace netbit::app
