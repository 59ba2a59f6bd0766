// Exceptions out of handlers, with nothing between them and the host.
#include "fault.h"

#include <stdexcept>

namespace {

std::int32_t throws(void*, nb_request*) { throw std::runtime_error("secret of the handler"); }
std::int32_t throwsInt(void*, nb_request*) { throw 42; }
std::int32_t internal(void*, nb_request*) { return NB_INTERNAL; }
std::int32_t silent(void*, nb_request*) { return NB_OK; }
std::int32_t refuses(void*, nb_request*) { return NB_NOT_FOUND; }

bool broken = true;
std::int32_t mendable(void*, nb_request* request)
{
    if (broken)
        throw std::runtime_error("broken");
    return reply_text(request, "mended");
}
std::int32_t mend(void*)
{
    broken = false;
    return 0;
}

std::int32_t start(nb_plugin*, nb_error* error)
{
    for (const auto& [pattern, handler] : {std::pair{"/throws", &throws}, {"/throws-int", &throwsInt},
                                           {"/internal", &internal}, {"/silent", &silent}, {"/refuses", &refuses},
                                           {"/mendable", &mendable}})
        if (const auto status = add_get(pattern, NB_ACCESS_ANYONE, 0, handler, error); status != NB_OK)
            return status;
    // After a while it works again: what the breaker's trial should find.
    nb_timer* timer = nullptr;
    if (const auto status = the_exec->after(the_host, 400, [](void* user) { mend(user); }, nullptr, &timer, error);
        status != NB_OK)
        return status;
    return add_get("/throws-fast", NB_ACCESS_ANYONE, NB_ROUTE_FAST, &throws, error);
}

} // namespace

extern "C" {
FAULT_PLUGIN(nullptr, &start, nullptr, nullptr)
}
