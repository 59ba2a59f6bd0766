#pragma once
// What the parent holds for one child: handles of the host by number. A child that names a number which is not there gets
// nothing but an error, and so does one that names it twice.

#include "isolation/wire/Messages.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <netbit/http.h>
#include <unordered_map>
#include <utility>
#include <vector>

namespace netbit::isolation::parent {

using wire::Id;

/// References to counted handles (principals, bodies). [any]
template <class Handle, class Api>
class Counted {
public:
    /// A reference of its own, for as long as one call needs it.
    class Held {
    public:
        Held() = default;
        Held(const Api* api, Handle* handle) noexcept : _api(api), _handle(handle) {}
        ~Held()
        {
            if (_handle)
                _api->release(_handle);
        }
        Held(Held&& other) noexcept : _api(other._api), _handle(std::exchange(other._handle, nullptr)) {}
        Held& operator=(Held&&) = delete;
        Handle* get() const noexcept { return _handle; }
        explicit operator bool() const noexcept { return _handle != nullptr; }

    private:
        const Api* _api = nullptr;
        Handle* _handle = nullptr;
    };

    void open(const Api* api) noexcept { _api = api; }

    /// Takes over one reference. 0: closed; the reference was given back.
    Id put(Handle* handle)
    {
        {
            const std::lock_guard lock(_mutex);
            if (!_closed) {
                _handles.emplace(++_last, handle);
                return _last;
            }
        }
        _api->release(handle);
        return 0;
    }
    /// Under a number that the child has chosen. False: it has that number already, or it is 0, which stands for none; the
    /// reference was given back.
    bool putAs(Id id, Handle* handle)
    {
        {
            const std::lock_guard lock(_mutex);
            if (!_closed && id != 0 && _handles.emplace(id, handle).second)
                return true;
        }
        _api->release(handle);
        return false;
    }
    Held borrow(Id id) const
    {
        const std::lock_guard lock(_mutex);
        const auto found = _handles.find(id);
        if (found == _handles.end())
            return {};
        _api->retain(found->second);
        return {_api, found->second};
    }
    /// Gives back the child's reference; an unknown number is nobody's.
    bool release(Id id)
    {
        Handle* gone = nullptr;
        {
            const std::lock_guard lock(_mutex);
            const auto found = _handles.find(id);
            if (found == _handles.end())
                return false;
            gone = found->second;
            _handles.erase(found);
        }
        _api->release(gone);
        return true;
    }
    void close()
    {
        std::unordered_map<Id, Handle*> gone;
        {
            const std::lock_guard lock(_mutex);
            _closed = true;
            gone.swap(_handles);
        }
        for (const auto& [id, handle] : gone)
            _api->release(handle);
    }

private:
    const Api* _api = nullptr;
    mutable std::mutex _mutex; // guards what follows
    bool _closed = false;
    Id _last = 0;
    std::unordered_map<Id, Handle*> _handles;
};

/// Requests that the child has to answer. [any]
class Requests {
public:
    /// 0: closed.
    Id add(nb_request* request)
    {
        const std::lock_guard lock(_mutex);
        if (_closed)
            return 0;
        _requests.emplace(++_last, Entry{request, false});
        return _last;
    }
    /// The message about it is complete: from here on the child may answer it. Before, it would be read and answered by
    /// two threads.
    void sent(Id id)
    {
        const std::lock_guard lock(_mutex);
        if (const auto found = _requests.find(id); found != _requests.end())
            found->second.sent = true;
    }
    /// To be answered by whoever gets it; null: it is not there (any more).
    nb_request* take(Id id) { return taken(id, true); }
    /// For the thread that could not send it.
    nb_request* takeBack(Id id) { return taken(id, false); }
    /// All that were sent. Those that are being sent are answered by the thread that is at it.
    std::vector<nb_request*> close()
    {
        std::vector<nb_request*> out;
        const std::lock_guard lock(_mutex);
        _closed = true;
        for (auto each = _requests.begin(); each != _requests.end();) {
            if (each->second.sent)
                out.push_back(each->second.request);
            each = each->second.sent ? _requests.erase(each) : std::next(each);
        }
        return out;
    }

private:
    struct Entry {
        nb_request* request;
        bool sent;
    };
    nb_request* taken(Id id, bool onlySent)
    {
        const std::lock_guard lock(_mutex);
        const auto found = _requests.find(id);
        if (found == _requests.end() || (onlySent && !found->second.sent))
            return nullptr;
        auto* const out = found->second.request;
        _requests.erase(found);
        return out;
    }

    std::mutex _mutex; // guards what follows
    bool _closed = false;
    Id _last = 0;
    std::unordered_map<Id, Entry> _requests;
};

/// Objects that stand between a handle of the host and its number. [any]
template <class Object>
class Objects {
public:
    /// Under the next number, which `made` is told; null: closed.
    template <class Make>
    std::shared_ptr<Object> add(Make&& make)
    {
        const std::lock_guard lock(_mutex);
        if (_closed)
            return nullptr;
        auto object = make(++_last);
        _objects.emplace(_last, object);
        return object;
    }
    bool addAs(Id id, std::shared_ptr<Object> object)
    {
        const std::lock_guard lock(_mutex);
        return !_closed && id != 0 && _objects.emplace(id, std::move(object)).second;
    }
    std::shared_ptr<Object> find(Id id) const
    {
        const std::lock_guard lock(_mutex);
        const auto found = _objects.find(id);
        return found == _objects.end() ? nullptr : found->second;
    }
    std::shared_ptr<Object> take(Id id)
    {
        const std::lock_guard lock(_mutex);
        const auto found = _objects.find(id);
        if (found == _objects.end())
            return nullptr;
        auto out = std::move(found->second);
        _objects.erase(found);
        return out;
    }
    std::vector<std::shared_ptr<Object>> close()
    {
        std::vector<std::shared_ptr<Object>> out;
        const std::lock_guard lock(_mutex);
        _closed = true;
        for (auto& [id, object] : _objects)
            out.push_back(std::move(object));
        _objects.clear();
        return out;
    }

private:
    mutable std::mutex _mutex; // guards what follows
    bool _closed = false;
    Id _last = 0;
    std::unordered_map<Id, std::shared_ptr<Object>> _objects;
};

} // namespace netbit::isolation::parent
