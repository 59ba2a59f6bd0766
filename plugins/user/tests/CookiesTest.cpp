#include "Cookies.h"

#include <gtest/gtest.h>

namespace netbit::user {
namespace {

TEST(Cookies, OneIsFoundByItsWholeName)
{
    EXPECT_EQ(cookieOf("a=1; netbit-login=two; b=3", plainCookie), "two");
    EXPECT_EQ(cookieOf("netbit-login=two", plainCookie), "two");
    EXPECT_EQ(cookieOf("xnetbit-login=two; netbit-loginx=3; netbit-login", plainCookie), "");
    EXPECT_EQ(cookieOf("__Host-netbit-login=two", plainCookie), "");
    EXPECT_EQ(cookieOf("", plainCookie), "");
    EXPECT_EQ(cookieOf(";;;=; =", plainCookie), "");
}

TEST(Cookies, TwoOfOneNameAreNone)
{
    EXPECT_EQ(cookieOf("netbit-login=one; netbit-login=two", plainCookie), "");
}

TEST(Cookies, WithTlsNobodyElseCanHaveSetIt)
{
    EXPECT_EQ(setCookie("v", true, 600), "__Host-netbit-login=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=600; Secure");
    EXPECT_EQ(setCookie("", false, 0), "netbit-login=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
}

} // namespace
} // namespace netbit::user
