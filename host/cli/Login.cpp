#include "cli/Login.h"

#include "base/Json.h"
#include "cli/JsonFields.h"

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netbit::cli
{

namespace
{

namespace fs = std::filesystem;

bool writeAll(int file, std::string_view bytes) noexcept
{
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

base::Error unwritable(const fs::path& path)
{
    return base::fault(base::Status::internal, "unwritable",
                       path.string() + " cannot be written: " + std::strerror(errno) + ".");
}

} // namespace

base::Result<fs::path> loginPath()
{
    const char* config = std::getenv("XDG_CONFIG_HOME");
    if (config && *config)
        return fs::path(config) / "netbit" / "login.json";
    const char* home = std::getenv("HOME");
    if (home && *home)
        return fs::path(home) / ".config" / "netbit" / "login.json";
    return base::fault(base::Status::invalid, "no_home",
                       "Neither XDG_CONFIG_HOME nor HOME is set, so there is no place for a login.");
}

base::Result<Login> loadLogin(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return base::fault(base::Status::unauthenticated, "no_login",
                           "You are not logged in; `netbit login URL --user NAME --password-stdin` does that.");
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const auto parsed = base::parseJson(bytes);
    Login login;
    if (parsed) {
        login.server = text(*parsed, "server");
        login.username = text(*parsed, "username");
        login.accessToken = text(*parsed, "access_token");
        login.refreshToken = text(*parsed, "refresh_token");
        login.caFile = text(*parsed, "ca_file");
    }
    if (login.server.empty() || login.accessToken.empty())
        return base::fault(base::Status::malformed, "bad_login",
                           path.string() + " does not hold a login; log in again.");
    return login;
}

base::Result<void> saveLogin(const fs::path& path, const Login& login)
{
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) {
        errno = error.value();
        return unwritable(path);
    }
    boost::json::object document{{"server", login.server},
                                       {"username", login.username},
                                       {"access_token", login.accessToken},
                                       {"refresh_token", login.refreshToken}};
    if (!login.caFile.empty())
        document["ca_file"] = login.caFile;
    auto beside = path.string() + ".XXXXXX";
    const int file = ::mkostemp(beside.data(), O_CLOEXEC); // makes it with mode 0600
    if (file < 0)
        return unwritable(path);
    const bool whole = writeAll(file, boost::json::serialize(document) + "\n") && ::fsync(file) == 0;
    const bool closed = ::close(file) == 0;
    if (!whole || !closed || ::rename(beside.c_str(), path.c_str()) != 0) {
        auto failure = unwritable(path);
        ::unlink(beside.c_str());
        return failure;
    }
    return {};
}

LoginLock::LoginLock(const fs::path& path)
{
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    _file = ::open((path.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    // Where locks do not work (some network file systems) two processes may still collide; one then has to log in
    // again.
    while (_file >= 0 && ::flock(_file, LOCK_EX) != 0 && errno == EINTR) { }
}

LoginLock::~LoginLock()
{
    if (_file >= 0)
        ::close(_file);
}

} // namespace netbit::cli
