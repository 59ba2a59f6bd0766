#pragma once
// What the routes take and give, for the API documentation (nb_route::schema).

namespace netbit::user::schemas {

#define NETBIT_TOKENS                                                                                                  \
    R"({"type":"object","required":["access_token","token_type","expires_in","refresh_token"],"properties":{)"        \
    R"("access_token":{"type":"string"},"token_type":{"type":"string"},)"                                             \
    R"("expires_in":{"type":"integer","description":"Seconds."},"refresh_token":{"type":"string"}}})"
#define NETBIT_PROFILE                                                                                                 \
    R"({"type":"object","required":["id","username","role","created_at"],"properties":{)"                             \
    R"("id":{"type":"integer","format":"int64"},"username":{"type":"string"},"role":{"type":"string"},)"              \
    R"("created_at":{"type":"string","format":"date-time"},"email":{"type":"string"}}})"
#define NETBIT_REFRESH                                                                                                 \
    R"({"type":"object","required":["refresh_token"],"properties":{"refresh_token":{"type":"string"}},)"              \
    R"("additionalProperties":false})"

inline constexpr const char* registering =
    R"({"query":{},"body":{"type":"object","required":["username","email","password"],"properties":{)"
    R"("username":{"type":"string"},"email":{"type":"string"},"password":{"type":"string"},)"
    R"("invite":{"type":"string","description":"Where registration is by invitation."}},"additionalProperties":false},)"
    R"("result":)" NETBIT_PROFILE R"(,"status":201})";
inline constexpr const char* login =
    R"({"query":{},"body":{"type":"object","required":["username","password"],"properties":{"username":{"type":"string"},)"
    R"("password":{"type":"string"}},"additionalProperties":false},"result":)" NETBIT_TOKENS "}";
inline constexpr const char* refresh = R"({"query":{},"body":)" NETBIT_REFRESH R"(,"result":)" NETBIT_TOKENS "}";
inline constexpr const char* logout = R"({"query":{},"body":)" NETBIT_REFRESH R"(,"status":204})";
inline constexpr const char* oidcStart =
    R"({"query":{"type":"object","properties":{"return_to":{"type":"string","maxLength":512,"description":)"
    R"("Where to go when it is over: a path on this server, or http://127.0.0.1:PORT/… of a program."},)"
    R"("code_challenge":{"type":"string","description":"S256 (RFC 7636); with return_to."}}},"status":302})";
inline constexpr const char* oidcCallback = R"({"result":)" NETBIT_TOKENS "}";
inline constexpr const char* linking =
    R"({"query":{},"body":{"type":"object","required":["password"],"properties":{"password":{"type":"string"},)"
    R"("return_to":{"type":"string","maxLength":512}},"additionalProperties":false},"result":{"type":"object",)"
    R"("properties":{"authorization_url":{"type":"string"},"expires_in":{"type":"integer"}}}})";
inline constexpr const char* profile = R"({"query":{},"result":)" NETBIT_PROFILE "}";

#undef NETBIT_TOKENS
#undef NETBIT_PROFILE
#undef NETBIT_REFRESH

} // namespace netbit::user::schemas
