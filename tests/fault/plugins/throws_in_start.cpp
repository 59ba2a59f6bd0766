// Stages a route, then throws.
#include "fault.h"

#include <stdexcept>

namespace {

std::int32_t half(void*, nb_request* request) { return reply_text(request, "half"); }

std::int32_t start(nb_plugin*, nb_error* error)
{
    static_cast<void>(add_get("/half", NB_ACCESS_ANYONE, 0, &half, error));
    throw std::runtime_error("start went wrong");
}

} // namespace

extern "C" {
FAULT_PLUGIN(nullptr, &start, nullptr, nullptr)
}
