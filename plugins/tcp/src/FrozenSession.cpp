#include "tcp/src/FrozenSession.h"

#include "support/JsonText.h"

#include <type_traits>
#include <utility>

namespace netbit::tcp {

namespace {

constexpr std::uint32_t form = 1;
constexpr std::size_t deepest = 4;

/// All of a scanner's numbers by name; for reading and for writing.
template <class Place, class Visit>
void eachNumber(Place& place, Visit&& visit)
{
    visit("inspected", place.inspected);
    visit("kinds", place.kinds);
    visit("scanned", place.scanned);
    visit("dropped", place.dropped);
    visit("skipped", place.skipped);
    visit("trouble_at", place.troubleAt);
    visit("depth", place.depth);
    visit("state", place.state);
    visit("trouble", place.trouble);
    visit("in_string", place.inString);
    visit("escaped", place.escaped);
    visit("is_object", place.isObject);
}

} // namespace

Frozen freeze(const FrozenSession& session)
{
    Frozen piece;
    piece.form = form;
    auto& out = piece.bytes;
    out += "{\"confirmed\":";
    support::appendInt(out, session.confirmed);
    out += ",\"scanner\":";
    char before = '{';
    eachNumber(session.scanner, [&](std::string_view name, auto number) {
        out += before;
        support::appendString(out, name);
        out += ':';
        support::appendInt(out, static_cast<std::int64_t>(number)); // `kinds` are bits: the sign is one of them
        before = ',';
    });
    out += '}';
    if (session.subscription) {
        out += ",\"subscription\":";
        support::appendLogPlace(out, *session.subscription);
    }
    out += '}';
    return piece;
}

std::optional<FrozenSession> thaw(const Frozen& piece)
{
    support::JsonDocument document;
    if (piece.form != form || document.parse(piece.bytes, deepest) || !document.root().is_object())
        return std::nullopt;
    support::Fields fields(document.root().get_object());
    FrozenSession out;
    if (const auto confirmed = fields.integer("confirmed", -1))
        out.confirmed = *confirmed;
    else
        fields.missing("confirmed");
    if (auto scanner = fields.object("scanner")) {
        eachNumber(out.scanner, [&](std::string_view name, auto& number) {
            if (const auto value = scanner->integer(name))
                number = static_cast<std::remove_reference_t<decltype(number)>>(*value);
            else
                scanner->missing(name);
        });
        scanner->finish();
        fields.absorb(std::move(*scanner));
    } else {
        fields.missing("scanner");
    }
    if (auto subscription = fields.object("subscription")) {
        out.subscription = support::readLogPlace(*subscription);
        fields.absorb(std::move(*subscription));
    }
    fields.finish();
    if (fields.fault())
        return std::nullopt;
    return out;
}

} // namespace netbit::tcp
