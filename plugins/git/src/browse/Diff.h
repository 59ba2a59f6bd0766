#pragma once
// What is different between two trees, and where a line of one text is in another.

#include "browse/Answer.h"

#include <vector>

namespace netbit::git {

/// {"files","stats","truncated"}. `from` null: everything is new. Only what is at `path` or below it; "": all.
boost::json::object diffJson(const Repository& repository, git_tree* from, git_tree* to, std::string_view path,
                             const Limits& limits);

/// The commit with what it changes; of a merge: against its first parent.
Answer commitWithDiff(const Repository& repository, const git_commit* commit, const Limits& limits);

/// base...head: what head has since it left base. {"base","head","merge_base","ahead","behind","files",…}; without a common
/// commit merge_base is null, and the two trees are compared.
Answer compare(const Repository& repository, const git_commit* base, const git_commit* head, const Limits& limits);

/// Which lines two texts have in common. Lines count from 1.
class LineMap {
public:
    struct Segment {
        std::uint32_t before = 1;
        std::uint32_t after = 1;
        std::uint32_t count = 0;
    };

    static LineMap between(const git_blob* before, const git_blob* after);
    static LineMap between(std::string_view before, std::string_view after);

    /// 0: the line is gone.
    std::uint32_t toAfter(std::uint32_t line) const;
    std::uint32_t toBefore(std::uint32_t line) const;
    const std::vector<Segment>& segments() const noexcept { return _same; }

private:
    std::vector<Segment> _same; // in order; the last one has no end
};

} // namespace netbit::git
