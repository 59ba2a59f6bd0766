#pragma once
// Immutable bytes on their way to a socket: a list of views and what keeps them alive.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::base {

/// A body is built by one thread, then moved; nobody changes it afterwards.
/// Views added by view() must stay valid as long as an owner given to keep() lives.
/// Text added by text() is owned by the body. Order of calls is order of bytes.
class Body {
public:
    Body() = default;
    explicit Body(std::string whole) { text(std::move(whole)); }

    Body(Body&&) noexcept = default;
    Body& operator=(Body&&) noexcept = default;
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;

    void reserve(std::size_t segments) { _segments.reserve(segments); }

    void keep(std::shared_ptr<const void> owner) { _owners.push_back(std::move(owner)); }

    void view(std::string_view bytes)
    {
        if (bytes.empty())
            return;
        _segments.push_back(bytes);
        _size += bytes.size();
    }

    void text(std::string bytes)
    {
        if (bytes.empty())
            return;
        auto owned = std::make_shared<const std::string>(std::move(bytes));
        view(*owned);
        keep(std::move(owned));
    }

    const std::vector<std::string_view>& segments() const noexcept { return _segments; }
    std::size_t size() const noexcept { return _size; }
    bool empty() const noexcept { return _size == 0; }

    std::string str() const
    {
        std::string whole;
        whole.reserve(_size);
        for (auto segment : _segments)
            whole += segment;
        return whole;
    }

private:
    std::vector<std::string_view> _segments;
    std::vector<std::shared_ptr<const void>> _owners;
    std::size_t _size = 0;
};

} // namespace netbit::base
