#include "Paging.h"

#include <charconv>
#include <cstring>
#include <limits>
#include <string>

namespace netbit::chat {

namespace {

constexpr std::uint32_t maxPerPage = 200;
constexpr std::uint32_t usualPerPage = 50;
constexpr std::uint32_t maxPage = std::numeric_limits<std::int32_t>::max();

Error notInRange(std::string_view name, std::int64_t most)
{
    std::string detail = "It must be an integer from 1";
    if (most < std::numeric_limits<std::int64_t>::max())
        detail += " to " + std::to_string(most);
    return Error(Status::invalid, "bad_parameter", detail + ".", "/" + std::string(name));
}

/// Sets `out` where the parameter was sent.
template <class T>
std::optional<Error> readPositive(std::string_view name, std::optional<std::string_view> text, T most, T& out)
{
    if (!text)
        return std::nullopt;
    const auto number = parseInteger<T>(*text);
    if (!number || *number < 1 || *number > most)
        return notInRange(name, static_cast<std::int64_t>(most));
    out = *number;
    return std::nullopt;
}

} // namespace

Result<PageQuery> readPageQuery(std::int64_t chatId, const PageParameters& parameters)
{
    constexpr auto anyId = std::numeric_limits<std::int64_t>::max();
    const bool byCursor = parameters.before || parameters.after || parameters.limit;
    PageQuery query;
    query.chatId = chatId;
    if (auto fault = readPositive("before", parameters.before, anyId, query.before))
        return std::move(*fault);
    if (auto fault = readPositive("after", parameters.after, anyId, query.after))
        return std::move(*fault);
    if (auto fault = readPositive("limit", parameters.limit, maxPerPage, query.limit))
        return std::move(*fault);
    if (auto fault = readPositive("page", parameters.page, maxPage, query.page))
        return std::move(*fault);
    if (auto fault = readPositive("per_page", parameters.perPage, maxPerPage, query.perPage))
        return std::move(*fault);

    if (byCursor && (parameters.page || parameters.perPage))
        return Error(Status::invalid, "mixed_paging", "page and per_page do not go with before, after and limit.",
                     parameters.page ? "/page" : "/per_page");
    if (parameters.before && parameters.after)
        return Error(Status::invalid, "mixed_paging", "before and after do not go together.", "/after");
    if (byCursor) {
        if (query.limit == 0)
            query.limit = usualPerPage;
    } else {
        if (query.page == 0)
            query.page = 1;
        if (query.perPage == 0)
            query.perPage = usualPerPage;
    }
    return query;
}

Result<ListQuery> readListQuery(std::optional<std::string_view> page, std::optional<std::string_view> perPage)
{
    ListQuery query;
    if (auto fault = readPositive("page", page, maxPage, query.page))
        return std::move(*fault);
    if (auto fault = readPositive("per_page", perPage, maxPerPage, query.perPage))
        return std::move(*fault);
    return query;
}

PageLinks::PageLinks(const PageQuery& query, const nb_page_info& info)
{
    if (info.count == 0)
        return;
    const bool forward = query.after > 0;
    if (info.has_older != 0)
        add(forward ? "prev" : "next", "before", info.first_id, query);
    if (info.has_newer != 0)
        add(forward ? "next" : "prev", "after", info.last_id, query);
}

void PageLinks::add(std::string_view relation, std::string_view cursor, std::int64_t id, const PageQuery& query)
{
    append(_length == 0 ? "</api/chats/" : ", </api/chats/");
    append(query.chatId);
    append("/messages?");
    append(cursor);
    append("=");
    append(id);
    append("&limit=");
    append(static_cast<std::int64_t>(query.page > 0 ? query.perPage : query.limit));
    append(">; rel=\"");
    append(relation);
    append("\"");
}

void PageLinks::append(std::string_view text)
{
    const auto length = text.size() < _text.size() - _length ? text.size() : _text.size() - _length;
    std::memcpy(_text.data() + _length, text.data(), length);
    _length += length;
}

void PageLinks::append(std::int64_t number)
{
    const auto written = std::to_chars(_text.data() + _length, _text.data() + _text.size(), number);
    _length = static_cast<std::size_t>(written.ptr - _text.data());
}

} // namespace netbit::chat
