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

void appendChat(std::string& out, const ChatState& state, Id forUser, const OwnView& own)
{
    out += state.head->json;
    const auto role = state.members->find(forUser);
    appendChatRest(out, role, state.members->size(),
                   state.newest.empty() ? std::string_view() : state.newest.back().json(), role ? &own : nullptr);
}

namespace {

base::Error onDisk(std::string_view what) { return base::fault(base::Status::wouldBlock, "would_block", what); }

} // namespace

base::Result<std::string> chatJson(Core& core, ChatEntry& entry, const auth::Principal& principal, bool mayBlock)
{
    auto state = entry.state();
    if (state->level < Level::summary) {
        if (!mayBlock)
            return onDisk("The chat's last message is on disk.");
        state = core.loaded(entry, Level::summary);
    }
    auto own = core.reads.find(principal.userId(), entry);
    if (!own && state->members->find(principal.userId())) {
        if (!mayBlock)
            return onDisk("What is unread is on disk.");
        core.database.read([&](storage::Connection& connection) {
            own = core.reads.read(connection, principal.userId(), entry);
        });
    }
    std::string out;
    out.reserve(state->head->json.size() + 256 + (state->newest.empty() ? 0 : state->newest.back().text.size()));
    appendChat(out, *state, principal.userId(), own.value_or(OwnView()));
    return out;
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
                return onDisk("A chat's last message is on disk.");
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

    std::vector<OwnView> own(static_cast<std::size_t>(last - first));
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < own.size(); ++i) {
        auto& entry = *core.cache.find(states[static_cast<std::size_t>(first) + i]->head->record.id);
        if (auto known = core.reads.find(principal.userId(), entry))
            own[i] = *known;
        else if (states[static_cast<std::size_t>(first) + i]->members->find(principal.userId()))
            missing.push_back(i);
    }
    if (!missing.empty()) {
        if (!mayBlock)
            return onDisk("What is unread is on disk.");
        core.database.read([&](storage::Connection& connection) {
            for (const auto i : missing)
                own[i] = core.reads.read(connection, principal.userId(),
                                         *core.cache.find(states[static_cast<std::size_t>(first) + i]->head->record.id));
        });
    }

    std::string out = "{\"data\":[";
    out.reserve(static_cast<std::size_t>(last - first) * 512 + 128);
    for (auto i = first; i < last; ++i) {
        if (i != first)
            out += ',';
        appendChat(out, *states[static_cast<std::size_t>(i)], principal.userId(), own[static_cast<std::size_t>(i - first)]);
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
