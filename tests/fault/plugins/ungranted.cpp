// Uses a service that its manifest does not ask for.
#include "netbit/plugin.hpp"
#include "netbit/sql.hpp"

namespace {

class Ungranted final : public netbit::Plugin {
public:
    explicit Ungranted(netbit::Host host) : Plugin(host), _sql(host) {}

private:
    void start() override { _sql.migrate({}).value(); }

    netbit::Sql _sql;
};

} // namespace

NETBIT_PLUGIN(Ungranted, FAULT_ID, "1.0.0")
