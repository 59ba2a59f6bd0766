#pragma once
// What finds messages by their words: an index that is behind the messages by a mark, and catches up when the writer has
// time, because a message costs it five times what inserting the message costs.

#include <string_view>

namespace netbit::storage
{

// - search_index holds no text (content=''), only where each three characters are. A message goes in folded by us, since
//   SQLite's table of small letters is older than that of the scan, and with two characters 0x03 behind it, so that one and two characters, too, begin some three of it: what they may go on with is asked of
//   search_terms.
// - search_progress: messages with an id up to the mark are in the index.
// - search_changed: messages up to the mark whose text is another now, or that are gone, with the text that the index
//   still has. Triggers write it, and not into the index itself: SQLite lets no trigger near a virtual table under
//   trusted_schema=OFF.
inline constexpr std::string_view searchTables = R"sql(
CREATE VIRTUAL TABLE search_index USING fts5(content, content='', columnsize=0, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE search_terms USING fts5vocab(search_index, row);

CREATE TABLE search_progress (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    indexed_through INTEGER NOT NULL
) STRICT;
INSERT INTO search_progress (id, indexed_through) VALUES (1, 0);

CREATE TABLE search_changed (
    message_id INTEGER PRIMARY KEY,
    content    TEXT NOT NULL
) STRICT;

CREATE TRIGGER search_message_edited AFTER UPDATE OF content ON messages
WHEN old.content IS NOT new.content AND old.id <= (SELECT indexed_through FROM search_progress)
BEGIN
    INSERT INTO search_changed (message_id, content) VALUES (old.id, old.content) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER search_message_deleted AFTER DELETE ON messages
WHEN old.id <= (SELECT indexed_through FROM search_progress)
BEGIN
    INSERT INTO search_changed (message_id, content) VALUES (old.id, old.content) ON CONFLICT DO NOTHING;
END;
)sql";

} // namespace netbit::storage
