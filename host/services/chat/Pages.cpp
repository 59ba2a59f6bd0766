#include "services/chat/Pages.h"

#include <charconv>
#include <limits>

namespace netbit::services::chat {

namespace {

using base::fault;
using base::Result;
using base::Status;

base::Error unknownCursor(const PageQuery& query)
{
    return fault(Status::invalid, "unknown_cursor", "No message of this chat has this id.",
                 query.before != 0 ? "/before" : "/after");
}

/// Room for the page's end, written without an allocation of its own: it lives with the snapshot that the body keeps.
class Tail {
public:
    Tail& operator<<(std::string_view text) noexcept
    {
        const auto count = std::min(text.size(), sizeof _bytes - _size);
        text.copy(_bytes + _size, count);
        _size += count;
        return *this;
    }
    Tail& operator<<(std::int64_t number) noexcept
    {
        _size = static_cast<std::size_t>(std::to_chars(_bytes + _size, _bytes + sizeof _bytes, number).ptr - _bytes);
        return *this;
    }
    Tail& operator<<(bool) = delete; // a literal would rather become a bool than a string_view
    Tail& operator<<(const char* text) noexcept { return *this << std::string_view(text); }
    std::string_view view() const noexcept { return {_bytes, _size}; }

private:
    char _bytes[256]; // five numbers of at most 20 digits and 110 bytes of names
    std::size_t _size = 0;
};

constexpr std::string_view word(bool truth) noexcept { return truth ? "true" : "false"; }

void writeEnd(Tail& out, const PageQuery& query, const Page& page)
{
    out << "],\"pagination\":{";
    if (query.page > 0) {
        const auto perPage = std::int64_t{query.perPage};
        out << "\"page\":" << std::int64_t{query.page} << ",\"per_page\":" << perPage << ",\"total\":" << page.total
            << ",\"total_pages\":" << (page.total + perPage - 1) / perPage;
    } else {
        out << "\"limit\":" << std::int64_t{query.limit};
        if (query.before != 0)
            out << ",\"before\":" << query.before;
        if (query.after != 0)
            out << ",\"after\":" << query.after;
        out << ",\"total\":" << page.total << ",\"has_older\":" << word(page.hasOlder)
            << ",\"has_newer\":" << word(page.hasNewer) << ",\"next_before\":";
        if (page.hasOlder && page.firstId != 0)
            out << page.firstId;
        else
            out << "null";
    }
    out << "}}";
}

constexpr std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) noexcept
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15U;
    return hash ^ (hash >> 29);
}

/// Of all that decides the page's bytes: messages are added in their order, so the ends and the number of a range name its
/// content; the epoch tells what was written in between by an import, the revision what was changed in place.
std::string etagOf(const PageQuery& query, const Page& page, const ChatState& state)
{
    std::uint64_t hash = 0x6E65746269740001U;
    for (const auto value : {query.chatId, query.before, query.after, page.firstId, page.lastId, page.total, state.revision})
        hash = mixed(hash, static_cast<std::uint64_t>(value));
    for (const auto value : {query.page > 0 ? query.perPage : query.limit, query.page, page.count, state.epoch,
                             page.hasOlder ? 1U : 0U, page.hasNewer ? 1U : 0U})
        hash = mixed(hash, value);
    for (const char c : query.lead)
        hash = mixed(hash, static_cast<unsigned char>(c));
    constexpr char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    std::string etag(13, '"'); // 11 digits of 6 bits; short enough to need no memory
    for (std::size_t i = 1; i < 12; ++i, hash >>= 6)
        etag[i] = digits[hash & 63];
    return etag;
}

constexpr std::string_view opening = "{\"data\":[";

/// Which of the snapshot's messages a query means, or that they are not all in it.
struct Range {
    bool inside = false;
    std::size_t first = 0;
    std::size_t last = 0;
};

Range rangeIn(const ChatState& state, const PageQuery& query)
{
    const auto size = state.newest.size();
    const auto endingAt = [&](std::size_t last, std::size_t count) -> Range {
        if (count > last && !state.holdsAll())
            return {};
        return {true, last - std::min(last, count), last};
    };
    if (query.page > 0) {
        const auto offset = (std::uint64_t{query.page} - 1) * query.perPage;
        if (offset >= static_cast<std::uint64_t>(state.total)) // past the oldest: nothing, wherever it is kept
            return {true, 0, 0};
        return offset > size ? Range{} : endingAt(size - static_cast<std::size_t>(offset), query.perPage);
    }
    if (query.before == 0 && query.after == 0)
        return endingAt(size, query.limit);
    const auto at = state.newest.indexOf(query.before != 0 ? query.before : query.after);
    if (!at)
        return {};
    if (query.before != 0)
        return endingAt(*at, query.limit);
    return {true, *at + 1, std::min(size, *at + 1 + query.limit)};
}

struct Keep {
    StatePtr state;
    Tail end;
};

Page fromSnapshot(StatePtr state, const PageQuery& query, const Range& range)
{
    Page page;
    page.total = state->total;
    page.count = static_cast<std::uint32_t>(range.last - range.first);
    const auto keep = std::make_shared<Keep>();
    page.body.reserve(page.count + std::size_t{5});
    if (query.lead.empty()) {
        page.body.view(opening);
    } else {
        page.body.text("{" + std::string(query.lead));
        page.body.view(opening.substr(1));
    }
    state->newest.each(range.first, range.last, [&](const CachedMessage& message) {
        if (page.firstId == 0) {
            page.firstId = message.id;
            page.body.view(message.json());
        } else {
            page.body.view(message.text);
        }
        page.lastId = message.id;
    });
    if (query.page > 0) {
        const auto offset = (std::int64_t{query.page} - 1) * query.perPage;
        page.hasOlder = offset + page.count < page.total;
        page.hasNewer = offset > 0 && page.total > 0;
    } else {
        page.hasOlder = range.first > 0 || !state->holdsAll();
        page.hasNewer = range.last < state->newest.size();
    }
    writeEnd(keep->end, query, page);
    page.body.view(keep->end.view());
    page.etag = etagOf(query, page, *state);
    keep->state = std::move(state);
    page.body.keep(keep);
    return page;
}

/// What the database has for it, oldest first.
struct Found {
    std::vector<storage::MessageRecord> messages;
    bool hasOlder = false;
    bool hasNewer = false;
};

Result<Found> findByCursor(storage::Connection& connection, const PageQuery& query)
{
    using storage::MessageRepository;
    Found found;
    auto at = std::numeric_limits<std::int64_t>::max();
    auto id = at;
    if (const auto cursor = query.before != 0 ? query.before : query.after; cursor != 0) {
        const auto message = MessageRepository::byId(connection, cursor);
        if (!message || message->chatId != query.chatId)
            return unknownCursor(query);
        at = message->createdAt;
        id = message->id;
    }
    const auto limit = std::size_t{query.limit};
    found.messages = query.after != 0 ? MessageRepository::after(connection, query.chatId, at, id, limit + 1)
                                      : MessageRepository::before(connection, query.chatId, at, id, limit + 1);
    const bool more = found.messages.size() > limit; // one beyond says that there is one
    if (more)
        found.messages.pop_back();
    if (query.after == 0)
        std::reverse(found.messages.begin(), found.messages.end());
    found.hasOlder = query.after != 0 || more;
    found.hasNewer = query.after != 0 ? more : query.before != 0;
    return found;
}

Result<Page> fromDatabase(Core& core, const ChatState& state, const PageQuery& query)
{
    Result<Found> found = Found();
    Page page;
    page.total = state.total;
    core.database.read([&](storage::Connection& connection) {
        if (query.page == 0) {
            found = findByCursor(connection, query);
            return;
        }
        const auto offset = (std::int64_t{query.page} - 1) * query.perPage;
        found->messages = storage::MessageRepository::fromNewest(connection, query.chatId, offset, query.perPage);
        std::reverse(found->messages.begin(), found->messages.end());
        found->hasOlder = offset + static_cast<std::int64_t>(found->messages.size()) < page.total;
        found->hasNewer = offset > 0 && page.total > 0;
    });
    if (!found)
        return found.error();

    std::string whole = "{" + std::string(query.lead);
    whole += opening.substr(1);
    for (const auto& message : found->messages) {
        const auto text = core.textOf(message);
        whole += std::string_view(text).substr(&message == &found->messages.front() ? 1 : 0);
    }
    page.count = static_cast<std::uint32_t>(found->messages.size());
    page.hasOlder = found->hasOlder;
    page.hasNewer = found->hasNewer;
    if (!found->messages.empty()) {
        page.firstId = found->messages.front().id;
        page.lastId = found->messages.back().id;
    }
    Tail end;
    writeEnd(end, query, page);
    whole += end.view();
    page.body.text(std::move(whole));
    page.etag = etagOf(query, page, state);
    return page;
}

} // namespace

Result<Page> pageOf(Core& core, ChatEntry& entry, const PageQuery& query, bool mayBlock)
{
    if (query.before < 0 || query.after < 0)
        return unknownCursor(query);
    auto state = entry.state();
    if (state->level < Level::window) {
        if (!mayBlock)
            return fault(Status::wouldBlock, "would_block", "The chat's messages are on disk.");
        state = core.loaded(entry, Level::window);
    }
    if (const auto range = rangeIn(*state, query); range.inside)
        return fromSnapshot(std::move(state), query, range);
    if (query.page == 0 && state->holdsAll()) // then the cursor is nowhere
        return unknownCursor(query);
    if (!mayBlock)
        return fault(Status::wouldBlock, "would_block", "The page is on disk.");
    return fromDatabase(core, *state, query);
}

} // namespace netbit::services::chat
