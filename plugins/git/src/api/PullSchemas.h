#pragma once
// What the routes of pull requests say of themselves in the API's description, where no operation does.

namespace netbit::git::schemas {

#define NETBIT_PULL R"("result":{"$ref":"#/components/schemas/Pull"})"

inline constexpr const char* pull = R"({"query":{},)" NETBIT_PULL "}";
inline constexpr const char* newPull =
    R"({"query":{},"body":{"type":"object","required":["title","base","head"],"properties":{"title":{"type":"string","maxLength":256},)"
    R"("body":{"type":"string"},"draft":{"type":"boolean"},"base":{"type":"string","description":"the branch that it goes into"},)"
    R"("head":{"type":"string","description":"the branch that is to be merged"},"head_repository_id":{"type":"integer","format":"int64",)"
    R"("description":"a fork; absent: the same repository"}}},"status":201,)" NETBIT_PULL "}";
inline constexpr const char* mergePull =
    R"({"query":{},"body":{"type":"object","properties":{"method":{"type":"string","enum":["merge","squash","rebase"],"description":"merge unless given"},)"
    R"("message":{"type":"string","description":"of the commit; absent: made of the title and the number"}}},)" NETBIT_PULL "}";
inline constexpr const char* pullComments =
    R"({"query":{"properties":{"limit":{"type":"integer","minimum":1,"maximum":200},"after":{"type":"integer","format":"int64","minimum":0}}},)"
    R"("result":{"$ref":"#/components/schemas/PullCommentList"}})";
inline constexpr const char* newComment =
    R"({"query":{},"body":{"type":"object","required":["body"],"properties":{"body":{"type":"string"},"reply_to":{"type":"integer","format":"int64"},)"
    R"("path":{"type":"string"},"side":{"type":"string","enum":["old","new"],"description":"of the base, or of the head; new unless given"},)"
    R"("line":{"type":"integer","minimum":1},"commit":{"type":"string","description":"in which the line has that number"}}},)"
    R"("status":201,"result":{"$ref":"#/components/schemas/PullComment"}})";
inline constexpr const char* newStatus =
    R"({"query":{},"body":{"type":"object","required":["state"],"properties":{"context":{"type":"string","maxLength":100},)"
    R"("state":{"type":"string","enum":["pending","success","failure","error"]},"target_url":{"type":"string","maxLength":2000},)"
    R"("description":{"type":"string","maxLength":300}}},"status":201,"result":{"$ref":"#/components/schemas/CommitStatus"}})";
inline constexpr const char* pullCommits =
    R"({"query":{},"result":{"type":"object","required":["data"],"properties":{"data":{"type":"array","items":{"type":"object"}}}}})";
inline constexpr const char* pullDiff =
    R"({"query":{},"result":{"type":"object","required":["files","merge_base"],"properties":{"files":{"type":"array","items":{"type":"object"}},)"
    R"("merge_base":{"type":["string","null"]},"ahead":{"type":"integer"},"behind":{"type":"integer"},"truncated":{"type":"boolean"}}}})";
inline constexpr const char* why =
    R"({"query":{"required":["line"],"properties":{"ref":{"type":"string"},"ref_base64":{"type":"string"},"path":{"type":"string"},)"
    R"("path_base64":{"type":"string"},"line":{"type":"integer","minimum":1}}},"result":{"type":"object","required":["commit","pulls","issues",)"
    R"("messages"],"properties":{"commit":{"type":"object"},"original_path":{"type":"string"},"original_line":{"type":"integer"},)"
    R"("complete":{"type":"boolean"},"pulls":{"type":"array","items":{"$ref":"#/components/schemas/Pull"}},"issues":{"type":"array",)"
    R"("items":{"type":"object"}},"messages":{"type":"array","items":{"type":"object"}}}}})";

#undef NETBIT_PULL

} // namespace netbit::git::schemas
