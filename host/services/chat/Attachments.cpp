#include "services/chat/Attachments.h"

#include "base/Json.h"
#include "services/chat/Rules.h"

namespace netbit::services::chat {

namespace {

constexpr std::int64_t image = 1;
constexpr std::int64_t other = 2;

void append(std::string& out, const storage::FileRecord& file)
{
    out += out.empty() ? "[{\"id\":" : ",{\"id\":";
    base::appendJsonInt(out, file.id);
    out += ",\"name\":";
    base::appendJsonString(out, file.name);
    out += ",\"size\":";
    base::appendJsonInt(out, file.size);
    out += ",\"media_type\":";
    base::appendJsonString(out, file.mediaType);
    if (file.width > 0) {
        out += ",\"width\":";
        base::appendJsonInt(out, file.width);
        out += ",\"height\":";
        base::appendJsonInt(out, file.height);
    }
    out += '}';
}

} // namespace

base::Result<void> takeAttachments(storage::Connection& connection, const std::vector<storage::Id>& files,
                                   storage::MessageRecord& message)
{
    message.attachments.clear(); // it may be run twice
    message.attachmentKinds = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto file = storage::FileRepository::byId(connection, files[i]);
        if (!file || file->ownerId != message.senderId || file->avatar)
            return unknownFile(i);
        append(message.attachments, *file);
        const bool shown = file->mediaType.starts_with("image/") && file->mediaType != "image/svg+xml"; // that is a document
        message.attachmentKinds |= shown ? image : other;
    }
    if (files.empty())
        return {};
    message.attachments += ']';
    if (message.messageType != "system")
        message.messageType = message.attachmentKinds == image ? "image" : "file";
    return {};
}

} // namespace netbit::services::chat
