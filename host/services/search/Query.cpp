#include "services/search/Query.h"

#include "services/search/Folded.h"

#include <algorithm>
#include <charconv>

namespace netbit::services::search {

namespace {

using base::fault;
using base::Result;
using base::Status;

constexpr base::Millis dayMs = 24 * 3'600 * 1'000;

base::Error bad(std::string_view code, std::string_view detail) { return fault(Status::invalid, code, detail, "/q"); }

/// One word, phrase or filter. `key` is empty for the first two.
struct Piece {
    std::string_view key;
    std::string_view value;
};

class Pieces {
public:
    explicit Pieces(std::string_view text) : _rest(text) {}

    std::optional<Piece> next()
    {
        _rest.remove_prefix(std::min(_rest.find_first_not_of(' '), _rest.size()));
        if (_rest.empty())
            return std::nullopt;
        if (_rest.front() == '"')
            return Piece{{}, quotedValue()};
        for (const std::string_view key : {"from", "in", "before", "after", "has"})
            if (_rest.size() > key.size() && _rest.starts_with(key) && _rest[key.size()] == ':') {
                _rest.remove_prefix(key.size() + 1);
                return Piece{key, _rest.starts_with('"') ? quotedValue() : word()};
            }
        return Piece{{}, word()};
    }

private:
    std::string_view word()
    {
        const auto end = std::min(_rest.find(' '), _rest.size());
        const auto out = _rest.substr(0, end);
        _rest.remove_prefix(end);
        return out;
    }

    std::string_view quotedValue()
    {
        _rest.remove_prefix(1);
        const auto end = std::min(_rest.find('"'), _rest.size());
        const auto out = _rest.substr(0, end);
        _rest.remove_prefix(std::min(end + 1, _rest.size()));
        return out;
    }

    std::string_view _rest;
};

/// A day, or a moment; both as the half-open range that they are.
struct Span {
    base::Millis begin = 0;
    base::Millis end = 0;
};

std::optional<Span> timeOf(std::string_view text)
{
    if (const auto moment = base::parseRfc3339(text))
        return Span{*moment, *moment + 1};
    const auto part = [&](std::size_t at, std::size_t length) {
        int number = -1;
        const auto digits = text.substr(at, length);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return error == std::errc() && end == digits.data() + digits.size() ? number : -1;
    };
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    const auto year = part(0, 4);
    const auto days = year < 1970 ? std::nullopt : base::daysFromCivil(year, part(5, 2), part(8, 2));
    return days ? std::optional(Span{*days * dayMs, (*days + 1) * dayMs}) : std::nullopt;
}

Result<void> takeHas(Query& query, std::string_view what)
{
    if (what == "link") {
        query.terms.push_back({{U"http://", U"https://"}, false});
        return {};
    }
    if (what != "image" && what != "file")
        return bad("bad_filter", "has: takes link, file or image.");
    (what == "image" ? query.image : query.file) = true;
    return {};
}

Result<void> takeFilter(Query& query, const Piece& piece)
{
    if (piece.value.empty())
        return bad("bad_filter", std::string(piece.key) + ": needs a value behind the colon.");
    if (piece.key == "has")
        return takeHas(query, piece.value);
    if (piece.key == "from" || piece.key == "in") {
        auto& place = piece.key == "from" ? query.from : query.in;
        if (place)
            return bad("bad_filter", std::string(piece.key) + ": can be given once.");
        place = piece.value;
        return {};
    }
    const auto span = timeOf(piece.value);
    if (!span)
        return bad("bad_filter", std::string(piece.key) + ": takes a day such as 2026-01-31, or a time as in RFC 3339.");
    if (piece.key == "before")
        query.until = std::min(query.until, span->begin);
    else
        query.since = std::max(query.since, span->end);
    return {};
}

} // namespace

Result<Query> parseQuery(std::string_view text)
{
    if (text.size() > Query::maxBytes)
        return bad("query_too_long", "A query has at most 512 bytes.");
    std::string clean(text);
    std::replace_if(clean.begin(), clean.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    Query query;
    bool any = false;
    Pieces pieces(clean);
    while (const auto piece = pieces.next()) {
        if (!piece->key.empty()) {
            if (auto taken = takeFilter(query, *piece); !taken)
                return taken.error();
        } else if (piece->value.find_first_not_of(' ') != std::string_view::npos) {
            query.terms.push_back({{folded(piece->value)}, true});
        } else {
            continue;
        }
        any = true;
        if (query.terms.size() > Query::maxTerms)
            return bad("too_many_terms", "A query has at most 16 words and phrases.");
    }
    if (!any)
        return bad("empty_query", "There is nothing to search for.");
    return query;
}

} // namespace netbit::services::search
