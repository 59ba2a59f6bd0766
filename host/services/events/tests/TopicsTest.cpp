#include "services/events/Topics.h"

#include <gtest/gtest.h>

namespace netbit::services::events {
namespace {

TEST(TopicFilter, WantsAllWithoutNames)
{
    EXPECT_TRUE(TopicFilter({}).wants("message.created"));
    EXPECT_TRUE(TopicFilter({"*"}).wants("message.created"));
}

TEST(TopicFilter, WantsExactNamesAndBeginnings)
{
    const TopicFilter filter({"typing", "message.*"});
    EXPECT_TRUE(filter.wants("typing"));
    EXPECT_TRUE(filter.wants("message.created"));
    EXPECT_FALSE(filter.wants("typing.started"));
    EXPECT_FALSE(filter.wants("message"));
    EXPECT_FALSE(filter.wants("messages.created"));
}

} // namespace
} // namespace netbit::services::events
