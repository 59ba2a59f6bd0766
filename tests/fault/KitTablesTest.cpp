// The kit answers a plugin's SQL as the host does.

#include "fault/SqlCases.h"

#include <netbit/kit/gtest.hpp>

namespace netbit::fault_test {

TEST(KitTables, SqlIsAnsweredAsByTheHost)
{
    kit::FakeHost host(FAULT_PLUGINS "/tables.so");
    for (const auto& one : sqlCases)
        EXPECT_THAT(host.get(sqlPath(one)), kit::HasBody(one.said)) << one.how << ": " << one.sql;
    host.takeViolations(); // it has reached for what is not its own
}

} // namespace netbit::fault_test
