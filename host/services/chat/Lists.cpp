#include "services/chat/Lists.h"

#include "base/Json.h"

namespace netbit::services::chat {

bool readsAll(const auth::Principal& principal) noexcept
{
    return principal.kind() == auth::Principal::Kind::localAdmin;
}

bool readable(const ChatState& state, const auth::Principal& principal) noexcept
{
    return state.members->find(principal.userId()).has_value() || readsAll(principal);
}

void appendChat(std::string& out, const ChatState& state, Id forUser)
{
    out += state.head->json;
    appendChatRest(out, state.members->find(forUser), state.members->size(),
                   state.newest.empty() ? std::string_view() : state.newest.back().json());
}

base::Result<base::Body> listOf(Core& core, const auth::Principal& principal, std::uint32_t page, std::uint32_t perPage,
                                bool mayBlock)
{
    const auto entries = readsAll(principal) ? core.cache.all() : core.cache.ofUser(principal.userId());
    std::vector<StatePtr> states;
    states.reserve(entries.size());
    for (auto* const entry : entries) {
        auto state = entry->state();
        if (state->level < Level::summary) { // its last message says where in the list it stands
            if (!mayBlock)
                return base::fault(base::Status::wouldBlock, "would_block", "A chat's last message is on disk.");
            state = core.loaded(*entry, Level::summary);
        }
        states.push_back(std::move(state));
    }

    const auto total = states.size();
    const auto first = std::min<std::uint64_t>(total, (std::uint64_t{page} - 1) * perPage);
    const auto last = std::min<std::uint64_t>(total, first + perPage);
    std::partial_sort(states.begin(), states.begin() + static_cast<std::ptrdiff_t>(last), states.end(),
                      [](const StatePtr& a, const StatePtr& b) {
                          const auto left = a->lastActivity();
                          const auto right = b->lastActivity();
                          return left != right ? left > right : a->head->record.id > b->head->record.id;
                      });

    std::string out = "{\"data\":[";
    out.reserve(static_cast<std::size_t>(last - first) * 512 + 128);
    for (auto i = first; i < last; ++i) {
        if (i != first)
            out += ',';
        appendChat(out, *states[static_cast<std::size_t>(i)], principal.userId());
    }
    out += "],\"pagination\":{\"page\":";
    base::appendJsonInt(out, page);
    out += ",\"per_page\":";
    base::appendJsonInt(out, perPage);
    out += ",\"total\":";
    base::appendJsonInt(out, static_cast<std::int64_t>(total));
    out += ",\"total_pages\":";
    base::appendJsonInt(out, static_cast<std::int64_t>((total + perPage - 1) / perPage));
    out += "}}";
    return base::Body(std::move(out));
}

} // namespace netbit::services::chat
