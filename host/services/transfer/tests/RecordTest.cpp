// Records are read strictly, whatever bytes they are made of.

#include "services/transfer/Record.h"

#include "base/Json.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <random>

namespace netbit::services::transfer {
namespace {

base::Result<Record> read(std::string_view text)
{
    auto parsed = base::parseJson(text);
    return parsed ? readRecord(*parsed) : base::Result<Record>(parsed.error());
}

const std::string goodOnes[] = {
    R"({"kind":"user","id":"U1","username":"ann","email":"a@b.c","role":"guest","state":"imported","created_at":"2020-01-01T00:00:00Z","display_name":"Ann","about":"x\ny","time_zone":"UTC","status_text":"t","status_emoji":"e","status_until":"2030-01-01T00:00:00Z","provider":"p"})",
    R"({"kind":"user","id":"U2","erased_at":"2020-01-01T00:00:00Z"})",
    R"({"kind":"chat","id":"C1","name":"c","chat_type":"channel","creator":"U1","created_at":"2020-01-01T00:00:00Z","visibility":"public","topic":"t","description":"d","archived_at":"2021-01-01T00:00:00Z","retention_days":7})",
    R"({"kind":"chat","id":"C2","chat_type":"direct","participants":["U1","U2"],"created_at":"2020-01-01T00:00:00Z"})",
    R"({"kind":"member","chat":"C1","user":"U1","role":"moderator","joined_at":"2020-01-01T00:00:00Z","read_at":"2020-01-01T00:00:00Z","read":"M1","muted":true,"favourite":true})",
    R"({"kind":"message","id":"M1","chat":"C1","sender":"U1","type":"system","created_at":"2020-01-01T00:00:00Z","content":"x","edited_at":"2020-01-01T00:00:00Z","edits":[{"content":"w","at":"2020-01-01T00:00:00Z"}],"reply_to":"M0","thread":"M0","mentions":[{"type":"user","key":"U1"},{"type":"all"}],"reactions":[{"emoji":"x","user":"U1","at":"2020-01-01T00:00:00Z"}],"reply_count":1,"last_reply_at":"2020-01-01T00:00:00Z","pinned_at":"2020-01-01T00:00:00Z","pinned_by":"U1","attachments":["F1"]})",
    R"({"kind":"message","id":"M2","chat":"C1","sender":"U1","created_at":"1970-01-01T00:00:00Z","deleted_at":"2020-01-01T00:00:00Z","deleted_by":"U1"})",
    R"({"kind":"thread_read","thread":"M1","user":"U1","read_at":"2020-01-01T00:00:00Z","read":"M2"})",
    R"({"kind":"file","id":"F1","owner":"U1","name":"a.txt","size":3,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","created_at":"2020-01-01T00:00:00Z"})",
    R"({"kind":"draft","chat":"C1","user":"U1","content":"x","reply_to":"M1","updated_at":"2020-01-01T00:00:00Z"})",
    R"({"kind":"scheduled","id":"S1","chat":"C1","sender":"U1","content":"x","send_at":"2030-01-01T00:00:00Z","created_at":"2020-01-01T00:00:00Z"})",
    R"({"kind":"project","id":"P1","owner":"U1","name":"p","public":true,"created_at":"2020-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00Z","state":"archived","chat":"C1","owner_since":"2020-01-01T00:00:00Z","config":{}})",
    R"({"kind":"repository","id":"R1","owner":"U1","project":"P1","name":"r","default_branch":"main","state":"active","forked_from":"R0","mirror_url":"https://example.org/","updated_at":"2020-01-01T00:00:00Z"})",
    R"({"kind":"issue","id":"I1","project":"P1","number":1,"title":"t","body":"b\nb","state":"closed","author":"U1","milestone":"M1","due_at":"2020-01-01T00:00:00Z","created_at":"2020-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00Z","closed_at":"2020-01-01T00:00:00Z","closed_by":"U1"})",
    R"({"kind":"issue_label","issue":"I1","label":"L1"})",
    R"({"kind":"commit_status","repository":"R1","commit_id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","context":"ci","state":"error","creator":"U1","created_at":"2020-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00Z"})",
    R"({"kind":"hook","id":"H1","chat":"C1","creator":"U1","bot":"U2","name":"h","created_at":"2020-01-01T00:00:00Z","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"})",
};

TEST(TransferRecord, EachKindIsRead)
{
    for (const auto& text : goodOnes)
        EXPECT_TRUE(read(text).ok()) << text << read(text).error().detail;
    const auto message = read(goodOnes[5]);
    const auto& out = std::get<MessageRecord>(*message);
    EXPECT_EQ(out.edits.size(), 1u);
    EXPECT_EQ(out.mentions.size(), 2u);
    EXPECT_EQ(out.attachments.size(), 1u);
    EXPECT_TRUE(out.message.isEdited);
}

TEST(TransferRecord, WhatIsWrongIsNamed)
{
    const std::pair<std::string, std::string> wrongs[] = {
        {R"([])", ""},
        {R"({})", "/kind"},
        {R"({"kind":"cat"})", "/kind"},
        {R"({"kind":"user","username":"a"})", "/id"},
        {R"({"kind":"user","id":"1","username":"with space"})", "/username"},
        {R"({"kind":"user","id":"1","username":"a","role":"king"})", "/role"},
        {R"({"kind":"user","id":"1","username":"a","email":"nowhere"})", "/email"},
        {R"({"kind":"user","id":"1","username":"a","password":"secret"})", "/password"},
        {R"({"kind":"user","id":"1","username":"a","password":"$argon2id$v=19$m=99999999,t=2,p=1$a$b"})", "/password"},
        {R"({"kind":"user","id":"1","username":"a","extra":1})", "/extra"},
        {R"({"kind":"issue","id":"1","project":"P","number":0,"title":"t","state":"open","author":"U","created_at":"2020-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00Z"})", "/number"},
        {R"({"kind":"issue","id":"1","project":"P","number":1,"title":"t","state":"ajar","author":"U","created_at":"2020-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00Z"})", "/state"},
        {R"({"kind":"issue_label","issue":"I1"})", "/label"},
        {R"({"kind":"project_member","project":"P","user":"U","role":"owner","joined_at":"2020-01-01T00:00:00Z"})", "/role"},
        {R"({"kind":"pull_commit","repository":"R","commit_id":"HEAD","pull":"P"})", "/commit_id"},
        {R"({"kind":"user","id":"1\u0000","username":"a"})", "/id"},
        {R"({"kind":"chat","id":"1","created_at":"2020-01-01T00:00:00Z"})", "/name"},
        {R"({"kind":"chat","id":"1","name":"x","created_at":"yesterday"})", "/created_at"},
        {R"({"kind":"chat","id":"1","chat_type":"direct","created_at":"2020-01-01T00:00:00Z"})", "/participants"},
        {R"({"kind":"chat","id":"1","name":"x","participants":["a","b"],"created_at":"2020-01-01T00:00:00Z"})", "/participants"},
        {R"({"kind":"chat","id":"1","name":"x","retention_days":-1,"created_at":"2020-01-01T00:00:00Z"})", "/retention_days"},
        {R"({"kind":"file","id":"1","owner":"u","name":"a","size":1,"sha256":"zz"})", "/sha256"},
        {R"({"kind":"file","id":"1","owner":"u","name":"a","size":-1,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"})", "/size"},
        {R"({"kind":"message","id":"1","chat":"c","sender":"u","created_at":"2020-01-01T00:00:00Z","attachments":[{}]})", "/attachments"},
        {R"({"kind":"draft","chat":"c","user":"u","updated_at":"2020-01-01T00:00:00Z"})", "/content"},
        {R"({"kind":"draft","chat":"c","user":"u","content":"x"})", "/updated_at"},
        {R"({"kind":"scheduled","id":"1","chat":"c","sender":"u","content":"x","created_at":"2020-01-01T00:00:00Z"})", "/send_at"},
        {R"({"kind":"hook","id":"1","chat":"c","creator":"u","bot":"b","name":"n","created_at":"2020-01-01T00:00:00Z","sha256":"00"})", "/sha256"},
        {R"({"kind":"message","id":"1","chat":"c","sender":"u"})", "/created_at"},
        {R"({"kind":"message","id":"1","chat":"c","sender":"u","created_at":"2020-01-01T00:00:00Z","edits":[{"content":"x"}]})", "/edits/0/at"},
        {R"({"kind":"message","id":"1","chat":"c","sender":"u","created_at":"2020-01-01T00:00:00Z","mentions":[{"type":"user"}]})", "/mentions/0/key"},
        {R"({"kind":"message","id":"1","chat":"c","sender":"u","created_at":"2020-01-01T00:00:00Z","reactions":[{"emoji":"a b","user":"u"}]})", "/reactions/0/emoji"},
        {R"({"kind":"message","id":"1","chat":"c","sender":"u","created_at":"2020-01-01T00:00:00Z","content":"x","deleted_at":"2020-01-01T00:00:00Z"})", "/deleted_at"},
    };
    for (const auto& [text, pointer] : wrongs) {
        const auto result = read(text);
        ASSERT_FALSE(result.ok()) << text;
        EXPECT_EQ(result.error().pointer, pointer) << text << result.error().detail;
    }
    std::string longKey = R"({"kind":"user","username":"a","id":")" + std::string(401, 'k') + "\"}";
    EXPECT_EQ(read(longKey).error().pointer, "/id");
}

TEST(TransferRecord, MutatedRecordsAreReadOrRefused)
{
    std::mt19937 random(11);
    const auto pick = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random); };
    std::size_t read_ = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto text = goodOnes[pick(std::size(goodOnes) - 1)];
        for (auto changes = 1 + pick(3); changes > 0; --changes) {
            const auto at = pick(text.size() - 1);
            switch (pick(3)) {
            case 0: text[at] = static_cast<char>(pick(255)); break;
            case 1: text.erase(at, 1 + pick(8)); break;
            case 2: text.insert(at, text.substr(pick(text.size() - 1), 1 + pick(12))); break;
            default: std::swap(text[at], text[pick(text.size() - 1)]);
            }
            if (text.empty())
                text = "x";
        }
        const auto result = read(text);
        if (!result) {
            EXPECT_FALSE(result.error().detail.empty()) << text;
        }
        read_ += result.ok();
    }
    EXPECT_GT(read_, 100u) << "the mutations leave none whole, so they say nothing";
}

} // namespace
} // namespace netbit::services::transfer
