// The guide's last plugin: Rust over the C headers.

#include "contract/sdk/PluginFolder.h"

namespace netbit::test {
namespace {

TEST(PluginInRust, AnswersAsTheGuideSays)
{
    if (!std::filesystem::exists(RUST "/hello_rust.so"))
        GTEST_SKIP() << "There is no rustc here, so the plugin in Rust was not built.";
    const PluginFolder folder;
    folder.add(RUST, "hello_rust");
    Daemon daemon({folder.setting()});
    ASSERT_EQ(stateOf(daemon, "hello_rust"), "live");
    auto http = daemon.client();
    const auto reply = http.get("/api/hello-rust/Ada");
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.body, "Hello, Ada, from Rust!");
    EXPECT_EQ(http.get("/api/hello-rust/panic").status, 500) << "a panic ends the request, not the server";
    EXPECT_EQ(http.get("/api/hello-rust/Ada").status, 200);
    EXPECT_EQ(daemon.stop(), 0);
}

TEST(PluginInRust, IsFoundInOrder)
{
    if (!std::filesystem::exists(RUST "/hello_rust.so"))
        GTEST_SKIP() << "There is no rustc here, so the plugin in Rust was not built.";
    const auto checked = runProgram({PLUGIN_CHECK, RUST "/hello_rust.so"}, {}, {}, Deadline(std::chrono::minutes(2))); // a hundred lives of it
    EXPECT_EQ(checked.exitCode, 0) << checked.out << checked.err;
}

} // namespace
} // namespace netbit::test
