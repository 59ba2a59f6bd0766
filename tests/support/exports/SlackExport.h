#pragma once
// A small Slack export that holds each kind of record, as this test writes it.

#include "Archive.h"

namespace netbit::test
{

inline Files slackExport()
{
    return {
        {"users.json", R"([
{"id":"U1","team_id":"T012AB3C","name":"ann","deleted":false,"tz":"Europe/Zurich","is_admin":true,"profile":{"email":"ann@example.org","real_name":"Ann Archer","display_name":"Ann A.","title":"Head of\tall"}},
{"id":"U2","team_id":"T012AB3C","name":"ben","deleted":false,"profile":{"email":"ben@example.org","real_name":"Ben","display_name":""}},
{"id":"U3","team_id":"T012AB3C","name":"old","deleted":true,"profile":{"real_name":"Old"}},
{"id":"U4","team_id":"T012AB3C","name":"helper","is_bot":true,"profile":{}}])"},
        {"channels.json", R"([
{"id":"C1","name":"general","created":1577800000,"creator":"U1","is_archived":false,"is_general":true,"members":["U1","U2","U3"],"topic":{"value":"all &amp; sundry","creator":"U1","last_set":1},"purpose":{"value":"For all"},"pins":[{"id":"1577836800.000100","type":"C","created":1577836850,"user":"U2","owner":"U1"}]},
{"id":"C2","name":"random","created":1577800001,"creator":"U2","is_archived":true,"members":["U2"],"topic":{"value":""},"purpose":{"value":""}}])"},
        {"groups.json", R"([{"id":"G1","name":"secret","created":1577800002,"creator":"U1","is_archived":false,"members":["U1"],"topic":{"value":""},"purpose":{"value":""}}])"},
        {"dms.json", R"([{"id":"D1","created":1577800003,"members":["U1","U2"]},{"id":"D2","created":1577800004,"members":["U1"]}])"},
        {"mpims.json", R"([{"id":"M1","name":"mpdm-ann--ben--old-1","created":1577800005,"creator":"U1","members":["U1","U2","U3"]}])"},
        {"integration_logs.json", "[]"},
        {"inner.zip", "PK"},
        {"general/2020-01-01.json", R"([
{"type":"message","user":"U2","text":"an answer","ts":"1577836801.000200","thread_ts":"1577836800.000100","parent_user_id":"U1"},
{"type":"message","user":"U1","text":"hello *world*, <@U2> &amp; <#C2|random> <http:\/\/x.org|here>","ts":"1577836800.000100","thread_ts":"1577836800.000100","reply_count":1,"edited":{"user":"U1","ts":"1577836810.000000"},"reactions":[{"name":"+1","users":["U2","U78"],"count":2}]},
{"type":"message","subtype":"channel_join","user":"U2","text":"<@U2> has joined the channel","ts":"1577836802.000300"},
{"type":"message","subtype":"bot_message","bot_id":"B9","username":"build bot","text":"","ts":"1577836803.000400","attachments":[{"title":"Build 7","title_link":"http:\/\/ci.org\/7","text":"failed","fields":[{"title":"Branch","value":"main"}],"fallback":"Build 7 failed"},{"from_url":"http:\/\/x.org","text":"a preview"}]},
{"type":"message","user":"U1","text":"look","ts":"1577836804.000500","upload":true,"files":[{"id":"F1","name":"plan.pdf","mode":"hosted","url_private":"https:\/\/files.slack.com\/plan.pdf"}]},
{"type":"message","subtype":"tombstone","user":"USLACKBOT","text":"This message was deleted.","hidden":true,"ts":"1577836805.000600","thread_ts":"1577836805.000600","reply_count":1},
{"type":"message","subtype":"me_message","user":"U2","text":"waves","ts":"1577836806.000700"}])"},
        {"general/2020-01-02.json", R"([
{"type":"message","user":"U77","text":"from elsewhere","ts":"1577923200.000100","user_profile":{"name":"guest77","real_name":"Guest"}},
{"type":"message","user":"U1","text":"","ts":"1577923201.000100"},
{"type":"message","user":"U1","text":"no time","ts":"yesterday"},
{"type":"message","text":"by nobody","ts":"1577923202.000100"},
{"type":"presence","user":"U1","ts":"1577923203.000100"},
{"type":"message","subtype":"message_changed","hidden":true,"ts":"1577923204.000100","message":{"type":"message","user":"U1","text":"x","ts":"1577923200.000100"}},
{"type":"message","user":"U2","text":"an answer to what was deleted","ts":"1577923205.000100","thread_ts":"1577836805.000600","subtype":"thread_broadcast"}])"},
        {"general/2020-01-03.json", "[{]"},
        {"random/2020-01-01.json", R"([{"type":"message","user":"U2","text":"<!here> old","ts":"1577836800.000900"}])"},
        {"secret/2020-01-01.json", "[]"},
        {"D1/2020-01-01.json", R"([{"type":"message","user":"U1","text":"between us","ts":"1577836900.000100"}])"},
        {"D2/2020-01-01.json", R"([{"type":"message","user":"U1","text":"to myself","ts":"1577836901.000100"}])"},
        {"mpdm-ann--ben--old-1/2020-01-01.json", "[]"},
    };
}

} // namespace netbit::test
