#pragma once
// A small bulk export of Mattermost that holds each kind of record, as this test writes it.

#include <string>

namespace netbit::test
{

inline std::string mattermostExport()
{
    return R"({"type":"version","version":1,"info":{"generator":"mattermost-server"}}
{"type":"role","role":{"name":"channel_admin"}}
{"type":"scheme","scheme":{"name":"s"}}
{"type":"emoji","emoji":{"name":"party","image":"p.gif"}}
{"type":"team","team":{"name":"ops","display_name":"Ops","type":"O","description":""}}
{"type":"channel","channel":{"team":"ops","name":"town-square","display_name":"Town Square","type":"O","header":"all of us","purpose":"talk"}}
{"type":"channel","channel":{"team":"ops","name":"war-room","display_name":"War Room","type":"P","header":"","purpose":"","deleted_at":1577900000000}}
{"type":"user","user":{"username":"ann","email":"ann@example.org","auth_service":"","nickname":"","first_name":"Ann","last_name":"Archer","position":"Head","roles":"system_admin system_user","teams":[{"name":"ops","roles":"team_user team_admin","channels":[{"name":"town-square","roles":"channel_user channel_admin","notify_props":{"mark_unread":"all"},"favorite":true},{"name":"war-room","roles":"channel_user","notify_props":{"mark_unread":"mention"}}]}]}}
{"type":"user","user":{"username":"ben","email":"ben@example.org","nickname":"Ben B.","roles":"system_guest","delete_at":0,"teams":[{"name":"ops","channels":[{"name":"town-square","roles":"channel_user"}]}]}}
{"type":"user","user":{"username":"old.one","email":"","delete_at":1577900000000,"roles":"system_user"}}
{"type":"bot","bot":{"username":"deploybot","display_name":"Deploy","owner":"ann","description":"ships"}}
{"type":"post","post":{"team":"ops","channel":"town-square","user":"ann","type":"","message":"hello @ben, @all and @nobody; `@ben` **bold**","props":{},"create_at":1577836800001,"edit_at":1577836810001,"is_pinned":true,"reactions":[{"user":"ben","create_at":1577836805000,"emoji_name":"+1"}],"replies":[{"user":"ben","type":"","message":"an answer","create_at":1577836802000,"edit_at":0,"reactions":[{"user":"ann","create_at":1577836803000,"emoji_name":"tada"}],"attachments":[{"path":"ops/file.pdf"}]},{"user":"ann","message":"and another","create_at":1577836803000}]}}
{"type":"post","post":{"team":"ops","channel":"town-square","user":"ben","type":"system_join_channel","message":"ben joined the channel.","create_at":1577836800000}}
{"type":"post","post":{"team":"ops","channel":"town-square","user":"ben","type":"me","message":"waves","create_at":1577836801000}}
{"type":"post","post":{"team":"ops","channel":"town-square","user":"deploybot","type":"slack_attachment","message":"","props":{"attachments":[{"title":"Release","text":"1.2 is out","fields":[{"title":"By","value":"ann"}]}]},"create_at":1577836804000}}
{"type":"post","post":{"team":"ops","channel":"war-room","user":"ann","message":"twice","create_at":1577836805000}}
{"type":"post","post":{"team":"ops","channel":"war-room","user":"ann","message":"in one millisecond","create_at":1577836805000}}
{"type":"post","post":{"team":"ops","channel":"war-room","user":"ann","message":"","create_at":1577836806000}}
{"type":"post","post":{"team":"ops","channel":"war-room","user":"ann","message":"no time"}}
{"type":"post","post":{"team":"ops","channel":"nowhere","user":"ann","message":"lost","create_at":1577836807000}}
{"type":"direct_channel","direct_channel":{"members":["ann","ben"],"favorited_by":null,"header":""}}
{"type":"direct_channel","direct_channel":{"members":["ann","ben","old.one"],"header":"three"}}
{"type":"direct_post","direct_post":{"channel_members":["ben","ann"],"user":"ben","message":"between us","create_at":1577836900000,"replies":[{"user":"ann","message":"yes","create_at":1577836901000}]}}
{"type":"direct_post","direct_post":{"channel_members":["ann"],"user":"ann","message":"to myself","create_at":1577836902000}}
{"type":"direct_post","direct_post":{"channel_members":["ann","old.one","ben"],"user":"old.one","message":"we three","create_at":1577836903000}}
{"type":"unicorn","unicorn":{}}
{"type":"post"}
not json
)";
}

} // namespace netbit::test
