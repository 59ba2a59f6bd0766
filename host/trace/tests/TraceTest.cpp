#include "base/Json.h"
#include "trace/Exporter.h"
#include "trace/OtlpJson.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

namespace netbit::trace {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

TEST(Traceparent, IsReadAsTheStandardSays)
{
    const auto parent = parseTraceparent(sampled);
    ASSERT_TRUE(parent);
    EXPECT_EQ(parent->trace[0], 0x0a);
    EXPECT_EQ(parent->trace[15], 0x9c);
    EXPECT_EQ(parent->span[7], 0x31);
    EXPECT_TRUE(parent->sampled);
    EXPECT_FALSE(parseTraceparent(unsampled)->sampled);
    EXPECT_TRUE(parseTraceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")) << "of a later version";
}

TEST(Traceparent, ThatIsNoneIsNothing)
{
    for (const std::string_view text :
         {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g", "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more"})
        EXPECT_FALSE(parseTraceparent(text)) << text;
}

TEST(Traceparent, OfRandomBytesNeverHarms)
{
    std::mt19937 random(7);
    for (int i = 0; i < 20'000; ++i) {
        std::string text(sampled);
        for (int changes = static_cast<int>(random() % 4); changes >= 0; --changes)
            text[random() % text.size()] = static_cast<char>(random());
        text.resize(random() % 60, '-');
        (void)parseTraceparent(text);
    }
}

TEST(Recorder, RecordsNothingUntilItIsTold)
{
    Recorder recorder;
    EXPECT_EQ(recorder.begin("GET /", Kind::server, sampled), nullptr);
    EXPECT_EQ(childOfCurrent("write"), nullptr);
}

TEST(Recorder, TakesOverTheCallersTraceAndHisNo)
{
    Recorder recorder;
    recorder.setOptions({.perMille = 1'000});
    recorder.begin("GET /", Kind::server, sampled)->end();
    EXPECT_EQ(recorder.begin("GET /", Kind::server, unsampled), nullptr);
    const auto spans = recorder.take(10);
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0].trace, parseTraceparent(sampled)->trace);
    EXPECT_EQ(spans[0].parent, parseTraceparent(sampled)->span);
}

TEST(Recorder, ACallersYesCountsWhereItIsTrusted)
{
    Recorder recorder;
    int followed = 0;
    for (const bool follow : {false, true}) {
        recorder.setOptions({.perMille = 1, .followParent = follow});
        for (int i = 0; i < 300; ++i) {
            auto header = std::string(sampled);
            header.replace(19, 16, std::to_string(1'000'000'000'000'000 + i * 7'919));
            const bool recorded = recorder.begin("GET /", Kind::server, header) != nullptr;
            EXPECT_TRUE(recorded || !follow);
            followed += recorded ? 1 : 0;
        }
    }
    EXPECT_LT(followed, 330);
}

TEST(Recorder, RecordsTheShareThatItIsTold)
{
    Recorder recorder;
    recorder.setOptions({.perMille = 250});
    int recorded = 0;
    for (int i = 0; i < 20'000; ++i)
        recorded += recorder.begin("x", Kind::server) ? 1 : 0;
    EXPECT_NEAR(recorded, 5'000, 300);
}

TEST(Recorder, HoldsNoMoreThanItSaysAndCountsTheRest)
{
    Recorder recorder;
    recorder.setOptions({.perMille = 1'000});
    for (std::size_t i = 0; i < Recorder::mostHeld + 5; ++i)
        recorder.begin("x", Kind::server)->end();
    EXPECT_EQ(recorder.recorded(), Recorder::mostHeld);
    EXPECT_EQ(recorder.dropped(), 5U);
    EXPECT_EQ(recorder.take(100).size(), 100U);
    EXPECT_EQ(recorder.take(Recorder::mostHeld).size(), Recorder::mostHeld - 100);
}

TEST(Spans, AreChildrenOfWhatTheirThreadWorksFor)
{
    Recorder recorder;
    recorder.setOptions({.perMille = 1'000});
    {
        const auto root = recorder.begin("GET /", Kind::server);
        const Scope outer(root);
        {
            const Scope inner(childOfCurrent("messages.send"));
            childOfCurrent("write")->end();
            std::thread([] { EXPECT_EQ(current(), nullptr) << "another thread works for nobody"; }).join();
        }
        EXPECT_EQ(current(), root);
    }
    EXPECT_EQ(current(), nullptr);
    const auto spans = recorder.take(10);
    ASSERT_EQ(spans.size(), 3U);
    EXPECT_EQ(spans[0].name, "write");
    EXPECT_EQ(spans[0].parent, spans[1].id);
    EXPECT_EQ(spans[1].parent, spans[2].id);
    EXPECT_EQ(spans[2].parent, SpanId{});
    EXPECT_LE(spans[2].beganNs, spans[0].beganNs);
    EXPECT_LE(spans[0].endedNs - spans[0].beganNs, spans[2].endedNs - spans[2].beganNs);
}

TEST(Spans, OfManyThreadsHaveIdsOfTheirOwn)
{
    Recorder recorder;
    recorder.setOptions({.perMille = 1'000});
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 500; ++j)
                recorder.begin("x", Kind::server)->child("y")->end();
        });
    for (auto& thread : threads)
        thread.join();
    std::set<SpanId> ids;
    for (const auto& span : recorder.take(Recorder::mostHeld))
        ids.insert(span.id);
    EXPECT_EQ(ids.size(), 4'000U);
}

TEST(OtlpJson, IsAsTheProtocolSays)
{
    Span span{.name = "GET /api/\"x\"", .beganNs = 1'700'000'000'000'000'000, .endedNs = 1'700'000'000'000'000'005};
    span.trace[0] = 0xab;
    span.id[7] = 1;
    span.kind = Kind::server;
    span.failed = true;
    span.attributes = {{"http.response.status_code", std::int64_t{500}}, {"http.route", std::string("/é")}};
    EXPECT_EQ(otlpJson(std::vector<Span>{span}, "netbit", "1.0"),
              R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"netbit"}},)"
              R"({"key":"service.version","value":{"stringValue":"1.0"}}]},"scopeSpans":[{"scope":{"name":"netbit"},"spans":[)"
              R"({"traceId":"ab000000000000000000000000000000","spanId":"0000000000000001","name":"GET /api/\"x\"","kind":2,)"
              R"("startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000000000005","attributes":[)"
              R"({"key":"http.response.status_code","value":{"intValue":"500"}},{"key":"http.route","value":{"stringValue":"/é"}}],)"
              R"("status":{"code":2}}]}]}]})");
    EXPECT_TRUE(base::parseJson(otlpJson({}, "netbit", "1.0")));
}

class Exporting : public testing::Test {
protected:
    Exporting()
    {
        _recorder.setOptions({.perMille = 1'000});
        _exporter.setOptions({.endpoint = "http://collector/v1/traces", .token = "let-me-in"});
    }

    void record(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
            _recorder.begin("x", Kind::server)->end();
    }

    base::Result<base::FetchReply> answer(const base::FetchRequest& request)
    {
        _asked.push_back(request);
        if (_status == 0)
            return base::fault(base::Status::unavailable, "fetch_failed", "Nobody is there.");
        return base::FetchReply{_status, ""};
    }

    int _status = 200;
    std::vector<base::FetchRequest> _asked;
    std::vector<std::string> _told;
    std::chrono::steady_clock::time_point _now{1h};
    Recorder _recorder;
    Exporter _exporter{_recorder, [this](const auto& request) { return answer(request); }, "1.0",
                       [this](std::string_view reason) { _told.emplace_back(reason); }, [this] { return _now; }};
};

TEST_F(Exporting, SendsAllInBatchesAndSaysWhoItIs)
{
    record(Exporter::batch + 3);
    _exporter.tend();
    ASSERT_EQ(_asked.size(), 2U);
    EXPECT_EQ(_asked[0].url, "http://collector/v1/traces");
    EXPECT_EQ(_asked[0].headers, (std::vector<std::string>{"Content-Type: application/json", "Authorization: Bearer let-me-in"}));
    EXPECT_EQ(_exporter.exported(), Exporter::batch + 3);
    EXPECT_TRUE(_told.empty());
    _exporter.tend();
    EXPECT_EQ(_asked.size(), 2U) << "there is nothing to send";
}

TEST_F(Exporting, ABusyCollectorGetsTheSameSpansAgainAfterAWhile)
{
    record(2);
    for (const int status : {0, 429, 502, 503, 504}) {
        _status = status;
        _exporter.tend();
        _exporter.tend(); // too early
        _now += 61s;
    }
    EXPECT_EQ(_asked.size(), 5U);
    EXPECT_EQ(_asked.front().body, _asked.back().body);
    _status = 200;
    _exporter.tend();
    EXPECT_EQ(_exporter.exported(), 2U);
    EXPECT_EQ(_exporter.refused(), 0U);
    EXPECT_EQ(_told, (std::vector<std::string>{"Nobody is there.", ""})) << "once each way";
}

TEST_F(Exporting, WhatIsRefusedIsDroppedAndCounted)
{
    _status = 400;
    record(2);
    _exporter.tend();
    EXPECT_EQ(_exporter.refused(), 2U);
    EXPECT_EQ(_told, (std::vector<std::string>{"It answers 400."}));
    _status = 200;
    record(1);
    _exporter.tend();
    EXPECT_EQ(_exporter.exported(), 1U);
}

} // namespace
} // namespace netbit::trace
