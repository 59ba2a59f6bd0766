#pragma once
// The newest messages of a chat as a value: encoded, cheap to copy, extended without copying a message.

#include "base/Time.h"
#include "storage/Records.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::chat {

using storage::Id;

struct CachedMessage {
    Id id = 0;
    base::Millis createdAt = 0;
    std::string text; ///< ",{…}": with the comma that parts it from the one before it in a list

    std::string_view json() const noexcept { return std::string_view(text).substr(1); }

    /// The order of messages everywhere.
    bool before(const CachedMessage& other) const noexcept
    {
        return createdAt != other.createdAt ? createdAt < other.createdAt : id < other.id;
    }
};

/// Oldest first. Values share blocks of slots: a slot is written once, by the one who makes the next value (one thread at
/// a time, from the newest value only), and no value made earlier reaches so far. So a message costs its own slot and a
/// copy of two or three pointers, whatever the number kept; and readers of older values are not disturbed.
class Newest {
public:
    Newest() = default;
    explicit Newest(std::vector<CachedMessage> messages)
    {
        if (messages.empty())
            return;
        auto block = std::make_shared<Block>(messages.size());
        std::move(messages.begin(), messages.end(), block->slots.get());
        block->used = messages.size();
        _size = messages.size();
        _parts.push_back({std::move(block), 0, _size});
    }

    std::size_t size() const noexcept { return _size; }
    bool empty() const noexcept { return _size == 0; }
    const CachedMessage& back() const noexcept { return _parts.back().block->slots[_parts.back().end - 1]; }

    /// visit(message) for those from `first` up to, without, `last`.
    template <class Visit>
    void each(std::size_t first, std::size_t last, Visit visit) const
    {
        std::size_t passed = 0;
        for (const auto& part : _parts) {
            const auto here = part.end - part.begin;
            const auto from = std::max(first, passed);
            const auto to = std::min(last, passed + here);
            for (auto i = from; i < to; ++i)
                visit(part.block->slots[part.begin + i - passed]);
            passed += here;
            if (passed >= last)
                return;
        }
    }

    std::optional<std::size_t> indexOf(Id id) const noexcept
    {
        std::size_t passed = 0;
        for (const auto& part : _parts) {
            for (auto i = part.begin; i < part.end; ++i)
                if (part.block->slots[i].id == id)
                    return passed + i - part.begin;
            passed += part.end - part.begin;
        }
        return std::nullopt;
    }

    /// With one more, and of all the newest `limit` (at least 1).
    Newest with(CachedMessage message, std::size_t limit) const
    {
        if (!empty() && message.before(back())) // imports may be dated in the hours to come: rare, so it may cost a copy
            return inserted(std::move(message), limit);
        Newest next;
        next._parts.reserve(_parts.size() + 1);
        next._parts = _parts;
        if (next._parts.empty() || !next._parts.back().hasRoom())
            next._parts.push_back({std::make_shared<Block>(blockSize), 0, 0});
        auto& last = next._parts.back();
        last.block->slots[last.end++] = std::move(message);
        last.block->used = last.end;
        next._size = _size + 1;
        for (; next._size > limit; --next._size)
            if (++next._parts.front().begin == next._parts.front().end)
                next._parts.erase(next._parts.begin());
        return next;
    }

    /// With another text in this message's place: rare, so it may cost a copy.
    Newest replaced(std::size_t at, CachedMessage message) const
    {
        std::vector<CachedMessage> all;
        all.reserve(_size);
        each(0, _size, [&](const CachedMessage& one) { all.push_back(one); });
        all[at] = std::move(message);
        return Newest(std::move(all));
    }

private:
    static constexpr std::size_t blockSize = 32;

    struct Block {
        explicit Block(std::size_t size) : slots(std::make_unique<CachedMessage[]>(size)), capacity(size) {}
        std::unique_ptr<CachedMessage[]> slots;
        std::size_t capacity;
        std::size_t used = 0; ///< only for who makes the next value
    };

    struct Part {
        std::shared_ptr<Block> block;
        std::size_t begin;
        std::size_t end;
        bool hasRoom() const noexcept { return block->used == end && end < block->capacity; }
    };

    Newest inserted(CachedMessage message, std::size_t limit) const
    {
        std::vector<CachedMessage> all;
        all.reserve(_size + 1);
        each(0, _size, [&](const CachedMessage& one) { all.push_back(one); });
        const auto place = std::upper_bound(all.begin(), all.end(), message,
                                            [](const CachedMessage& a, const CachedMessage& b) { return a.before(b); });
        all.insert(place, std::move(message));
        if (all.size() > limit)
            all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() - limit));
        return Newest(std::move(all));
    }

    std::vector<Part> _parts;
    std::size_t _size = 0;
};

} // namespace netbit::services::chat
