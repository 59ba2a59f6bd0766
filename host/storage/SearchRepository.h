#pragma once
// The SQL of the search: what keeps the index up to the messages, and what asks it. See schema/Search.h for the tables.
// All throw DatabaseError.

#include "storage/Database.h"
#include "storage/Records.h"

#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage
{

/// Which messages, beside their words.
struct SearchFilter {
    std::string chats; ///< JSON array of chat ids
    Id senderId = 0; ///< 0: any
    static constexpr std::int64_t image = 1; ///< an image is attached, or the message is one
    static constexpr std::int64_t file = 2;  ///< any file is, or the message is one
    std::int64_t has = 0; ///< both bits: both of them
    std::int64_t from = 0; ///< created_at, inclusive
    std::int64_t until = std::numeric_limits<std::int64_t>::max(); ///< exclusive
    std::int64_t beforeAt = std::numeric_limits<std::int64_t>::max(); ///< position (created_at, id), exclusive
    Id beforeId = std::numeric_limits<std::int64_t>::max();
};

struct SearchRepository {
    /// Gets a message; false: no more are wanted.
    using Use = std::function<bool(MessageRecord&&)>;

    /// A message's text as it goes into the index.
    using Fold = std::function<std::string(std::string_view)>;

    // Writing. A text must always be folded to the same: the index has no other way to know what to take out.

    /// At the start: a mark above the newest message comes down to it, since ids above it may be given out again.
    static void lowerMark(Connection&);
    /// Brings up to `limit` changed messages up to date. Gives how many there were.
    static std::size_t indexChanged(Connection&, std::size_t limit, const Fold&);
    /// Takes up to `limit` messages behind the mark in. Gives how many there were. Not while any are changed.
    static std::size_t indexNew(Connection&, std::size_t limit, const Fold&);

    // Reading.

    /// The three characters that begin with these one or two and are somewhere in the index, up to `limit`. `start` is
    /// folded.
    static std::vector<std::string> continuations(Connection&, std::string_view start, std::size_t limit);
    /// An FTS5 string of this text, whatever is in it.
    static std::string quoted(std::string_view text);
    /// Messages that the index has for `match` (an FTS5 query), newest first, at most `limit`.
    static void indexed(Connection&, const SearchFilter&, std::string_view match, std::int64_t limit, const Use&);
    /// All messages that the index does not have or has with another text, in no order.
    static void unindexed(Connection&, const SearchFilter&, const Use&);
    /// All messages, newest first, at most `limit`.
    static void all(Connection&, const SearchFilter&, std::int64_t limit, const Use&);
};

} // namespace netbit::storage
