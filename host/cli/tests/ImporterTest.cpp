#include "cli/irc/Importer.h"

#include "base/Json.h"
#include "cli/JsonFields.h"
#include "cli/tests/FakeServer.h"
#include "cli/tests/TempDir.h"

#include <gtest/gtest.h>

namespace netbit::cli::test
{

namespace
{

class ImportTest : public testing::Test
{
protected:
    boost::json::value import(int expectedCode = success)
    {
        const auto ran = netbit({"import", "irc", dir.path("logs"), "--chat", "room", "--data", dir.path(), "--json"});
        EXPECT_EQ(ran.code, expectedCode) << ran.out << ran.err;
        lastError = ran.err;
        const auto parsed = base::parseJson(ran.out);
        EXPECT_TRUE(parsed.ok()) << ran.out;
        return parsed ? *parsed : boost::json::value();
    }

    static void expectSum(const boost::json::value& report)
    {
        std::int64_t sum = integer(report, "messages") + integer(report, "actions") + integer(report, "already_there") +
            integer(report, "lines_refused");
        for (const auto* part : {"system", "left_out"})
            for (const auto& each : member(report, part)->get_object())
                if (!each.key().starts_with("reply link"))
                    sum += each.value().get_int64();
        EXPECT_EQ(sum, integer(report, "lines")) << "every line is counted once";
    }

    TempDir dir;
    FakeImports imports;
    FakeServer server{dir.path("netbitd.sock"), [this](const Seen& seen) { return imports.answer(seen); }};
    std::string lastError;
};

constexpr std::string_view firstLog = "[10:00] <Anna> one\n"
                                      "=== bob [n=b@host.example]  has joined #room\n"
                                      "[10:01] <anna> two\n"
                                      "[10:01] -eve:#room- spam\n"
                                      "[10:02]  * bob waves\n"
                                      "[10:02] <bob>\n";

TEST_F(ImportTest, MessagesActionsSystemMessagesAndRepliesArrive)
{
    dir.write("logs/2004-11-15.raw.txt", firstLog);
    dir.write("logs/2004-11-15.annotation.txt", "0 0 -\n0 2 -\n2 4 -\n0 4 -\n1 5 -\n");

    const auto report = import();

    expectSum(report);
    EXPECT_EQ(integer(report, "messages"), 3);
    EXPECT_EQ(integer(report, "actions"), 1);
    EXPECT_EQ(integer(*member(report, "system"), "joins"), 1);
    EXPECT_EQ(integer(report, "replies"), 2);
    EXPECT_EQ(integer(report, "users_created"), 2) << "Anna and anna are one, and eve said nothing that is kept";
    ASSERT_EQ(imports.messages().size(), 5U);
    const auto& messages = imports.messages();
    EXPECT_TRUE(imports.users().contains("Anna")) << "the first spelling is the name";
    EXPECT_EQ(messages[0].userId, messages[2].userId);
    EXPECT_EQ(messages[1].type, "system");
    EXPECT_EQ(messages[2].replyTo, messages[0].id);
    EXPECT_EQ(messages[3].content, "/me waves");
    EXPECT_EQ(messages[3].replyTo, messages[2].id);
    EXPECT_EQ(messages[4].content, "");
    EXPECT_EQ(messages[4].createdAt - messages[0].createdAt, 120'000);
    EXPECT_EQ(imports.batches(), 1U);
}

TEST_F(ImportTest, ASecondRunBringsInNothing)
{
    dir.write("logs/2004-11-15.raw.txt", firstLog);
    dir.write("logs/2004-11-16.raw.txt", firstLog);
    import();
    const auto before = imports.messages().size();

    const auto report = import();

    expectSum(report);
    EXPECT_EQ(imports.messages().size(), before);
    EXPECT_EQ(integer(report, "already_there"), 12);
    EXPECT_EQ(integer(report, "files_unchanged"), 2);
    EXPECT_EQ(integer(report, "users_created"), 0);
}

TEST_F(ImportTest, OfAGrownFileOnlyTheNewLinesComeInAndAnswerOldOnes)
{
    dir.write("logs/2004-11-15.raw.txt", firstLog);
    import();
    dir.write("logs/2004-11-15.raw.txt", std::string(firstLog) + "[10:03] <carl> three\n");
    dir.write("logs/2004-11-15.annotation.txt", "0 2 -\n5 6 -\n");

    const auto report = import();

    expectSum(report);
    EXPECT_EQ(integer(report, "messages"), 1);
    EXPECT_EQ(integer(report, "already_there"), 6);
    ASSERT_EQ(imports.messages().size(), 6U);
    EXPECT_EQ(imports.messages()[5].replyTo, imports.messages()[4].id) << "by the id the older message has";
    EXPECT_EQ(imports.batches(), 2U);
    import();
    EXPECT_EQ(imports.messages().size(), 6U);
}

TEST_F(ImportTest, AChangedFileIsRefusedByNameAndTheOthersGoOn)
{
    dir.write("logs/2004-11-15.raw.txt", firstLog);
    import();
    dir.write("logs/2004-11-15.raw.txt", "[10:00] <Anna> ONE\n[10:01] <anna> two\n");
    dir.write("logs/2004-11-16.raw.txt", firstLog);

    const auto report = import(failed);

    expectSum(report);
    ASSERT_EQ(list(report, "refused").size(), 1U);
    EXPECT_NE(std::string(list(report, "refused")[0].get_string()).find("2004-11-15.raw.txt"), std::string::npos);
    EXPECT_EQ(integer(report, "messages"), 3);
    EXPECT_EQ(integer(report, "lines_refused"), 2);
}

TEST_F(ImportTest, AnAnswerThatGotLostDoublesNothing)
{
    dir.write("logs/2004-11-15.raw.txt", firstLog);
    imports.loseAnswers = 2;

    const auto report = import();

    expectSum(report);
    EXPECT_EQ(imports.messages().size(), 5U);
    EXPECT_EQ(server.count("/admin/import/batch"), 3U);
}

TEST_F(ImportTest, ALongLogIsCutAndLinksGoAcrossTheCut)
{
    std::string text;
    std::string links;
    for (std::size_t i = 0; i < irc::linesAtOnce + 10; ++i)
        text += "[10:00] <anna> line " + std::to_string(i) + "\n";
    links = "0 " + std::to_string(irc::linesAtOnce + 5) + " -\n";
    dir.write("logs/2004-11-15.raw.txt", text);
    dir.write("logs/2004-11-15.annotation.txt", links);

    const auto report = import();

    expectSum(report);
    EXPECT_EQ(imports.batches(), 2U);
    EXPECT_EQ(integer(report, "replies"), 1);
    EXPECT_EQ(imports.messages()[irc::linesAtOnce + 5].replyTo, imports.messages()[0].id);
    import();
    EXPECT_EQ(imports.messages().size(), irc::linesAtOnce + 10);
}

TEST_F(ImportTest, LinesThatCannotBeKeptAreListedAndTheRestComesIn)
{
    dir.write("logs/2004-11-15.raw.txt", "junk\n[10:00] <anna> \xff\n[10:00] <anna> fine\n\n");

    const auto report = import();

    expectSum(report);
    EXPECT_EQ(integer(report, "messages"), 1);
    ASSERT_EQ(list(report, "left_out_lines").size(), 3U);
    EXPECT_EQ(integer(list(report, "left_out_lines")[1], "line"), 2);
    EXPECT_EQ(text(list(report, "left_out_lines")[1], "reason"), "not valid UTF-8");
}

TEST_F(ImportTest, AFileOfNothingButUnreadableLinesIsNoError)
{
    dir.write("logs/2004-11-15.raw.txt", "junk\nmore junk\n");
    dir.write("logs/2004-11-16.raw.txt", "[10:00] <anna> fine\n");
    const auto report = import();
    expectSum(report);
    EXPECT_EQ(imports.batches(), 1U);
}

TEST_F(ImportTest, TheReportFileHoldsEachLineThatWasLeftOut)
{
    std::string junk;
    for (int i = 0; i < 30; ++i)
        junk += "junk\n";
    dir.write("logs/2004-11-15.raw.txt", junk + "[10:00] <anna> fine\n");
    const auto target = dir.path("left-out.txt");
    const auto ran =
        netbit({"import", "irc", dir.path("logs"), "--chat", "room", "--data", dir.path(), "--report", target});
    EXPECT_EQ(ran.code, success) << ran.err;
    std::ifstream in(target);
    std::size_t lines = 0;
    for (std::string line; std::getline(in, line); ++lines)
        EXPECT_NE(line.find(": unknown form"), std::string::npos) << line;
    EXPECT_EQ(lines, 30U);

    const auto dry = netbit({"import", "irc", dir.path("logs"), "--dry-run"});
    EXPECT_NE(dry.out.find("… and 10 more"), std::string::npos) << dry.out;
}

TEST(Import, WithoutAServerTheSentenceSaysWhere)
{
    const TempDir dir;
    dir.write("logs/2004-11-15.raw.txt", firstLog);
    const auto ran = netbit({"import", "irc", dir.path("logs"), "--chat", "room", "--data", dir.path()});
    EXPECT_EQ(ran.code, failed);
    EXPECT_NE(ran.err.find("No netbitd answers at " + dir.path("netbitd.sock")), std::string::npos) << ran.err;
}

} // namespace

} // namespace netbit::cli::test
