#include "support/MailSink.h"

#include "support/Eventually.h"
#include "support/Process.h"
#include "support/Tls.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/wait.h>

namespace netbit::test {

namespace {

namespace fs = std::filesystem;

constexpr const char* user = "netbit";
constexpr const char* relayPassword = "a password of the relay's";

void put(const std::string& file, const std::string& text)
{
    std::ofstream(file + ".new") << text;
    fs::rename(file + ".new", file);
}

std::string whole(const std::string& file)
{
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

} // namespace

MailSink::MailSink(std::string security) : _security(std::move(security))
{
    const auto pair = makeTlsPair();
    put(_folder.path() + "/certificate.pem", pair.certificate);
    put(_folder.path() + "/key.pem", pair.key);
    put(_folder.path() + "/password", relayPassword);
    start();
}

MailSink::~MailSink() { stop(); }

void MailSink::start()
{
    std::vector<std::string> words{"/usr/bin/python3", MAIL_SINK, _folder.path(), _security};
    if (_security != "none")
        words.insert(words.end(), {user, relayPassword});
    const auto log = _folder.path() + "/log";
    const int fd = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    const auto ready = _folder.path() + "/ready";
    fs::remove(ready);
    _pid = startProgram(words, fd, fd, fd);
    ::close(fd);
    if (!comesTrue([&] { return fs::exists(ready); })) {
        stop();
        throw TimedOut("the mail sink did not start: " + whole(log));
    }
}

void MailSink::stop()
{
    if (_pid < 0)
        return;
    ::kill(_pid, SIGKILL);
    ::waitpid(_pid, nullptr, 0);
    _pid = -1;
}

std::vector<std::string> MailSink::settings(std::vector<std::string> more) const
{
    more.insert(more.end(), {"mail.server=localhost:" + whole(_folder.path() + "/port"), "mail.security=" + _security, "mail.from=netbit@example.org",
                             "oidc.public_url=https://chat.example.org"});
    if (_security != "none")
        more.insert(more.end(), {std::string("mail.user=") + user, "mail.password=file:" + _folder.path() + "/password",
                                 "mail.ca_file=" + _folder.path() + "/certificate.pem"});
    return more;
}

std::vector<json::value> MailSink::taken() const
{
    std::vector<json::value> out;
    const auto text = whole(_folder.path() + "/taken");
    for (std::size_t at = 0, end = text.find('\n'); end != text.npos; at = end + 1, end = text.find('\n', at))
        out.push_back(parseJson(std::string_view(text).substr(at, end - at)));
    return out;
}

void MailSink::answer(const std::string& what)
{
    if (what.empty())
        fs::remove(_folder.path() + "/answer");
    else
        put(_folder.path() + "/answer", what);
}

std::string mailHeader(const json::value& mail, std::string_view name)
{
    for (const auto& header : listAt(mail, "/headers"))
        if (header.at(0).as_string() == name)
            return std::string(header.at(1).as_string());
    return {};
}

std::string mailToken(const json::value& mail, const std::string& page)
{
    const auto text = textAt(mail, "/text");
    const auto at = text.find("/#" + page + "?token=");
    if (at == text.npos)
        throw std::runtime_error("no link to " + page + " in " + text);
    const auto from = at + page.size() + 9;
    return text.substr(from, text.find_first_of(" \r\n", from) - from);
}

} // namespace netbit::test
