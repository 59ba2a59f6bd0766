#pragma once
// A mail relay on a free port of 127.0.0.1 that keeps what it takes (mail_sink.py, which is aiosmtpd of Debian).

#include "support/Daemon.h"
#include "support/Json.h"

#include <string>
#include <sys/types.h>
#include <vector>

namespace netbit::test {

class MailSink {
public:
    /// `security`: none, starttls, tls. It wants to know a user and a password unless it is none.
    explicit MailSink(std::string security = "starttls");
    ~MailSink();
    MailSink(const MailSink&) = delete;
    MailSink& operator=(const MailSink&) = delete;

    /// What a daemon must be told to send its mail here; its links lead to https://chat.example.org.
    std::vector<std::string> settings(std::vector<std::string> more = {}) const;
    /// All mails in their order: {"from","to":[…],"user","tls","headers":[[name,value]…],"text","html","defects",…}.
    std::vector<json::value> taken() const;
    void answer(const std::string& what); ///< from now on; empty: it takes all. See mail_sink.py
    void start();                         ///< again, on the same port
    void stop();

private:
    TemporaryFolder _folder;
    std::string _security;
    pid_t _pid = -1;
};

/// The first header of that name of a mail; empty: it has none.
std::string mailHeader(const json::value& mail, std::string_view name);
/// The token of the first link to this page ("/email/confirm") in the mail's text.
std::string mailToken(const json::value& mail, const std::string& page);

} // namespace netbit::test
