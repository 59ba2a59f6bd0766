// A chat's days: what each says at its end, what a later edit does to them, and that they are the same wherever the chat is.

#include "services/transfer/History.h"
#include "services/transfer/HistoryOperations.h"
#include "services/transfer/tests/House.h"

#include "base/Json.h"

namespace netbit::services::transfer {
namespace {

using Form = History::Form;

const std::string home = "bbbbbbbbbbbbbbbb.";

std::string message(int number, std::string_view at, std::string_view content, std::string_view rest = {})
{
    std::string out = "{\"kind\":\"message\",\"id\":\"" + home + std::to_string(number) + "\",\"chat\":\"" + home + "1\",\"sender\":\"" + home +
                      std::to_string(1 + number % 2) + "\",\"created_at\":\"" + std::string(at) + "\",\"content\":";
    base::appendJsonString(out, content);
    return out + std::string(rest) + "}";
}

std::vector<std::string> room()
{
    return {R"({"kind":"user","id":")" + home + R"(1","username":"ann","email":"ann@example.org"})",
            R"({"kind":"user","id":")" + home + R"(2","username":"ben"})",
            R"({"kind":"chat","id":")" + home + R"(1","name":"plans","created_at":"2020-01-01T00:00:00.000Z"})",
            message(1, "2020-01-01T10:00:00.000Z", "good *morning*\n> all"),
            message(2, "2020-01-01T23:59:59.999Z", "last", R"(,"edited_at":"2020-01-03T08:00:00.000Z","edits":[)"
                                                           R"({"content":"frist","at":"2020-01-01T23:59:59.999Z"},)"
                                                           R"({"content":"first","at":"2020-01-02T07:00:00.000Z"}])"),
            message(3, "2020-01-02T00:00:00.000Z", "an answer", R"(,"reply_to":")" + home + R"(1","thread":")" + home + "1\""),
            message(4, "2020-01-05T12:00:00.000Z", "later")};
}

class Histories : public test::House {
protected:
    void furnish(const std::vector<std::string>& records = room())
    {
        const auto outcome = take("netbit", records);
        ASSERT_TRUE(outcome.ok());
        ASSERT_TRUE(outcome->leftOut.empty()) << outcome->leftOut.front().detail;
        chat = chatNamed("plans");
        addHistoryOperations(*operations, *chats);
    }
    History history() { return {connection(), chat}; }
    std::vector<HistoryDay> days() { return history().days(20'000); }
    std::string file(std::int64_t day, std::int64_t asOf, Form form)
    {
        std::string out;
        for (std::int64_t from = 0; from >= 0;) {
            auto piece = history().piece(day, asOf, form, from);
            out += piece.text;
            from = piece.next;
        }
        return out;
    }

    static constexpr std::int64_t first = 18'262; // 2020-01-01
    Id chat = 0;
};

} // namespace

TEST_F(Histories, ADayIsWhatWasSaidOnItAndWhatWasEditedOfEarlierOnes)
{
    furnish();
    const auto all = days();
    ASSERT_EQ(all.size(), 4U);
    const std::vector<std::vector<std::int64_t>> files{{first}, {first, first + 1}, {first}, {first + 4}};
    const std::vector<std::pair<std::int64_t, std::int64_t>> counts{{2, 0}, {1, 1}, {0, 1}, {1, 0}};
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].day, files[i].back() == first && i == 2 ? first + 2 : files[i].back());
        EXPECT_EQ(all[i].files, files[i]) << i;
        EXPECT_EQ(all[i].messages, counts[i].first) << i;
        EXPECT_EQ(all[i].edits, counts[i].second) << i;
    }
    EXPECT_EQ(base::rfc3339(all[2].lastAt), "2020-01-03T08:00:00.000Z");
    EXPECT_EQ(history().days(first + 1).size(), 1U) << "a day that is not over is not told of";
}

TEST_F(Histories, AFileSaysWhatWasSaidAtItsTime)
{
    furnish();
    const auto then = file(first, first, Form::prose);
    EXPECT_EQ(then, "# 2020-01-01\n\n**ben** 10:00:00\n\n> good *morning*\n> > all\n\n**ann** 23:59:59\n\n> frist\n\n");
    EXPECT_NE(file(first, first + 1, Form::prose).find("(edited)\n\n> first\n"), std::string::npos);
    EXPECT_NE(file(first, first + 2, Form::prose).find("(edited)\n\n> last\n"), std::string::npos);
    EXPECT_EQ(file(first, first + 900, Form::prose), file(first, first + 2, Form::prose));

    const auto lines = file(first, first + 1, Form::lines);
    std::istringstream in(lines);
    std::vector<boost::json::value> read;
    for (std::string line; std::getline(in, line);)
        read.push_back(boost::json::parse(line));
    ASSERT_EQ(read.size(), 4U) << lines;
    EXPECT_EQ(read[0].at("username").as_string(), "ann");
    EXPECT_EQ(lines.find("example.org"), std::string::npos) << "nobody's address is told to whoever reads the chat";
    EXPECT_EQ(read[3].at("content").as_string(), "first");
    EXPECT_EQ(read[3].at("edits").at(0).at("content").as_string(), "frist");
    EXPECT_EQ(read[3].at("edits").as_array().size(), 1U);
    EXPECT_NE(file(first + 1, first + 1, Form::lines).find("\"reply_to\":\"" + home + "1\""), std::string::npos);
}

TEST_F(Histories, ADeletedMessagesWordsAreInNoDay)
{
    furnish();
    const auto before = days();
    Id second = 0;
    for (const auto& one : storage::OutgoingRepository::messages(connection(), chat, {0, 0}, 0, 10))
        if (one.content == "last")
            second = one.id;
    write([&](storage::Connection& with) {
        auto record = storage::MessageRepository::byId(with, second).value();
        record.content.clear();
        record.isEdited = false;
        record.editedAt = 0;
        record.deletedAt = base::now();
        storage::EditRepository::removeOf(with, second);
        storage::MessageRepository::update(with, record);
    });
    for (const auto form : {Form::lines, Form::prose})
        for (std::int64_t asOf = first; asOf < first + 5; ++asOf) {
            const auto text = file(first, asOf, form);
            for (const auto* const word : {"frist", "first", "last"})
                EXPECT_EQ(text.find(word), std::string::npos) << text;
            EXPECT_NE(text.find("deleted"), std::string::npos);
        }
    const auto after = days();
    ASSERT_EQ(after.size(), 3U) << "on the third day nothing was written any more";
    EXPECT_NE(after[0].mark, before[0].mark);
    EXPECT_NE(after[1].mark, before[1].mark);
    EXPECT_EQ(after[2].mark, before[3].mark);
}

TEST_F(Histories, AreTheSameOnAnotherServer)
{
    furnish();
    test::House other;
    other.takeExport(exported(), 3);
    History there(other.connection(), other.chatNamed("plans"));
    const auto mine = days();
    const auto theirs = there.days(20'000);
    ASSERT_EQ(mine.size(), theirs.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
        EXPECT_EQ(mine[i].lastAt, theirs[i].lastAt);
        ASSERT_EQ(mine[i].files, theirs[i].files);
        for (const auto day : mine[i].files)
            for (const auto form : {Form::lines, Form::prose})
                EXPECT_EQ(file(day, mine[i].day, form), there.piece(day, mine[i].day, form, 0).text);
    }
}

TEST_F(Histories, LargeDaysComeInPiecesThatMakeTheWhole)
{
    auto records = room();
    const std::string much(20'000, 'x');
    for (int i = 10; i < 60; ++i) // ten of each second
        records.push_back(message(i, "2020-01-05T13:00:0" + std::to_string(i / 10) + ".000Z", much + std::to_string(i)));
    furnish(records);
    std::size_t pieces = 0;
    std::string out;
    for (std::int64_t from = 0; from >= 0; ++pieces) {
        auto piece = history().piece(first + 4, first + 4, Form::prose, from);
        EXPECT_LE(piece.text.size(), History::pieceBytes + 10 * 21'000);
        out += piece.text;
        from = piece.next;
    }
    EXPECT_GE(pieces, 3U);
    std::size_t at = 0;
    for (int i = 10; i < 60; ++i) {
        const auto found = out.find(much + std::to_string(i) + "\n", at);
        ASSERT_NE(found, std::string::npos) << i;
        at = found;
    }
}

TEST_F(Histories, WhoIsNotInTheChatKnowsNothingOfIt)
{
    furnish(room());
    const auto id = std::to_string(chat);
    const auto other = userNamed("user3");
    for (const auto& [name, arguments] : std::vector<std::pair<std::string, std::string>>{
             {"chats.find", R"({"name":"plans"})"},
             {"chats.find", R"({"name":"id:)" + id + "\"}"},
             {"chats.find", R"({"name":"id:99999999999999999999"})"},
             {"chats.days", "{\"id\":" + id + "}"},
             {"chats.day_file", "{\"id\":" + id + R"(,"day":"2020-01-01T00:00:00Z","as_of":"2020-01-01T00:00:00Z","form":"md"})"}})
        EXPECT_EQ(chat::test::codeOf(call(other, name, arguments)), "chat_not_found") << name << arguments;
}

TEST_F(Histories, TheOperationsGiveThemToMembers)
{
    auto records = room();
    records.push_back(R"({"kind":"member","chat":")" + home + R"(1","user":")" + home + R"(1"})");
    furnish(records);
    const auto ann = userNamed("ann");
    const auto found = call(ann, "chats.find", R"({"name":"Plans"})");
    ASSERT_TRUE(found.ok()) << found.error().detail;
    EXPECT_EQ(found->id, chat);
    const auto id = std::to_string(chat);
    const auto told = boost::json::parse(call(ann, "chats.days", "{\"id\":" + id + "}")->json).at("data").as_array();
    ASSERT_EQ(told.size(), 4U);
    EXPECT_EQ(told[1].at("files").at(0).as_string(), "2020-01-01");
    const auto part = call(ann, "chats.day_file",
                           "{\"id\":" + id + R"(,"day":"2020-01-01T00:00:00Z","as_of":"2020-01-02T00:00:00Z","form":"md"})");
    ASSERT_TRUE(part.ok()) << part.error().detail;
    const auto piece = boost::json::parse(part->json);
    EXPECT_EQ(piece.at("path").as_string(), "2020/01/2020-01-01.md");
    EXPECT_EQ(std::string(piece.at("text").as_string()), file(first, first + 1, Form::prose));
    EXPECT_EQ(chat::test::codeOf(call(ann, "chats.day_file",
                                      "{\"id\":" + id + R"(,"day":"2020-01-01T00:00:00Z","as_of":")" + base::rfc3339(base::now()) + R"(","form":"md"})")),
              "day_not_over");
}

} // namespace netbit::services::transfer
