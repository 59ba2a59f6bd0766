#pragma once
// Handles that a plugin holds as numbers which are never used twice: one that was given back already, or that belonged to a
// generation that is gone, is found to be so instead of being memory of somebody else.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace netbit::border {

/// [any] Writes into the log of the plugin whose call is under way on this thread that a handle of it is not good any more.
void complainOfToken(std::string_view kind, std::string_view call) noexcept;

/// Handles that live until the plugin gives them back, or the generation ends. [any]
template <class Handle>
class TokenShelf {
public:
    TokenShelf() = default;
    ~TokenShelf() { clear(); }
    TokenShelf(const TokenShelf&) = delete;
    TokenShelf& operator=(const TokenShelf&) = delete;

    /// What the plugin gets: compared and passed back, never read through.
    Handle* put(std::shared_ptr<Handle> handle)
    {
        const std::lock_guard lock(every().mutex);
        const auto token = every().next += 2; // odd: no object lies there
        every().handles.emplace(token, handle);
        _handles.emplace(token, std::move(handle));
        return reinterpret_cast<Handle*>(token);
    }
    /// Of whichever generation of the process. Nothing: given back before, or its generation has ended.
    static std::shared_ptr<Handle> find(Handle* token)
    {
        const std::lock_guard lock(every().mutex);
        const auto found = every().handles.find(reinterpret_cast<std::uintptr_t>(token));
        return found == every().handles.end() ? nullptr : found->second.lock();
    }
    /// Nothing when it is not here any more.
    std::shared_ptr<Handle> take(Handle* token)
    {
        const std::lock_guard lock(every().mutex);
        const auto found = _handles.find(reinterpret_cast<std::uintptr_t>(token));
        if (found == _handles.end())
            return nullptr;
        auto out = std::move(found->second);
        every().handles.erase(found->first);
        _handles.erase(found);
        return out;
    }
    /// In the order in which they were put.
    std::vector<std::shared_ptr<Handle>> all() const
    {
        const std::lock_guard lock(every().mutex);
        std::vector<std::shared_ptr<Handle>> out;
        out.reserve(_handles.size());
        for (const auto& [token, handle] : _handles)
            out.push_back(handle);
        return out;
    }
    std::size_t size() const
    {
        const std::lock_guard lock(every().mutex);
        return _handles.size();
    }
    void clear()
    {
        Map gone; // destroyed outside of the lock
        const std::lock_guard lock(every().mutex);
        gone.swap(_handles);
        for (const auto& [token, handle] : gone)
            every().handles.erase(token);
    }

private:
    using Map = std::map<std::uintptr_t, std::shared_ptr<Handle>>; // tokens rise
    /// One for the process: a plugin passes a handle without saying whose it is.
    struct Every {
        std::mutex mutex; // guards what follows, and the maps of all shelves
        std::unordered_map<std::uintptr_t, std::weak_ptr<Handle>> handles;
        std::uintptr_t next = 1;
    };
    static Every& every()
    {
        static auto& made = *std::make_unique<Every>().release(); // shelves may outlive statics
        return made;
    }

    Map _handles;
};

} // namespace netbit::border
