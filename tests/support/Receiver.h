#pragma once
// A receiver of requests on a free port of 127.0.0.1, webhooks mostly, that remembers what it took.

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
};

/// [any]
class Receiver {
public:
    Receiver();
    ~Receiver();
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    std::string url() const;
    void answer(int status, std::string location = {}); ///< from now on; at first 204
    void answerBy(std::string type, std::function<std::string(const std::string& body)> reply); ///< 200 from now on, with a body
    std::vector<Received> taken() const;                ///< all requests, in their order

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::test
