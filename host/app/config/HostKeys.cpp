#include "app/config/HostKeys.h"

#include <algorithm>
#include <array>

namespace netbit::app {

namespace {

constexpr std::int64_t MiB = 1024 * 1024;
constexpr auto integer = KeyType::integer;
constexpr auto text = KeyType::text;
constexpr auto choice = KeyType::choice;

constexpr std::array keys{
    HostKey{"http.address", text, "127.0.0.1"},
    HostKey{"http.port", integer, "8080", 0, 65535},
    HostKey{"http.max_head_bytes", integer, "16384", 1024, MiB, {}, true},
    HostKey{"http.max_headers", integer, "100", 8, 1000, {}, true},
    HostKey{"http.max_target_bytes", integer, "8192", 256, 65536, {}, true},
    HostKey{"http.max_body_bytes", integer, "1048576", 1024, 1024 * MiB, {}, true},
    HostKey{"http.max_connections", integer, "20000", 1, 1'000'000, {}, true},
    HostKey{"http.max_per_address", integer, "0", 0, 1'000'000, {}, true},
    HostKey{"http.head_timeout_ms", integer, "10000", 100, 600'000, {}, true},
    HostKey{"http.body_timeout_ms", integer, "30000", 100, 3'600'000, {}, true},
    HostKey{"http.idle_timeout_ms", integer, "75000", 100, 3'600'000, {}, true},
    HostKey{"http.write_timeout_ms", integer, "30000", 100, 3'600'000, {}, true},
    HostKey{"http.tls", KeyType::flag, "false"},
    HostKey{"http.tls_port", integer, "-1", -1, 65535},
    HostKey{"http.trusted_proxies", text, "", 0, 0, {}, true},
    HostKey{"http.proxy_header", choice, "x-forwarded-for", 0, 0, "x-forwarded-for|forwarded", true},
    HostKey{"http.hsts_s", integer, "0", 0, 63'072'000, {}, true},
    HostKey{"tls.certificate", text, "", 0, 0, {}, true},
    HostKey{"tls.key", text, "", 0, 0, {}, true},
    HostKey{"tls.ocsp", KeyType::flag, "false", 0, 0, {}, true},
    HostKey{"tls.min_version", choice, "1.2", 0, 0, "1.2|1.3", true},
    HostKey{"tls.handshake_timeout_ms", integer, "10000", 100, 600'000, {}, true},
    HostKey{"limits.user_writes_per_minute", integer, "60000", 0, 1'000'000'000, {}, true},
    HostKey{"limits.user_reads_per_minute", integer, "0", 0, 1'000'000'000, {}, true},
    HostKey{"limits.address_requests_per_minute", integer, "0", 0, 1'000'000'000, {}, true},
    HostKey{"limits.hook_posts_per_minute", integer, "60", 0, 1'000'000'000, {}, true},
    HostKey{"threads.reactors", integer, "0", 0, 256},
    HostKey{"threads.workers", integer, "4", 1, 256},
    HostKey{"threads.max_queued", integer, "1024", 16, 1'000'000},
    HostKey{"storage.readers", integer, "4", 1, 64},
    HostKey{"storage.cache_kib", integer, "8192", 256, 16 * MiB},
    HostKey{"writer.max_batch", integer, "512", 1, 100'000},
    HostKey{"writer.max_queued", integer, "100000", 16, 10'000'000},
    HostKey{"messages.cached_per_chat", integer, "100", 0, 10'000},
    HostKey{"messages.max_bytes", integer, "16384", 1, MiB, {}, true},
    HostKey{"files.max_bytes", integer, "104857600", 1024, 1024 * 1024 * MiB, {}, true},
    HostKey{"files.quota_bytes", integer, "1073741824", 0, 1024 * 1024 * MiB, {}, true},
    HostKey{"files.keep_free_bytes", integer, "67108864", 0, 1024 * 1024 * MiB, {}, true},
    HostKey{"files.uploads_per_user", integer, "4", 1, 1'000, {}, true},
    HostKey{"files.grace_s", integer, "86400", 0, 31'536'000, {}, true},
    HostKey{"files.picture_processes", integer, "2", 0, 16},
    HostKey{"files.max_pixels", integer, "50000000", 1, 200'000'000},
    HostKey{"files.collect_s", integer, "3600", 1, 86'400},
    HostKey{"projects.grace_s", integer, "604800", 0, 31'536'000, {}, true},
    HostKey{"repositories.max_push_bytes", integer, "2147483648", 1024, 1024 * 1024 * MiB, {}, true},
    HostKey{"repositories.quota_bytes", integer, "10737418240", 1024, 1024 * 1024 * MiB, {}, true},
    HostKey{"notifications.default_level", choice, "mentions", 0, 0, "all|mentions|none", true},
    HostKey{"notifications.kept_per_user", integer, "1000", 10, 100'000, {}, true},
    HostKey{"notifications.simulated_events", integer, "100000", 100, 10'000'000, {}, true},
    HostKey{"webhooks.allow_inside", KeyType::flag, "false", 0, 0, {}, true},
    HostKey{"webhooks.timeout_ms", integer, "10000", 100, 60'000, {}, true},
    HostKey{"webhooks.disable_after_h", integer, "120", 1, 8'760, {}, true},
    HostKey{"push.contact", text, "", 0, 0, {}, true},
    HostKey{"mail.server", text, "", 0, 0, {}, true},
    HostKey{"mail.security", choice, "starttls", 0, 0, "tls|starttls|none", true},
    HostKey{"mail.user", text, "", 0, 0, {}, true},
    HostKey{"mail.password", text, "", 0, 0, {}, true},
    HostKey{"mail.from", text, "", 0, 0, {}, true},
    HostKey{"mail.ca_file", text, "", 0, 0, {}, true},
    HostKey{"mail.timeout_ms", integer, "30000", 1'000, 300'000, {}, true},
    HostKey{"backup.directory", text, "", 0, 0, {}, true},
    HostKey{"backup.every_hours", integer, "0", 0, 8'760, {}, true},
    HostKey{"backup.keep", integer, "14", 1, 10'000, {}, true},
    HostKey{"backup.whole_every", integer, "7", 1, 365, {}, true},
    HostKey{"cache.plugin_quota_bytes", integer, "8388608", 65536, 1024 * MiB},
    HostKey{"auth.registration", choice, "invite", 0, 0, "open|invite|closed", true},
    HostKey{"auth.access_token_s", integer, "900", 30, 86'400, {}, true},
    HostKey{"auth.refresh_token_s", integer, "2592000", 300, 31'536'000, {}, true},
    HostKey{"auth.invite_s", integer, "604800", 60, 31'536'000, {}, true},
    HostKey{"auth.members_invite", KeyType::flag, "false", 0, 0, {}, true},
    HostKey{"auth.min_password_bytes", integer, "8", 1, 128, {}, true},
    HostKey{"auth.login_failures_per_minute", integer, "5", 1, 10'000, {}, true},
    HostKey{"oidc.public_url", text, "", 0, 0, {}, true},
    HostKey{"oidc.timeout_ms", integer, "5000", 100, 60'000, {}, true},
    HostKey{"events.tail", integer, "10000", 100, 1'000'000},
    HostKey{"events.retention_hours", integer, "720", 1, 876'000},
    HostKey{"plugins.directory", text, ""},
    HostKey{"plugins.disabled", text, "", 0, 0, {}, true},
    HostKey{"plugins.required", text, "", 0, 0, {}, true},
    HostKey{"plugins.trial_s", integer, "10", 0, 3'600, {}, true},
    HostKey{"plugins.trial_errors", integer, "20", 1, 100, {}, true},
    HostKey{"plugins.patience_ms", integer, "10000", 0, 600'000, {}, true},
    HostKey{"plugins.max_processes", integer, "32", 0, 10'000},
    HostKey{"plugins.hang_ms", integer, "5000", 100, 600'000, {}, true},
    HostKey{"shutdown.patience_ms", integer, "10000", 0, 600'000, {}, true},
    HostKey{"log.level", choice, "info", 0, 0, "error|warn|info|debug", true},
    HostKey{"log.format", choice, "text", 0, 0, "text|json", true},
    HostKey{"log.file", text, "", 0, 0, {}, true},
    HostKey{"log.file_max_bytes", integer, "67108864", 4096, 1024 * 1024 * MiB, {}, true},
    HostKey{"log.file_keep", integer, "8", 1, 10'000, {}, true},
    HostKey{"log.slow_request_ms", integer, "1000", 0, 600'000, {}, true},
    HostKey{"log.slow_statement_ms", integer, "250", 0, 600'000},
    HostKey{"trace.endpoint", text, "", 0, 0, {}, true},
    HostKey{"trace.token", text, "", 0, 0, {}, true},
    HostKey{"trace.sample_permille", integer, "100", 0, 1'000, {}, true},
    HostKey{"trace.follow_parent", KeyType::flag, "false", 0, 0, {}, true},
};

} // namespace

std::span<const HostKey> hostKeys() noexcept { return keys; }

const HostKey* findHostKey(std::string_view name) noexcept
{
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const HostKey& key) { return key.name == name; });
    return found == keys.end() ? nullptr : &*found;
}

} // namespace netbit::app
