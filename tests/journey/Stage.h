#pragma once
// A daemon and a few people, made once for all tests of a suite.

#include "support/People.h"

#include <gtest/gtest.h>
#include <memory>
#include <utility>

namespace netbit::test {

struct Stage {
    explicit Stage(std::vector<std::string> settings = {}) : daemon(std::move(settings)) {}

    Daemon daemon;
    User root = makeUser(daemon, "root", "admin");
    User ada = makeUser(daemon, "ada");
    User bob = makeUser(daemon, "bob");
    User eve = makeUser(daemon, "eve"); ///< is in no chat
};

/// Tests of a suite derive from it; they share what is on the stage, so each makes a chat of its own.
class OnStage : public testing::Test {
protected:
    static void SetUpTestSuite() { _stage = std::make_unique<Stage>(); }
    static void TearDownTestSuite() { _stage.reset(); }

    static Stage& stage() { return *_stage; }
    static Daemon& daemon() { return _stage->daemon; }
    static const User& root() { return _stage->root; }
    static const User& ada() { return _stage->ada; }
    static const User& bob() { return _stage->bob; }
    static const User& eve() { return _stage->eve; }
    static HttpClient as(const User& user) { return daemon().client(user.token); }

    static inline std::unique_ptr<Stage> _stage;
};

/// An RFC 9457 problem as every error of the API is one.
inline void expectProblem(const HttpReply& reply, int status, std::string_view code = {})
{
    EXPECT_EQ(reply.status, status) << reply.body;
    ASSERT_EQ(reply.header("content-type"), "application/problem+json") << reply.body;
    const auto problem = reply.document();
    EXPECT_EQ(integerAt(problem, "/status"), reply.status);
    EXPECT_FALSE(textAt(problem, "/type").empty());
    EXPECT_FALSE(textAt(problem, "/title").empty());
    EXPECT_FALSE(textAt(problem, "/detail").empty());
    EXPECT_FALSE(textAt(problem, "/request_id").empty());
    EXPECT_EQ(textAt(problem, "/request_id"), reply.header("x-request-id"));
    if (!code.empty()) {
        EXPECT_EQ(textAt(problem, "/code"), code) << reply.body;
    }
    if (status == 401) {
        const bool forGit = textAt(problem, "/instance").starts_with("/git/"); // git knows no other scheme
        EXPECT_TRUE(reply.header("www-authenticate").starts_with(forGit ? "Basic" : "Bearer")) << "a 401 says how to sign in";
    }
}

} // namespace netbit::test
