#include "Made.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace netbit::git::test {

Made::Made()
{
    std::string pattern = (std::filesystem::temp_directory_path() / "netbit-git-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("no temporary folder");
    _path = pattern;
    _repository = take(&git_repository_init, _path.c_str(), 1u);
}

Made::~Made()
{
    _repository.reset();
    std::error_code ignored;
    std::filesystem::remove_all(_path, ignored);
}

git_oid Made::blob(std::string_view content) const
{
    git_oid id{};
    check(git_blob_create_from_buffer(&id, _repository.get(), content.data(), content.size()));
    return id;
}

git_oid Made::head(const std::string& branch) const
{
    git_oid id{};
    check(git_reference_name_to_id(&id, _repository.get(), ("refs/heads/" + branch).c_str()));
    return id;
}

void Made::ref(const std::string& fullName, const git_oid& target) const
{
    take(&git_reference_create, _repository.get(), fullName.c_str(), &target, 1, nullptr);
}

git_oid Made::commit(const std::string& branch, const std::vector<Change>& changes, const std::string& message,
                     std::vector<git_oid> parents, const std::string& author)
{
    git_oid tip{};
    if (parents.empty() && git_reference_name_to_id(&tip, _repository.get(), ("refs/heads/" + branch).c_str()) == 0)
        parents.push_back(tip);
    std::vector<Owned<git_commit>> commits;
    std::vector<const git_commit*> raw;
    for (const auto& parent : parents) {
        commits.push_back(take(&git_commit_lookup, _repository.get(), &parent));
        raw.push_back(commits.back().get());
    }
    const auto before = commits.empty() ? nullptr : take(&git_commit_tree, raw.front());
    std::vector<git_tree_update> updates;
    for (const auto& change : changes) {
        git_tree_update update{};
        update.action = change.removed ? GIT_TREE_UPDATE_REMOVE : GIT_TREE_UPDATE_UPSERT;
        update.path = change.path.c_str();
        update.filemode = change.mode;
        if (change.mode == GIT_FILEMODE_COMMIT)
            check(git_oid_fromstr(&update.id, change.content.c_str()));
        else if (!change.removed)
            update.id = blob(change.content);
        updates.push_back(update);
    }
    git_oid treeId{};
    check(git_tree_create_updated(&treeId, _repository.get(), before.get(), updates.size(), updates.data()));
    const auto tree = take(&git_tree_lookup, _repository.get(), &treeId);
    const auto by = take(&git_signature_new, author.c_str(), (author + "@example.org").c_str(), ++_time, 60);
    git_oid id{};
    check(git_commit_create(&id, _repository.get(), nullptr, by.get(), by.get(), nullptr, message.c_str(), tree.get(), raw.size(),
                            raw.data()));
    ref("refs/heads/" + branch, id);
    return id;
}

git_oid Made::tag(const std::string& name, const git_oid& target, const std::string& message) const
{
    const auto object = take(&git_object_lookup, _repository.get(), &target, GIT_OBJECT_ANY);
    const auto by = take(&git_signature_new, "Tagger", "tagger@example.org", git_time_t{1'700'000'500}, 0);
    git_oid id{};
    check(git_tag_create(&id, _repository.get(), name.c_str(), object.get(), by.get(), message.c_str(), 1));
    return id;
}

git_oid Made::rawTree(const std::vector<RawEntry>& entries) const
{
    std::string bytes;
    for (const auto& entry : entries) {
        bytes += entry.mode + ' ' + entry.name + '\0';
        bytes.append(reinterpret_cast<const char*>(entry.id.id), GIT_OID_RAWSZ);
    }
    const auto odb = take(&git_repository_odb, _repository.get());
    git_oid id{};
    check(git_odb_write(&id, odb.get(), bytes.data(), bytes.size(), GIT_OBJECT_TREE));
    return id;
}

git_oid Made::commitOf(const git_oid& tree, const std::string& branch) const
{
    const auto text = "tree " + hexOf(tree) + "\nauthor A <a@b> 1700000000 +0000\ncommitter A <a@b> 1700000000 +0000\n\nraw\n";
    const auto odb = take(&git_repository_odb, _repository.get());
    git_oid id{};
    check(git_odb_write(&id, odb.get(), text.data(), text.size(), GIT_OBJECT_COMMIT));
    ref("refs/heads/" + branch, id);
    return id;
}

std::string codeOf(const std::function<void()>& work)
{
    try {
        work();
    } catch (const Failure& failure) {
        return failure.error().code;
    }
    return "nothing was refused";
}

} // namespace netbit::git::test
