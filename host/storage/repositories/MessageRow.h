#pragma once
// A message as a row: which columns a SELECT names, and how they become a record.

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

/// Of a table that the query calls m.
#define MESSAGE_COLUMNS                                                                                                \
    "m.id, m.chat_id, m.sender_id, m.content, m.message_type, m.created_at, m.is_edited, m.edited_at, m.reply_to,"      \
    " m.thread_id, m.mentions, m.reactions, m.reply_count, m.last_reply_at, m.deleted_at, m.deleted_by, m.pinned_at,"  \
    " m.pinned_by, m.attachments, m.attachment_kinds"

inline MessageRecord readMessage(const Statement& row)
{
    return {.id = row.integer(0),
            .chatId = row.integer(1),
            .senderId = row.integer(2),
            .content = textOf(row, 3),
            .messageType = textOf(row, 4),
            .createdAt = row.integer(5),
            .isEdited = row.integer(6) != 0,
            .editedAt = row.integer(7),
            .replyTo = row.integer(8),
            .threadId = row.integer(9),
            .mentions = textOf(row, 10),
            .reactions = textOf(row, 11),
            .attachments = textOf(row, 18),
            .attachmentKinds = row.integer(19),
            .replyCount = row.integer(12),
            .lastReplyAt = row.integer(13),
            .deletedAt = row.integer(14),
            .deletedBy = row.integer(15),
            .pinnedAt = row.integer(16),
            .pinnedBy = row.integer(17)};
}

} // namespace netbit::storage
