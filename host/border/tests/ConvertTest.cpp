#include "border/Convert.h"

#include "border/Handles.h"

#include <gtest/gtest.h>

#include <cstddef>

using namespace netbit;
using namespace netbit::border;

namespace {

std::int32_t statusOfThrown(const std::function<void()>& function)
{
    return answer(nullptr, [&]() -> base::Result<void> {
        function();
        return {};
    });
}

} // namespace

TEST(Convert, TellsAnErrorCutAtACharactersEdge)
{
    nb_error out{};
    out.size = sizeof out;
    std::string detail(510, 'x');
    detail += "äöü"; // two bytes each: the first would end at 512, and the NUL has no room then
    EXPECT_EQ(NB_CONFLICT, tell(&out, {base::Status::conflict, "code", detail, "/a/b"}));
    EXPECT_EQ(NB_CONFLICT, out.status);
    EXPECT_STREQ("code", out.code);
    EXPECT_STREQ("/a/b", out.pointer);
    EXPECT_EQ(std::string(510, 'x'), out.detail);
}

TEST(Convert, FillsNothingBeyondTheSizeThatTheCallerHas)
{
    nb_error out{};
    std::memset(&out, 'z', sizeof out);
    out.size = offsetof(nb_error, detail); // a caller that knows no detail
    tell(&out, {base::Status::invalid, "code", "detail", "/p"});
    EXPECT_STREQ("/p", out.pointer);
    EXPECT_EQ('z', out.detail[0]);
    EXPECT_EQ(NB_INVALID, tell(nullptr, {base::Status::invalid, "", "", ""}));
}

TEST(Convert, RefusesArgumentsThatTheHeaderDoesNotAllow)
{
    EXPECT_EQ(NB_INVALID, statusOfThrown([] { notNull(static_cast<int*>(nullptr), "x"); }));
    EXPECT_EQ(NB_INVALID, statusOfThrown([] { bytesOf(nb_str{nullptr, 3}, "x"); }));
    EXPECT_EQ(NB_INVALID, statusOfThrown([] { textOf(str("\xC3("), "x"); }));
    EXPECT_EQ(NB_INVALID, statusOfThrown([] { generationOf(nullptr); }));
    EXPECT_EQ(NB_INVALID, statusOfThrown([] {
                  nb_error small{};
                  small.size = 8;
                  structOf(&small, "x");
              }));
    EXPECT_EQ(NB_OK, statusOfThrown([] { textOf(nb_str{nullptr, 0}, "x"); }));
}

TEST(Convert, ReadsOnlyWhatALargerStructHasInCommon)
{
    struct {
        nb_error known;
        char later[16];
    } newer{};
    newer.known.size = sizeof newer;
    newer.known.status = NB_CLOSED;
    EXPECT_EQ(NB_CLOSED, structOf(&newer.known, "x").status);
}

TEST(Convert, AnErrorOfAPluginIsNeverEmptyNorOk)
{
    nb_error in{};
    in.size = sizeof in;
    const auto out = errorOf(in, NB_OK);
    EXPECT_EQ(base::Status::internal, out.status);
    EXPECT_FALSE(out.code.empty());
    EXPECT_EQ(base::Status::internal, statusOf(99));
    std::memset(in.code, 'x', sizeof in.code); // not terminated
    EXPECT_EQ(sizeof in.code, errorOf(in, NB_INVALID).code.size());
}

TEST(Convert, NothingThatATableThrowsCrossesTheBorder)
{
    nb_error out{};
    out.size = sizeof out;
    const auto status = answer(&out, []() -> base::Result<void> { throw std::runtime_error("bug"); });
    EXPECT_EQ(NB_INTERNAL, status);
    EXPECT_STREQ("bug", out.detail);
    EXPECT_EQ(NB_STORAGE_FULL, statusOfThrown([] { throw storage::DatabaseError(base::Status::storageFull, "full"); }));
}

TEST(Handles, ABodySharedWithASocketOutlivesThePluginsReference)
{
    auto* const handle = handOver(base::Body(std::string("bytes")));
    const auto shared = shareOf(*handle);
    handle->release();
    EXPECT_EQ("bytes", shared.str());
}
