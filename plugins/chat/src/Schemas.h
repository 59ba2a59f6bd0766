#pragma once
// What the routes take and give, for the API documentation (nb_route::schema).

namespace netbit::chat::schemas {

#define NETBIT_REF(name) R"({"$ref":"#/components/schemas/)" name R"("})"
#define NETBIT_PAGES                                                                                                   \
    R"("page":{"type":"integer","minimum":1,"description":"By number, 1 the newest."},)"                              \
    R"("per_page":{"type":"integer","minimum":1,"maximum":200})"
#define NETBIT_LIST(of)                                                                                                \
    R"({"type":"object","required":["data","pagination"],"properties":{"data":{"type":"array","items":)" of           \
    R"(},"pagination":{"type":"object"}}})"

inline constexpr const char* chats =
    R"({"query":{"properties":{)" NETBIT_PAGES R"(}},"result":)" NETBIT_LIST(NETBIT_REF("Chat")) "}";
inline constexpr const char* chat = R"({"query":{},"result":)" NETBIT_REF("Chat") "}";
inline constexpr const char* messages =
    R"({"query":{"properties":{"before":{"type":"integer","format":"int64","minimum":1,"description":"Older than this message."},)"
    R"("after":{"type":"integer","format":"int64","minimum":1,"description":"Newer than this message."},)"
    R"("limit":{"type":"integer","minimum":1,"maximum":200},)" NETBIT_PAGES R"(}},"result":)" NETBIT_LIST(
        NETBIT_REF("Message")) "}";
inline constexpr const char* newMessage =
    R"({"query":{},"body":{"type":"object","required":[],"properties":{"content":{"type":"string","description":"Needed where nothing is attached."},)"
    R"("message_type":{"type":"string","enum":["text","image","file"],"description":"Follows from the files, where there are any."},)"
    R"("attachments":{"type":"array","maxItems":20,"description":"Files that the caller has uploaded.","items":{"type":"integer","format":"int64","minimum":1}},)"
    R"("reply_to":{"type":"integer","format":"int64","minimum":1}},"additionalProperties":false},"result":)" NETBIT_REF(
        "Message") R"(,"status":201})";
inline constexpr const char* events =
    R"({"query":{"properties":{"after":{"type":"integer","format":"int64","minimum":0,)"
    R"("description":"Goes on behind this event; Last-Event-ID says the same."},)"
    R"("topics":{"type":"string","description":"With commas between; message.* takes all of a kind."}}},)"
    R"("type":"text/event-stream"})";
inline constexpr const char* typing = R"({"query":{},"status":204})";
inline constexpr const char* presence =
    R"({"query":{},"body":{"type":"object","required":["state"],"properties":{"state":{"type":"string",)"
    R"("enum":["online","away","offline"]}},"additionalProperties":false},"status":204})";

#undef NETBIT_REF
#undef NETBIT_PAGES
#undef NETBIT_LIST

} // namespace netbit::chat::schemas
