#pragma once
// A server of one test: answers what the test tells it to, over a Unix socket and over TCP at a port of its own.

#include "cli/Commands.h"

#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace netbit::cli::test
{

struct Seen {
    std::string method;
    std::string target;
    std::string body;
    std::map<std::string, std::string> headers;
};

struct Answer {
    int status = 200;
    std::string body;
};

class FakeServer
{
public:
    using Handler = std::function<Answer(const Seen&)>;

    /// On a Unix socket at that path, or on a free TCP port of 127.0.0.1 when it is empty.
    FakeServer(const std::string& socketPath, Handler handler);
    ~FakeServer();
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    std::string url() const;
    std::vector<Seen> seen() const;
    std::size_t count(std::string_view targetPrefix) const;

private:
    struct Parts;
    std::unique_ptr<Parts> _parts;
};

/// The import's three routes as the server's contract describes them, in memory.
class FakeImports
{
public:
    Answer answer(const Seen& seen);

    struct Message {
        std::int64_t id = 0;
        std::int64_t userId = 0;
        std::string type;
        std::int64_t createdAt = 0;
        std::string content;
        std::int64_t replyTo = 0;
    };
    const std::vector<Message>& messages() const noexcept { return _messages; }
    const std::map<std::string, std::int64_t>& users() const noexcept { return _users; }
    std::size_t batches() const;
    /// The next batches are stored, but their answers get lost on the way.
    int loseAnswers = 0;

private:
    Answer begin(const boost::json::value& body);
    Answer state(const std::string& target) const;
    Answer batch(const boost::json::value& body);

    std::map<std::string, std::int64_t> _users;
    std::map<std::string, std::map<std::int64_t, boost::json::object>> _sources;
    std::vector<Message> _messages;
};

/// Runs `netbit` with those arguments.
struct Ran {
    int code = 0;
    std::string out;
    std::string err;
};
Ran netbit(const std::vector<std::string>& arguments, const std::string& input = {});

} // namespace netbit::cli::test
