#include "browse/RefLists.h"

#include <algorithm>
#include <vector>

namespace netbit::git {

namespace json = boost::json;

namespace {

/// The names of a page, and one more where there is one.
std::vector<std::string> namesOf(const Repository& repository, const std::string& place, const RefPage& page)
{
    const auto refs = take(&git_reference_iterator_glob_new, repository.raw(), (place + '*').c_str());
    std::vector<std::string> names;
    const char* full = nullptr;
    for (int status = 0; (status = git_reference_next_name(&full, refs.get())) != GIT_ITEROVER;) {
        check(status);
        const auto name = std::string_view(full).substr(place.size());
        if (name > page.after && (page.part.empty() || name.find(page.part) != std::string_view::npos))
            names.emplace_back(name);
    }
    const auto most = std::min(names.size(), page.limit + 1);
    std::partial_sort(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(most), names.end());
    names.resize(most);
    return names;
}

void close(Answer& answer, json::array data, std::vector<std::string> names, const RefPage& page)
{
    json::object paging{{"limit", page.limit}, {"next_after", nullptr}};
    if (names.size() > page.limit) {
        answer.next = names[page.limit - 1];
        putBytes(paging, "next_after", answer.next);
    }
    answer.body["data"] = std::move(data);
    answer.body["pagination"] = std::move(paging);
}

json::value shown(const Owned<git_commit>& commit) { return commit ? json::value(shortCommitJson(commit.get())) : json::value(); }

} // namespace

Answer branches(const Repository& repository, std::string_view defaultBranch, const RefPage& page)
{
    auto names = namesOf(repository, "refs/heads/", page);
    json::array data;
    for (std::size_t i = 0; i < std::min(names.size(), page.limit); ++i) {
        json::object item;
        putBytes(item, "name", names[i]);
        item["commit"] = shown(repository.branch(names[i]));
        item["is_default"] = names[i] == defaultBranch;
        data.push_back(std::move(item));
    }
    Answer answer;
    close(answer, std::move(data), std::move(names), page);
    return answer;
}

Answer tags(const Repository& repository, const RefPage& page)
{
    auto names = namesOf(repository, "refs/tags/", page);
    json::array data;
    for (std::size_t i = 0; i < std::min(names.size(), page.limit); ++i) {
        json::object item;
        putBytes(item, "name", names[i]);
        const auto id = repository.refTarget("refs/tags/" + names[i]);
        if (!id)
            continue; // deleted a moment ago
        item["id"] = hexOf(*id);
        item["annotation"] = nullptr;
        if (const auto tag = find(&git_object_lookup, repository.raw(), &*id, GIT_OBJECT_ANY);
            tag && git_object_type(tag.get()) == GIT_OBJECT_TAG) {
            const auto* const annotated = reinterpret_cast<const git_tag*>(tag.get());
            const std::string_view message = git_tag_message(annotated) ? git_tag_message(annotated) : "";
            json::object annotation;
            annotation["tagger"] = git_tag_tagger(annotated) ? json::value(personJson(git_tag_tagger(annotated))) : json::value();
            putBytes(annotation, "message", message.substr(0, netbit::detail::cutLength(message, 16u << 10)));
            item["annotation"] = std::move(annotation);
        }
        git_object* peeled = nullptr;
        const auto ref = find(&git_reference_lookup, repository.raw(), ("refs/tags/" + names[i]).c_str());
        const bool commit = ref && git_reference_peel(&peeled, ref.get(), GIT_OBJECT_COMMIT) == 0;
        item["commit"] = shown(Owned<git_commit>(commit ? reinterpret_cast<git_commit*>(peeled) : nullptr));
        data.push_back(std::move(item));
    }
    Answer answer;
    close(answer, std::move(data), std::move(names), page);
    return answer;
}

} // namespace netbit::git
