#include "services/chat/Mentions.h"

#include "base/Json.h"

namespace netbit::services::chat {

namespace {

constexpr std::size_t most = 100; // of one message
constexpr std::size_t longestName = 200;
constexpr std::size_t mostHere = 100; // members that a mere member may call at once

bool nameChar(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
           static_cast<unsigned char>(c) >= 0x80;
}

class Finder {
public:
    Finder(const Core& core, const ChatState& chat, Id senderId) : _core(core), _chat(chat), _senderId(senderId) {}

    Mentions find(std::string_view text)
    {
        for (std::size_t i = 0; i < text.size() && _count < most;) {
            if (text[i] == '`') {
                i = behindCode(text, i);
                continue;
            }
            const bool begins = (text[i] == '@' || text[i] == '#') && (i == 0 || !nameChar(text[i - 1]));
            if (!begins) {
                ++i;
                continue;
            }
            std::size_t end = i + 1;
            while (end < text.size() && end - i <= longestName && nameChar(text[end]))
                ++end;
            // A full stop behind a name is no part of it, if there is no such name with it.
            auto last = end;
            while (last > i + 1 && !named(text[i], text.substr(i + 1, last - i - 1)))
                last = ending(text[last - 1]) ? last - 1 : i + 1;
            i = end;
        }
        if (!_out.json.empty())
            _out.json += ']';
        return std::move(_out);
    }

private:
    static bool ending(char c) noexcept { return c == '.' || c == '-' || c == '_'; }

    /// Back quotes end a span with as many as began it; alone they are text.
    static std::size_t behindCode(std::string_view text, std::size_t at)
    {
        const auto open = std::min(text.find_first_not_of('`', at), text.size());
        const auto length = open - at;
        for (auto from = open; from < text.size();) {
            const auto close = text.find('`', from);
            if (close == std::string_view::npos)
                break;
            const auto end = std::min(text.find_first_not_of('`', close), text.size());
            if (end - close == length)
                return end;
            from = end;
        }
        return open;
    }

    void add(std::string_view type, std::string_view member, Id id)
    {
        _out.json += _out.json.empty() ? "[{\"type\":\"" : ",{\"type\":\"";
        _out.json += type;
        _out.json += '"';
        if (!member.empty()) {
            _out.json += ",\"";
            _out.json += member;
            _out.json += "\":";
            base::appendJsonInt(_out.json, id);
        }
        _out.json += '}';
        ++_count;
    }

    bool named(char sign, std::string_view name) { return sign == '@' ? user(name) : chat(name); }

    bool user(std::string_view name)
    {
        const bool here = name == "here";
        if (here || name == "all" || name == "channel") {
            const auto role = _chat.members->find(_senderId);
            const bool few = here && _chat.members->size() <= mostHere;
            if (!role || !(few || may(Right::mentionAll, *role, _chat.head->record.chatType)))
                return true;
            if (_out.json.find("\"" + std::string(name) + "\"") == std::string::npos)
                add(name, {}, 0);
            _out.everyone = true;
            return true;
        }
        const auto found = _core.users.byName(name);
        if (!found)
            return false;
        if (_chat.members->find(found->id) &&
            std::find(_out.users.begin(), _out.users.end(), found->id) == _out.users.end()) {
            _out.users.push_back(found->id);
            add("user", "user_id", found->id);
        }
        return true;
    }

    bool chat(std::string_view name)
    {
        const auto found = _core.cache.byName(name);
        if (found.empty())
            return false;
        for (const auto* const entry : found) {
            const auto state = entry->state();
            if (!state->members->find(_senderId) && !findable(_core, *state, _senderId))
                continue;
            if (std::find(_chats.begin(), _chats.end(), entry->id) == _chats.end()) {
                _chats.push_back(entry->id);
                add("chat", "chat_id", entry->id);
            }
            break; // of several, the first that the sender may know of
        }
        return true;
    }

    const Core& _core;
    const ChatState& _chat;
    const Id _senderId;
    Mentions _out;
    std::vector<Id> _chats;
    std::size_t _count = 0;
};

} // namespace

Mentions mentionsIn(const Core& core, const ChatState& chat, Id senderId, std::string_view content)
{
    if (content.find_first_of("@#") == std::string_view::npos)
        return {};
    return Finder(core, chat, senderId).find(content);
}

void storeMentions(storage::Connection& connection, const storage::MessageRecord& message, const Mentions& mentions)
{
    const storage::Place place{message.createdAt, message.id};
    if (mentions.everyone)
        storage::MentionRepository::insert(connection, message.chatId, 0, place);
    else
        for (const auto user : mentions.users)
            storage::MentionRepository::insert(connection, message.chatId, user, place);
}

} // namespace netbit::services::chat
