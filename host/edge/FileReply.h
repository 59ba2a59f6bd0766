#pragma once
// A file as the answer to a request: whole or a part, as it is or not at all because the client has it.

#include "base/Descriptor.h"
#include "edge/Exchange.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace netbit::edge {

struct FileReply {
    base::Descriptor file;   ///< a regular file that does not change any more; read from where the request wants it
    std::uint64_t size = 0;
    std::string contentType;
    std::string etag;        ///< strong, with its quotes
    std::vector<std::pair<std::string, std::string>> headers; ///< beside those that follow from the above
};

/// Runs a task where it may wait for the disk; when it never runs, it is destroyed.
using OnWorker = std::function<void(std::function<void()>)>;

/// [any] Answers with 200, 206, 304 or 416 (RFC 9110 sections 13 and 14). At most `pieceBytes` of the file are in memory
/// beside what the connection has queued, whatever its size; when the client goes, the file is closed.
void replyWithFile(Exchange& exchange, FileReply reply, OnWorker onWorker);

inline constexpr std::size_t pieceBytes = 128 * 1024;

} // namespace netbit::edge
