#pragma once
// Which page a client asks for, and what it is told beside the page.

#include <netbit/chat.hpp>
#include <netbit/http.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace netbit::chat {

/// The query parameters of a page of messages, as sent.
struct PageParameters {
    std::optional<std::string_view> page;
    std::optional<std::string_view> perPage;
    std::optional<std::string_view> before;
    std::optional<std::string_view> after;
    std::optional<std::string_view> limit;
};

/// Two forms that do not mix: page and per_page count as the seed did; before, after and limit are cursors. Without any:
/// page 1. A value that is no integer or out of range is refused with its name as pointer.
Result<PageQuery> readPageQuery(std::int64_t chatId, const PageParameters& parameters);

/// page and per_page of a list, from what was sent.
struct ListQuery {
    std::uint32_t page = 1;
    std::uint32_t perPage = 50;
};
Result<ListQuery> readListQuery(std::optional<std::string_view> page, std::optional<std::string_view> perPage);

/// The Link field (RFC 8288) of a page. "next" goes on the way the client came: to older messages, or to newer ones after
/// `after`; "prev" goes back. Written without touching the heap, since every page of the hot path has one.
class PageLinks {
public:
    PageLinks(const PageQuery& query, const nb_page_info& info);
    std::string_view value() const noexcept { return {_text.data(), _length}; } ///< empty: no other pages

private:
    void add(std::string_view relation, std::string_view cursor, std::int64_t id, const PageQuery& query);
    void append(std::string_view text);
    void append(std::int64_t number);

    std::array<char, 320> _text; // two links of at most 147 bytes: ids have 19 digits, the limit 3
    std::size_t _length = 0;
};

} // namespace netbit::chat
