#include "isolation/parent/Handles.h"

#include <gtest/gtest.h>

namespace netbit::isolation::parent {
namespace {

struct Thing {
    int references = 1;
};

struct ThingApi {
    void retain(Thing* thing) const { ++thing->references; }
    void release(Thing* thing) const { --thing->references; }
};

class CountedHandles : public testing::Test {
protected:
    CountedHandles() { held.open(&api); }
    ThingApi api;
    Thing thing;
    Counted<Thing, ThingApi> held;
};

TEST_F(CountedHandles, WhatIsTakenIsHeldUntilItIsReleased)
{
    ASSERT_TRUE(held.putAs(7, &thing));
    EXPECT_EQ(2, held.borrow(7).get()->references);
    EXPECT_EQ(1, thing.references);
    EXPECT_TRUE(held.release(7));
    EXPECT_EQ(0, thing.references);
    EXPECT_FALSE(held.release(7));
}

TEST_F(CountedHandles, ANumberThatIsTakenOrNoneGivesTheReferenceBack)
{
    Thing other;
    ASSERT_TRUE(held.putAs(7, &thing));
    EXPECT_FALSE(held.putAs(7, &other));
    EXPECT_EQ(0, other.references);
    Thing none;
    EXPECT_FALSE(held.putAs(0, &none));
    EXPECT_EQ(0, none.references);
    EXPECT_EQ(1, thing.references);
}

TEST_F(CountedHandles, AfterTheEndNothingIsHeld)
{
    ASSERT_TRUE(held.putAs(7, &thing));
    held.close();
    EXPECT_EQ(0, thing.references);
    Thing late;
    EXPECT_FALSE(held.putAs(8, &late));
    EXPECT_EQ(0, late.references);
    Thing later;
    EXPECT_EQ(0u, held.put(&later));
    EXPECT_EQ(0, later.references);
}

} // namespace
} // namespace netbit::isolation::parent
