#include "net/TlsFiles.h"

#include "base/WholeFile.h"

#include <openssl/err.h>

namespace netbit::net {

namespace fs = std::filesystem;

base::Error badTlsFile(const fs::path& file, std::string_view what)
{
    return base::fault(base::Status::invalid, "bad_certificate", file.string() + ' ' + std::string(what));
}

std::string tlsReason()
{
    const auto code = ERR_peek_last_error();
    ERR_clear_error();
    const auto* const words = code == 0 ? nullptr : ERR_reason_error_string(code);
    return words ? words : "unknown reason";
}

base::Result<std::string> readTlsFile(const fs::path& file)
{
    constexpr std::uintmax_t mostBytes = 1024 * 1024;
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return badTlsFile(file, "is no file that can be read.");
    if (fs::file_size(file, error) > mostBytes || error)
        return badTlsFile(file, "is larger than a file of this kind can be.");
    auto text = base::readWhole(file);
    if (!text)
        return badTlsFile(file, "cannot be read: " + text.error().detail);
    return text;
}

std::time_t tlsTime(const ASN1_TIME* time)
{
    std::tm parts{};
    return time && ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

std::string tlsDay(std::time_t time)
{
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts)};
}

} // namespace netbit::net
