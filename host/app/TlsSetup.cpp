#include "app/TlsSetup.h"

#include "base/Time.h"
#include "services/log/Log.h"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace netbit::app {

using base::Result;

namespace {

base::Error bad(const HostSettings& settings, std::string_view key, std::string_view what)
{
    return base::fault(base::Status::invalid, "bad_setting", settingPlace(settings.at(key), key) + std::string(what));
}

constexpr std::chrono::hours warnedBefore{14 * 24};

void tell(const net::TlsContext& context, services::log::Level level, std::string_view message)
{
    const auto end = base::rfc3339(static_cast<base::Millis>(context.notAfter()) * 1'000);
    services::log::write(level, "host", message,
                         {{"subject", context.subject()}, {"sha256", context.fingerprint()}, {"runs_out", end}});
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
        if (settings.text(needed).empty())
            return bad(settings, needed,
                       asked.empty() ? "tls.certificate and tls.key go together." : "This is needed, since " + asked + " is on.");
    auto made = net::TlsContext::load({.certificate = certificate,
                                       .key = key,
                                       .onlyTls13 = settings.text("tls.min_version") == "1.3",
                                       .handshakeTimeout =
                                           std::chrono::milliseconds(settings.integer("tls.handshake_timeout_ms"))},
                                      before);
    if (made)
        return made;
    const bool ofKey = made.error().detail.starts_with(key + ' ');
    return bad(settings, ofKey ? "tls.key" : "tls.certificate", made.error().detail);
}

void takeTls(net::TlsCell& cell, std::shared_ptr<const net::TlsContext> next)
{
    if (!next)
        return;
    const auto before = cell.exchange(next);
    if (before && before->fingerprint() == next->fingerprint())
        return;
    tell(*next, services::log::Level::info, "TLS with this certificate");
    warnOfExpiry(next.get());
}

void warnOfExpiry(const net::TlsContext* context)
{
    if (!context)
        return;
    const auto left = context->notAfter() - std::time(nullptr);
    if (left <= 0)
        tell(*context, services::log::Level::warn, "The certificate has run out: clients will refuse it");
    else if (left < std::chrono::seconds(warnedBefore).count())
        tell(*context, services::log::Level::warn, "The certificate runs out soon");
}

} // namespace netbit::app
