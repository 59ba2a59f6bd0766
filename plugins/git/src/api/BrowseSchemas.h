#pragma once
// What the browse routes say of themselves in the API's description.

namespace netbit::git::schemas {

#define NETBIT_REF                                                                                                                  \
    R"("ref":{"type":"string","description":"a branch, a tag, a full ref or a commit's id; the default branch unless given"},)"    \
    R"("ref_base64":{"type":"string","description":"the same as URL-safe base64, where it is not UTF-8"})"
#define NETBIT_PATH                                                                                                                 \
    R"("path":{"type":"string","description":"from the repository's root; the root unless given"},)"                               \
    R"("path_base64":{"type":"string","description":"the same as URL-safe base64, where it is not UTF-8"})"
#define NETBIT_LIMIT R"("limit":{"type":"integer","minimum":1,"maximum":200,"description":"how many at most; 50 unless given"})"
#define NETBIT_CURSOR R"("cursor":{"type":"string","description":"where the page before ended, as its answer says"})"
#define NETBIT_COMMIT                                                                                                               \
    R"({"type":"object","required":["id","subject","date"],"properties":{"id":{"type":"string"},"subject":{"type":"string"},)"     \
    R"("author":{"type":"string"},"date":{"type":"string","format":"date-time"}}})"
#define NETBIT_PAGINATION                                                                                                           \
    R"("pagination":{"type":"object","properties":{"limit":{"type":"integer"},"next_cursor":{"type":["string","null"]}}})"
#define NETBIT_FILES                                                                                                                \
    R"("files":{"type":"array","items":{"type":"object","required":["status","path","hunks"],"properties":{"status":{"type":"string",)" \
    R"("enum":["added","modified","deleted","renamed","copied","type_changed"]},"path":{"type":"string"},"old_path":{"type":"string"},)" \
    R"("binary":{"type":"boolean"},"additions":{"type":"integer"},"deletions":{"type":"integer"},"truncated":{"type":"boolean"},)"  \
    R"("hunks":{"type":"array","items":{"type":"object"}}}}},"stats":{"type":"object"},"truncated":{"type":"boolean"})"

inline constexpr const char* contents =
    R"({"query":{"properties":{)" NETBIT_REF "," NETBIT_PATH "," NETBIT_LIMIT "," NETBIT_CURSOR
    R"(}},"result":{"type":"object","required":["type","path"],"properties":{"type":{"type":"string","enum":["tree","blob","symlink","submodule"]},)"
    R"("path":{"type":"string"},"id":{"type":["string","null"]},"size":{"type":"integer"},"encoding":{"type":"string","enum":["utf-8","base64","none"]},)"
    R"("content":{"type":["string","null"]},"target":{"type":["string","null"]},"url":{"type":"string"},)"
    R"("entries":{"type":"array","items":{"type":"object"}},"commit":{"anyOf":[)" NETBIT_COMMIT R"(,{"type":"null"}]}}}})";
inline constexpr const char* raw = R"({"query":{"properties":{)" NETBIT_REF "," NETBIT_PATH R"(}},"type":"application/octet-stream"})";
inline constexpr const char* commits =
    R"({"query":{"properties":{)" NETBIT_REF "," NETBIT_PATH "," NETBIT_LIMIT "," NETBIT_CURSOR
    R"(,"author":{"type":"string","maxLength":200,"description":"part of a name or address"},)"
    R"("since":{"type":"string","description":"RFC 3339, or a date"},"until":{"type":"string","description":"RFC 3339, or a date"}}},)"
    R"("result":{"type":"object","required":["data"],"properties":{"data":{"type":"array","items":)" NETBIT_COMMIT "}," NETBIT_PAGINATION "}}}";
inline constexpr const char* commit =
    R"({"query":{},"result":{"type":"object","required":["id","message","files"],"properties":{"id":{"type":"string"},"message":{"type":"string"},)"
    R"("parents":{"type":"array","items":{"type":"string"}},)" NETBIT_FILES "}}}";
inline constexpr const char* compare =
    R"({"query":{"required":["base","head"],"properties":{"base":{"type":"string","description":"where the head is to go"},"base_base64":{"type":"string"},)"
    R"("head":{"type":"string","description":"what is to be looked at"},"head_base64":{"type":"string"}}},)"
    R"("result":{"type":"object","required":["ahead","behind","merge_base","commits"],"properties":{"ahead":{"type":"integer"},"behind":{"type":"integer"},)"
    R"("commits":{"type":"array","description":"what the head has and the base has not, at most 250, the newest first","items":)" NETBIT_COMMIT
    R"(},"merge_base":{"type":["string","null"]},"base":)" NETBIT_COMMIT R"(,"head":)" NETBIT_COMMIT "," NETBIT_FILES "}}}";
inline constexpr const char* refs =
    R"({"query":{"properties":{"q":{"type":"string","maxLength":200,"description":"what the name must have in it"},)" NETBIT_LIMIT
    R"(,"after":{"type":"string","description":"names behind this one"},"after_base64":{"type":"string"}}},)"
    R"("result":{"type":"object","required":["data"],"properties":{"data":{"type":"array","items":{"type":"object","required":["name"],)"
    R"("properties":{"name":{"type":"string"},"commit":{"anyOf":[)" NETBIT_COMMIT R"(,{"type":"null"}]}}}},"pagination":{"type":"object"}}}})";
inline constexpr const char* blame =
    R"({"query":{"properties":{)" NETBIT_REF "," NETBIT_PATH
    R"(,"first":{"type":"integer","minimum":1,"description":"line"},"last":{"type":"integer","minimum":1,"description":"line"}}},)"
    R"("result":{"type":"object","required":["lines","complete","ranges","commits"],"properties":{"lines":{"type":"integer"},"complete":{"type":"boolean"},)"
    R"("ranges":{"type":"array","items":{"type":"object"}},"commits":{"type":"object"}}}})";
inline constexpr const char* archive =
    R"({"query":{"properties":{)" NETBIT_REF
    R"(,"format":{"type":"string","enum":["zip","tar.gz"],"description":"zip unless given"}}},"type":"application/octet-stream"})";
inline constexpr const char* readme =
    R"({"query":{"properties":{)" NETBIT_REF "," NETBIT_PATH
    R"(}},"result":{"type":"object","required":["path","html"],"properties":{"path":{"type":"string"},"id":{"type":"string"},"size":{"type":"integer"},)"
    R"("html":{"type":"string","description":"safe to put into a page"}}}})";
inline constexpr const char* languages =
    R"({"query":{"properties":{)" NETBIT_REF
    R"(}},"result":{"type":"object","required":["languages","bytes","complete"],"properties":{"languages":{"type":"array","items":{"type":"object",)"
    R"("properties":{"name":{"type":"string"},"bytes":{"type":"integer"}}}},"bytes":{"type":"integer"},"complete":{"type":"boolean"}}}})";
inline constexpr const char* search =
    R"({"query":{"required":["q"],"properties":{"q":{"type":"string","minLength":1,"maxLength":200,"description":"what stands in a line"},)"
    R"("case":{"type":"boolean","description":"whether capitals matter"},)" NETBIT_REF "," NETBIT_PATH "," NETBIT_LIMIT "," NETBIT_CURSOR
    R"(}},"result":{"type":"object","required":["data"],"properties":{"data":{"type":"array","items":{"type":"object","properties":{"path":{"type":"string"},)"
    R"("line":{"type":"integer"},"column":{"type":"integer"},"text":{"type":"string"}}}},)" NETBIT_PAGINATION "}}}";

#undef NETBIT_REF
#undef NETBIT_PATH
#undef NETBIT_LIMIT
#undef NETBIT_CURSOR
#undef NETBIT_COMMIT
#undef NETBIT_PAGINATION
#undef NETBIT_FILES

} // namespace netbit::git::schemas
