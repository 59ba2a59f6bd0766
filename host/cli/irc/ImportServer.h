#pragma once
// The three calls of the administration API that an import needs.

#include "base/Result.h"
#include "cli/Http.h"

#include <cstdint>
#include <string>
#include <vector>

namespace netbit::cli::irc
{

struct Begun {
    std::int64_t chatId = 0;
    bool chatCreated = false;
    std::int64_t usersCreated = 0;
    std::vector<std::int64_t> userIds; ///< aligned with the names
};

/// Lines of a source that the server has.
struct StoredBatch {
    std::size_t firstLine = 0;
    std::size_t lineCount = 0;
    std::string digest;
    std::int64_t firstMessageId = 0;
    std::size_t messageCount = 0;
};

struct BatchAnswer {
    std::int64_t firstMessageId = 0;
    std::size_t messageCount = 0;
    bool already = false;
};

class ImportServer
{
public:
    explicit ImportServer(const Http& http)
        : _http(http)
    {
    }

    /// Makes the chat and the users that are missing; names may be many, they go in pieces.
    base::Result<Begun> begin(const std::string& chat, const std::vector<std::string>& members,
                              const std::vector<std::string>& names) const;
    base::Result<std::vector<StoredBatch>> state(std::int64_t chatId, const std::string& source) const;
    /// `body` is the whole JSON document. Tried again when the server is busy or gone for a moment: the server knows a
    /// batch that it has by (chat, source, first line).
    base::Result<BatchAnswer> batch(const std::string& body) const;

private:
    const Http& _http;
};

} // namespace netbit::cli::irc
