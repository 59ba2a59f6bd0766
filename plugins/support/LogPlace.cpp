#include "support/LogPlace.h"

#include "support/JsonText.h"

namespace netbit::support {

namespace {

constexpr std::size_t mostTopics = 64; // as many as a subscription may have

} // namespace

void appendLogPlace(std::string& out, const LogPlace& place)
{
    out += "{\"after\":";
    appendInt(out, place.after);
    out += ",\"topics\":[";
    for (std::size_t i = 0; i < place.topics.size(); ++i) {
        out += i > 0 ? "," : "";
        appendString(out, place.topics[i]);
    }
    out += "]}";
}

std::optional<LogPlace> readLogPlace(Fields& fields)
{
    LogPlace place;
    const auto after = fields.integer("after", -1);
    for (const auto topic : fields.texts("topics", mostTopics))
        place.topics.emplace_back(topic);
    if (!after)
        fields.missing("after");
    fields.finish();
    if (fields.fault())
        return std::nullopt;
    place.after = *after;
    return place;
}

} // namespace netbit::support
