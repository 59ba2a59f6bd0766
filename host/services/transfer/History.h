#pragma once
// A chat as a history of files: what it said at the end of each day (UTC) that is over.
//
//   2026/11/2026-11-28.jsonl    that day's messages, one JSON object a line, behind a line for each who wrote
//   2026/11/2026-11-28.md       the same for people
//
// Everything follows from what the chat is now: a message has its versions with their times, so a later day shows what an edit
// changed in the files of an earlier one, and the earlier day still shows what was said then. What the server has forgotten is in
// no day: the words of a deleted message, messages that were not to be kept, the name of somebody who was erased. Reactions, pins
// and marks are not in it, since nobody knows since when they are no more.

#include "services/transfer/Names.h"
#include "storage/HistoryRepository.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace netbit::services::transfer {

/// What happened on a day.
struct HistoryDay {
    std::int64_t day = 0;       ///< days since 1970
    std::int64_t lastAt = 0;    ///< the last of it, ms
    std::int64_t messages = 0;  ///< written that day
    std::int64_t edits = 0;     ///< that day, of messages of earlier days
    std::vector<std::int64_t> files{}; ///< days whose files are others since: ordered
    std::string mark{};         ///< changes with whatever is told of that day; of this server only
};

class History {
public:
    enum class Form : std::uint8_t { lines, prose };
    static constexpr std::size_t pieceBytes = 256 * 1024;

    History(storage::Connection& connection, Id chatId) : _connection(connection), _chat(chatId), _names(connection) {}

    /// All days before `today`, oldest first.
    std::vector<HistoryDay> days(std::int64_t today);

    struct Piece {
        std::string text{};
        std::int64_t next = -1; ///< where to go on; -1: that was all
    };
    /// The file of `day` as it was at the end of `asOf`. `from`: 0, or the `next` of the piece before.
    Piece piece(std::int64_t day, std::int64_t asOf, Form form, std::int64_t from);

private:
    const std::string& userName(Id userId);
    std::string head(std::int64_t day, Form form);
    void append(std::string& out, const storage::MessageRecord& message, const std::string& name, std::int64_t end, Form form);

    storage::Connection& _connection;
    const Id _chat;
    Names _names;
    std::unordered_map<Id, std::string> _userNames;
};

} // namespace netbit::services::transfer
