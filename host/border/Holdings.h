#pragma once
// What a generation holds for its plugin, so that it can end with it.

#include "border/Child.h"
#include "border/HttpHandles.h"
#include "border/Intake.h"
#include "border/Provided.h"
#include "border/Tokens.h"
#include "border/Upload.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

struct nb_listener;
struct nb_timer;
struct nb_subscription;

namespace netbit::border {

class Provider;

/// Handles that live until the plugin gives them back, or the generation ends. [any]
template <class Handle>
class Shelf {
public:
    Handle* put(std::shared_ptr<Handle> handle)
    {
        if (!handle)
            return nullptr;
        const std::lock_guard lock(_mutex);
        auto* const raw = handle.get();
        _handles.emplace(raw, std::move(handle));
        return raw;
    }
    /// Nothing when it is not here any more.
    std::shared_ptr<Handle> take(Handle* handle)
    {
        const std::lock_guard lock(_mutex);
        const auto found = _handles.find(handle);
        if (found == _handles.end())
            return nullptr;
        auto out = std::move(found->second);
        _handles.erase(found);
        return out;
    }
    std::vector<std::shared_ptr<Handle>> all() const
    {
        const std::lock_guard lock(_mutex);
        std::vector<std::shared_ptr<Handle>> out;
        out.reserve(_handles.size());
        for (const auto& [raw, handle] : _handles)
            out.push_back(handle);
        return out;
    }
    std::size_t size() const
    {
        const std::lock_guard lock(_mutex);
        return _handles.size();
    }
    void clear()
    {
        std::unordered_map<Handle*, std::shared_ptr<Handle>> gone; // destroyed outside of the lock
        const std::lock_guard lock(_mutex);
        gone.swap(_handles);
    }

private:
    mutable std::mutex _mutex; // guards _handles
    std::unordered_map<Handle*, std::shared_ptr<Handle>> _handles;
};

struct Holdings {
    Shelf<nb_listener> listeners;
    TokenShelf<nb_timer> timers;
    TokenShelf<nb_subscription> subscriptions;
    Shelf<nb_stream> streams;
    Shelf<nb_stream> moved; ///< streams that the next generation has; the plugin may still hold their handles
    Shelf<nb_intake> intakes;
    Shelf<nb_upload> uploads;
    TokenShelf<nb_process> processes;
    std::atomic<unsigned> processesRunning{0};
    RequestYard requests;
    std::vector<std::unique_ptr<nb_lease>> offers; ///< [control]; live ones are found through the border
    std::shared_ptr<Provider> provider; // [control]
};

} // namespace netbit::border
