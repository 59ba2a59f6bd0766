#include "browse/Search.h"

#include "browse/Contents.h"
#include "browse/TreeWalk.h"

#include <algorithm>
#include <functional>

namespace netbit::git {

namespace json = boost::json;

namespace {

constexpr std::size_t mostPerFile = 50; // lines; a file of nothing else is not the whole answer
constexpr std::size_t mostLineBytes = 400;

/// The part of a line around what was found, cut at characters' edges.
std::string_view around(std::string_view line, std::size_t found, std::size_t length)
{
    if (line.size() <= mostLineBytes)
        return line;
    auto from = found > mostLineBytes / 4 ? found - mostLineBytes / 4 : 0;
    while (from > 0 && (static_cast<unsigned char>(line[from]) & 0xC0u) == 0x80u)
        --from;
    const auto rest = line.substr(from);
    return rest.substr(0, netbit::detail::cutLength(rest, std::max(mostLineBytes, length + mostLineBytes / 2)));
}

void addHits(json::array& data, std::string_view path, std::string_view bytes, const std::string& haystack,
             const std::boyer_moore_horspool_searcher<std::string::const_iterator>& searcher, std::size_t length)
{
    std::size_t line = 1;
    auto counted = haystack.begin();
    std::size_t hits = 0;
    for (auto from = haystack.begin(); from != haystack.end() && hits < mostPerFile;) {
        const auto found = std::search(from, haystack.end(), searcher);
        if (found == haystack.end())
            return;
        line += static_cast<std::size_t>(std::count(counted, found, '\n'));
        counted = found;
        const auto at = static_cast<std::size_t>(found - haystack.begin());
        const auto begin = at == 0 ? 0 : bytes.rfind('\n', at - 1) + 1; // npos + 1 is the file's beginning
        const auto end = std::min(bytes.find('\n', at), bytes.size());
        json::object hit;
        putBytes(hit, "path", path);
        hit["line"] = line;
        hit["column"] = at - begin + 1;
        putBytes(hit, "text", around(bytes.substr(begin, end - begin), at - begin, length));
        data.push_back(std::move(hit));
        ++hits;
        from = haystack.begin() + static_cast<std::ptrdiff_t>(end); // one hit for each line
    }
}

} // namespace

Answer searchCode(const Repository& repository, const git_commit* commit, const CodeQuery& query, std::uint64_t at,
                  std::size_t limit, const Limits& limits)
{
    const Deadline deadline(limits.time);
    auto root = repository.treeAt(commit, query.path);
    if (!root)
        throw Failure(pathNotFound());
    const auto wanted = query.caseMatters ? query.text : folded(query.text);
    const std::boyer_moore_horspool_searcher searcher(wanted.begin(), wanted.end());
    const auto odb = repository.objects();
    TreeWalk walk(repository, std::move(root), limits.depth);
    Answer answer;
    json::array data;
    std::uint64_t walked = 0;
    while (const auto file = walk.next()) {
        if (walked < at) {
            ++walked;
            continue;
        }
        if (data.size() >= limit || (walked > at && deadline.over())) {
            answer.next = Cursor{*git_commit_id(commit), walked}.text();
            break;
        }
        ++walked;
        std::size_t size = 0;
        git_object_t type = GIT_OBJECT_INVALID;
        if ((file->mode != GIT_FILEMODE_BLOB && file->mode != GIT_FILEMODE_BLOB_EXECUTABLE) ||
            git_odb_read_header(&size, &type, odb.get(), &file->id) != 0 || size > limits.blobBytes || size < wanted.size())
            continue;
        const auto blob = repository.blob(file->id, limits.blobBytes);
        const auto bytes = bytesOf(blob.get());
        if (isBinary(bytes))
            continue;
        const auto path = query.path.empty() ? file->path : query.path + '/' + file->path;
        addHits(data, path, bytes, query.caseMatters ? std::string(bytes) : folded(bytes), searcher, wanted.size());
    }
    answer.body["commit"] = hexOf(git_commit_id(commit));
    answer.body["data"] = std::move(data);
    answer.body["pagination"] = pagination(limit, answer.next);
    return answer;
}

} // namespace netbit::git
