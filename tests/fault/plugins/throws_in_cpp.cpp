// Throws behind the C++ face: in a handler, and in start when its number is 1.
#include "netbit/plugin.hpp"

#include <stdexcept>

namespace {

class ThrowsInCpp final : public netbit::Plugin {
    void start() override
    {
        if (config().integer("number") == 1)
            throw std::runtime_error("start went wrong");
        get("/cpp", netbit::anyone, [](netbit::Request&) { throw std::runtime_error("secret of the handler"); });
    }
};

} // namespace

NETBIT_PLUGIN(ThrowsInCpp, FAULT_ID, "1.0.0")
