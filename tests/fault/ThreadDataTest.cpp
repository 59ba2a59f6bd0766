// What a plugin leaves in the host's threads must not be called when its code is gone.
#include "loader/Library.h"
#include "tests/fault/HostFixture.h"

namespace netbit::fault_test {

using ThreadData = HostFixture;

// The threads end with the fixture: without its code in memory that was the end of the process.
TEST_F(ThreadData, OfALibraryThatIsClosedKeepsItsCodeInMemory)
{
    install("thread_data");
    install("good");
    ASSERT_TRUE(load());
    for (int i = 0; i < 16; ++i) // each worker, more or less
        EXPECT_EQ(get("/leave").body, "left");
    const auto before = loader::Library::stillMapped("thread_data");
    loader().stopAll(std::chrono::seconds(5));
    expectState("thread_data", "stopped");
    EXPECT_EQ(loader::Library::stillMapped("thread_data"), before + 1);
    EXPECT_EQ(loader::Library::stillMapped("good"), 0u) << "this one has no such data, and goes";
}

} // namespace netbit::fault_test
