#include "services/users/UserOperations.h"

#include "services/operations/Operations.h"
#include "services/users/Profiles.h"

namespace netbit::services::users {

using operations::Access;
using operations::Call;
using operations::Kind;
using operations::Parameter;

namespace {

constexpr std::string_view userSchema = R"({"type":"object","properties":{
"id":{"type":"integer","format":"int64"},"username":{"type":"string"},
"email":{"type":"string","description":"of oneself, and for administrators"},
"role":{"type":"string","enum":["admin","member","guest","bot"]},"created_at":{"type":"string","format":"date-time"},
"display_name":{"type":"string"},"about":{"type":"string"},"time_zone":{"type":"string"},
"status":{"type":["object","null"],"properties":{"text":{"type":"string"},"emoji":{"type":"string"},
"expires_at":{"type":["string","null"],"format":"date-time"}}}},
"required":["id","username","role","created_at","display_name","about","time_zone","status"]})";

constexpr std::string_view userListSchema = R"({"type":"object","properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/User"}},
"pagination":{"type":"object","properties":{"limit":{"type":"integer"},"next_after":{"type":["integer","null"]}}}},
"required":["data","pagination"]})";

std::optional<std::string> textOf(const Call& call, std::string_view name)
{
    const auto text = call.arguments.text(name);
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

} // namespace

void addUserOperations(operations::Operations& all, Profiles& profiles)
{
    all.addSchema("User", userSchema);
    all.addSchema("UserList", userListSchema);
    all.add({.name = "users.update",
             .summary = "Change the own profile",
             .parameters = {{.name = "display_name", .what = "the name that others read, at most 100 bytes; empty: none"},
                            {.name = "about", .what = "at most 1,000 bytes"},
                            {.name = "time_zone", .what = "a name of the IANA's database, such as Europe/Zurich; empty: none"}},
             .result = "User",
             .handler = [&profiles](Call& call, Done done) {
                 return profiles.update(*call.principal,
                                        {.displayName = textOf(call, "display_name"),
                                         .about = textOf(call, "about"),
                                         .timeZone = textOf(call, "time_zone"),
                                         .ifMatch = std::move(call.ifMatch)},
                                        std::move(done));
             }});
    all.add({.name = "users.set_status",
             .summary = "Tell what one is about",
             .parameters = {{.name = "text", .what = "at most 100 bytes", .required = true, .least = 1},
                            {.name = "emoji", .what = "at most 32 bytes"},
                            {.name = "expires_at", .kind = Kind::time, .what = "when it is taken away again; absent: never"}},
             .result = "User",
             .handler = [&profiles](Call& call, Done done) {
                 return profiles.setStatus(*call.principal,
                                           {.text = std::string(*call.arguments.text("text")),
                                            .emoji = std::string(call.arguments.textOr("emoji", {})),
                                            .until = call.arguments.integerOr("expires_at", 0)},
                                           std::move(done));
             }});
    all.add({.name = "users.clear_status",
             .summary = "Take the own status away",
             .parameters = {},
             .result = "User",
             .handler = [&profiles](Call& call, Done done) { return profiles.setStatus(*call.principal, {}, std::move(done)); }});
    all.add({.name = "users.list",
             .summary = "Users, by id",
             .parameters = {{.name = "q", .what = "how the username or a word of the display name begins", .most = 64},
                            {.name = "after", .kind = Kind::integer, .what = "go on behind this id", .least = 0},
                            {.name = "limit", .kind = Kind::integer, .what = "how many, at most", .least = 1, .most = 200}},
             .result = "UserList",
             .handler = [&profiles](Call& call, const Done& done) -> base::Result<void> {
                 auto listed = profiles.list(*call.principal,
                                             {.beginning = std::string(call.arguments.textOr("q", {})),
                                              .after = call.arguments.integerOr("after", 0),
                                              .limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50))});
                 if (!listed)
                     return listed.error();
                 done(std::move(*listed));
                 return {};
             },
             .reads = true});
}

} // namespace netbit::services::users
