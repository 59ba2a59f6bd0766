#include "cli/Login.h"

#include "cli/tests/TempDir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace netbit::cli::test
{

namespace
{

TEST(LoginFile, IsReadableByItsOwnerOnlyAndReadBackTheSame)
{
    const TempDir dir;
    const auto path = dir.path("config/netbit/login.json");
    ::umask(0);
    ASSERT_TRUE(saveLogin(path, {"http://h:1", "anna", "access", "refresh"}).ok());
    ASSERT_TRUE(saveLogin(path, {"http://h:1", "anna", "access2", "refresh2"}).ok());
    ::umask(022);
    struct stat info {
    };
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600U);
    const auto login = loadLogin(path);
    ASSERT_TRUE(login.ok());
    EXPECT_EQ(login->server, "http://h:1");
    EXPECT_EQ(login->accessToken, "access2");
    EXPECT_EQ(login->refreshToken, "refresh2");
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir.path("config/netbit")))
        ++files;
    EXPECT_EQ(files, 1U) << "nothing is left beside it";
}

TEST(LoginFile, AbsentAndDamagedAreToldApart)
{
    const TempDir dir;
    EXPECT_EQ(loadLogin(dir.path("login.json")).status(), base::Status::unauthenticated);
    EXPECT_EQ(loadLogin(dir.write("login.json", "{\"server\"")).status(), base::Status::malformed);
    EXPECT_EQ(loadLogin(dir.write("login.json", "{}")).status(), base::Status::malformed);
}

} // namespace

} // namespace netbit::cli::test
