#pragma once
// A receiver of requests on a free port of 127.0.0.1, webhooks and pushes mostly, that remembers what it took.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace netbit::test {

struct Received {
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;
    std::string target; ///< of the request line
    std::chrono::steady_clock::time_point at{};
};

/// [any]
class Receiver {
public:
    Receiver();
    ~Receiver();
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    std::string url() const;
    void answer(int status, std::map<std::string, std::string> headers = {}); ///< from now on; at first 204
    void answerBy(std::string type, std::function<std::string(const std::string& body)> reply); ///< 200 from now on, with a body
    std::vector<Received> taken() const;                ///< all requests, in their order

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::test
