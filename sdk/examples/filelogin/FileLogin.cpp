// A provider of logins: the host asks it about names that it does not know itself, and makes a user of whoever is let in.
//
// The file is read at each login, so what is changed there holds at once. A line is name:hash:e-mail, with a hash as
// `printf %s PASSWORD | argon2 SOMESALT -id -e` prints it; # begins a remark.

#include <netbit/auth.hpp>
#include <netbit/plugin.hpp>

#include <sodium.h>

#include <fstream>
#include <mutex>

namespace {

using netbit::Error;
using netbit::Provided;
using netbit::Result;
using netbit::Status;

struct Account {
    std::string hash;
    std::string email;
};

class FileLogin final : public netbit::Plugin, private netbit::LoginProvider {
public:
    explicit FileLogin(netbit::Host host) : Plugin(host)
    {
        if (sodium_init() < 0)
            throw std::runtime_error("libsodium cannot be started");
    }

private:
    void configure() override
    {
        auto file = config().text("file");
        const std::lock_guard lock(_mutex);
        _file = std::move(file);
    }

    // The manifest asks for the permission "auth.provide".
    void start() override { netbit::Auth(host()).addProvider(*this).value(); }

    // On a worker, several at once: reading a file and computing argon2 is what workers are for.
    Result<Provided> check(std::string_view username, std::string_view password) override
    {
        const auto account = find(username);
        if (!account)
            return account.error();
        if (crypto_pwhash_str_verify(account->hash.c_str(), password.data(), password.size()) != 0)
            return Error(Status::unauthenticated);
        return Provided{account->email};
    }

    Result<Account> find(std::string_view username) const
    {
        std::ifstream lines(fileName());
        if (!lines)
            return Error(Status::unavailable, "no_file", "The file of filelogin.file cannot be read.");
        for (std::string line; std::getline(lines, line);) {
            const auto afterName = line.find(':');
            if (line.empty() || line[0] == '#' || afterName == std::string::npos || line.substr(0, afterName) != username)
                continue;
            const auto afterHash = line.find(':', afterName + 1);
            const auto hash = line.substr(afterName + 1, afterHash == std::string::npos ? afterHash : afterHash - afterName - 1);
            return Account{hash, afterHash == std::string::npos ? std::string() : line.substr(afterHash + 1)};
        }
        return Error(Status::unauthenticated);
    }

    std::string fileName() const
    {
        const std::lock_guard lock(_mutex);
        return _file;
    }

    mutable std::mutex _mutex; // guards _file
    std::string _file;
};

} // namespace

NETBIT_PLUGIN(FileLogin, "filelogin", "1.0.0")
