#include "border/Convert.h"
#include "border/Handles.h"
#include "border/Tables.h"

namespace netbit::border {

namespace {

nb_body* make(const nb_host* host, nb_str bytes)
{
    nb_body* made = nullptr;
    quietly([&] {
        static_cast<void>(generationOf(host));
        made = handOver(base::Body(std::string(bytesOf(bytes, "bytes"))));
    });
    return made;
}

void retain(nb_body* body)
{
    if (body)
        body->retain();
}

void release(nb_body* body)
{
    if (body)
        body->release();
}

std::size_t length(const nb_body* body) { return body ? body->body.size() : 0; }

std::size_t pieces(const nb_body* body, nb_str* out, std::size_t capacity)
{
    if (!body)
        return 0;
    const auto& segments = body->body.segments();
    for (std::size_t i = 0; out && i < std::min(segments.size(), capacity); ++i)
        out[i] = str(segments[i]);
    return segments.size();
}

} // namespace

const nb_body_api& bodyTable() noexcept
{
    static constexpr nb_body_api table{
        .size = sizeof(nb_body_api),
        .reserved = 0,
        .make = &make,
        .retain = &retain,
        .release = &release,
        .length = &length,
        .pieces = &pieces,
    };
    return table;
}

} // namespace netbit::border
