// Traces on their way to a collector: whose they are, what is a part of what, and that nothing private is in them.

#include "journey/Stage.h"
#include "support/Eventually.h"
#include "support/Receiver.h"
#include "support/TcpClient.h"

#include <map>

namespace netbit::test {

namespace {

constexpr auto trace = "0af7651916cd43dd8448eb211c80319c";

/// All spans that have arrived, by their names; of those with the same name the first.
std::map<std::string, json::object> spansAt(const Receiver& collector)
{
    std::map<std::string, json::object> out;
    for (const auto& request : collector.taken()) {
        const auto document = parseJson(request.body);
        for (const auto& span : listAt(document, "/resourceSpans/0/scopeSpans/0/spans"))
            out.emplace(textAt(span, "/name"), span.as_object());
    }
    return out;
}

std::string textIn(const json::object& span, std::string_view key)
{
    const auto found = span.find(key);
    return found == span.end() ? std::string() : std::string(found->value().as_string());
}

} // namespace

TEST(Traces, ARequestItsOperationAndItsWriteArriveAsOneTrace)
{
    Receiver collector;
    Daemon daemon({"trace.endpoint=" + collector.url(), "trace.sample_permille=1000"});
    const auto ada = makeUser(daemon, "ada");
    auto http = daemon.client(ada.token);
    const auto chat = integerAt(http.expect(201, "POST", "/api/chats", R"({"name":"secret plans","chat_type":"group"})"), "/id");
    const auto path = "/api/chats/" + std::to_string(chat) + "/messages";
    const auto sent = http.request("POST", path, R"({"content":"a secret word"})",
                                   {{"traceparent", "00-" + std::string(trace) + "-b7ad6b7169203331-01"}});
    ASSERT_EQ(sent.status, 201) << sent.body;
    const auto root = "POST /api/chats/{id}/messages";
    ASSERT_TRUE(comesTrue([&] { return spansAt(collector).contains(root); }));
    std::map<std::string, json::object> ofTrace; // by span id
    for (const auto& request : collector.taken()) {
        const auto document = parseJson(request.body);
        for (const auto& span : listAt(document, "/resourceSpans/0/scopeSpans/0/spans"))
            if (textAt(span, "/traceId") == trace)
                ofTrace.emplace(textAt(span, "/spanId"), span.as_object());
        for (const auto* const word : {"secret", "127.0.0.1", "ada"})
            EXPECT_EQ(request.body.find(word), std::string::npos) << word;
    }
    const auto request = spansAt(collector)[root];
    EXPECT_EQ(textIn(request, "traceId"), trace);
    EXPECT_EQ(textIn(request, "parentSpanId"), "b7ad6b7169203331");
    EXPECT_NE(json::serialize(request).find(R"({"key":"http.response.status_code","value":{"intValue":"201"}})"), std::string::npos);
    // From the write up to the request.
    std::string at;
    for (const auto& [id, span] : ofTrace)
        if (textIn(span, "name") == "write")
            at = id;
    ASSERT_FALSE(at.empty()) << "the write is missing";
    while (ofTrace.contains(textIn(ofTrace[at], "parentSpanId")))
        at = textIn(ofTrace[at], "parentSpanId");
    EXPECT_EQ(textIn(ofTrace[at], "name"), root);
    EXPECT_NE(daemon.client().get("/metrics").body.find("netbit_trace_spans_total{outcome=\"exported\"}"), std::string::npos);
}

TEST(Traces, WhatNobodyAskedForIsNotRecorded)
{
    Receiver collector;
    Daemon daemon({"trace.endpoint=" + collector.url(), "trace.sample_permille=1000"});
    auto http = daemon.client();
    (void)http.request("GET", "/healthz", "", {{"traceparent", "00-" + std::string(trace) + "-b7ad6b7169203331-00"}});
    (void)http.get("/readyz");
    ASSERT_TRUE(comesTrue([&] { return spansAt(collector).contains("GET /readyz"); }));
    EXPECT_FALSE(spansAt(collector).contains("GET /healthz"));
}

TEST(Traces, AServerServesWhoeverItsCollectorIs)
{
    Receiver collector;
    collector.answer(503);
    Daemon daemon({"trace.endpoint=" + collector.url(), "trace.sample_permille=1000"});
    (void)daemon.client().get("/readyz");
    ASSERT_TRUE(comesTrue([&] { return daemon.log().find("The collector takes no traces") != std::string::npos; }));
    EXPECT_EQ(daemon.client().get("/readyz").status, 200);
    collector.answer(204);
    EXPECT_TRUE(comesTrue([&] { return daemon.log().find("takes traces again") != std::string::npos; }));
    EXPECT_EQ(daemon.stop(), 0);
}

} // namespace netbit::test
