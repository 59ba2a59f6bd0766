#include "services/search/SearchOperations.h"

#include "services/operations/Operations.h"
#include "services/search/SearchService.h"

namespace netbit::services::search {

using operations::Kind;

void addSearchOperations(operations::Operations& all, SearchService& service)
{
    all.addSchema("FoundMessages", R"({"type":"object","required":["data","pagination"],"properties":{
"data":{"type":"array","items":{"type":"object","required":["message","chat","highlights"],"properties":{
"message":{"$ref":"#/components/schemas/Message"},
"chat":{"type":"object","required":["id","name","chat_type"],"properties":{"id":{"type":"integer","format":"int64"},
"name":{"type":"string"},"chat_type":{"type":"string","enum":["direct","group","channel"]}}},
"highlights":{"type":"array","description":"Where the words are in content, counted in characters (Unicode code points).",
"items":{"type":"object","required":["start","length"],"properties":{"start":{"type":"integer"},"length":{"type":"integer"}}}}}}},
"pagination":{"type":"object","required":["limit","has_older","next_before"],"properties":{"limit":{"type":"integer"},
"has_older":{"type":"boolean"},"next_before":{"type":["integer","null"],"format":"int64"}}}}})");
    all.add({.name = "search.messages",
             .summary = "Find messages in the caller's chats, newest first",
             .parameters = {{.name = "q",
                             .what = "Words and \"phrases\" that must all be in a message, as parts of words too, and from:name, "
                                     "in:chat, before:2026-01-31, after:2026-01-31, has:link, has:file, has:image",
                             .required = true,
                             .most = static_cast<std::int64_t>(Query::maxBytes)},
                            {.name = "limit",
                             .kind = Kind::integer,
                             .what = "How many at most; 50 unless given",
                             .least = 1,
                             .most = SearchService::maxLimit},
                            {.name = "before",
                             .kind = Kind::integer,
                             .what = "Id of a message: only older ones (next_before of the page before)",
                             .least = 1,
                             .most = std::numeric_limits<std::int64_t>::max()}},
             .result = "FoundMessages",
             .handler = [&service](operations::Call& call, Done done) -> base::Result<void> {
                 auto found = service.find(*call.principal, call.arguments.textOr("q", {}), call.arguments.integerOr("limit", 50),
                                           call.arguments.integerOr("before", 0));
                 if (!found)
                     return found.error();
                 done(Completed{found->nextBefore, std::move(found->json), false});
                 return {};
             },
             .reads = true});
}

} // namespace netbit::services::search
