#include "browse/Contents.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace netbit::git {

namespace json = boost::json;

namespace {

std::string_view nameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string joined(std::string_view folder, std::string_view name)
{
    std::string out(folder);
    if (!out.empty())
        out += '/';
    return out += name;
}

/// What .gitmodules of the same commit says of it; empty: nothing.
std::string moduleUrl(const Repository& repository, const git_commit* commit, std::string_view path, const Limits& limits)
{
    const auto entry = repository.entry(commit, ".gitmodules");
    if (!entry || git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB ||
        repository.sizeOf(*git_tree_entry_id(entry.get())) > limits.blobBytes)
        return {};
    const auto blob = repository.blob(*git_tree_entry_id(entry.get()), limits.blobBytes);
    // git-config's form; read line by line, since all that is wanted is a path and the url of its section.
    std::string_view text = bytesOf(blob.get());
    std::string url;
    bool wanted = false;
    const auto value = [](std::string_view line, std::string_view key) -> std::optional<std::string_view> {
        const auto trim = [](std::string_view part) {
            const auto first = std::min(part.find_first_not_of(" \t\r"), part.size());
            const auto last = part.find_last_not_of(" \t\r");
            return last == std::string_view::npos ? std::string_view() : part.substr(first, last - first + 1);
        };
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || trim(line.substr(0, equals)) != key)
            return std::nullopt;
        return trim(line.substr(equals + 1));
    };
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with('[')) {
            if (wanted && !url.empty())
                break;
            wanted = false;
            url.clear();
        } else if (const auto of = value(line, "path")) {
            wanted = *of == path;
        } else if (const auto at = value(line, "url")) {
            url = *at;
        }
    }
    return wanted ? url.substr(0, 2'048) : std::string();
}

void addFile(json::object& out, const Repository& repository, const git_oid& id, const Limits& limits)
{
    const auto size = repository.sizeOf(id);
    out["size"] = size;
    if (size > limits.blobBytes) {
        out["encoding"] = "none"; // /raw has it
        out["content"] = nullptr;
        return;
    }
    const auto blob = repository.blob(id, limits.blobBytes);
    const auto bytes = bytesOf(blob.get());
    const bool text = !isBinary(bytes) && isUtf8(bytes);
    out["binary"] = isBinary(bytes);
    out["encoding"] = text ? "utf-8" : "base64";
    out["content"] = text ? json::value(bytes) : json::value(base64(bytes));
}

void addLink(json::object& out, const Repository& repository, const git_oid& id)
{
    constexpr std::size_t most = 4'096;
    const auto size = repository.sizeOf(id);
    out["size"] = size;
    if (size <= most)
        putBytes(out, "target", bytesOf(repository.blob(id, most).get()));
    else
        out["target"] = nullptr;
}

void addEntries(Answer& answer, const Repository& repository, const git_commit* commit, std::string_view path,
                const git_tree* tree, std::uint64_t at, std::size_t limit)
{
    const auto count = git_tree_entrycount(tree);
    const auto odb = repository.objects();
    json::array entries;
    std::uint64_t i = at;
    for (; i < count && i - at < limit; ++i) {
        const auto* const entry = git_tree_entry_byindex(tree, static_cast<std::size_t>(i));
        const auto mode = static_cast<std::uint32_t>(git_tree_entry_filemode(entry));
        const std::string_view name = git_tree_entry_name(entry);
        json::object item;
        putBytes(item, "name", name);
        putBytes(item, "path", joined(path, name));
        item["type"] = kindOf(mode);
        item["mode"] = modeText(mode);
        item["id"] = hexOf(git_tree_entry_id(entry));
        std::size_t size = 0;
        git_object_t type = GIT_OBJECT_INVALID;
        const bool sized = git_tree_entry_type(entry) == GIT_OBJECT_BLOB &&
                           git_odb_read_header(&size, &type, odb.get(), git_tree_entry_id(entry)) == 0;
        item["size"] = sized ? json::value(size) : json::value();
        entries.push_back(std::move(item));
    }
    answer.body["entries"] = std::move(entries);
    answer.body["entry_count"] = count;
    if (i < count)
        answer.next = Cursor{*git_commit_id(commit), i}.text();
    answer.body["pagination"] = pagination(limit, answer.next);
}

} // namespace

Error pathNotFound() { return Error(Status::notFound, "path_not_found", "There is nothing at this path of the revision."); }

Answer contents(const Repository& repository, const git_commit* commit, std::string_view path, std::uint64_t at,
                std::size_t limit, const Limits& limits)
{
    Answer answer;
    auto& out = answer.body;
    out["commit"] = shortCommitJson(commit);
    putBytes(out, "path", path);
    putBytes(out, "name", nameOf(path));
    if (path.empty()) {
        const auto tree = repository.tree(commit);
        out["type"] = "tree";
        out["id"] = hexOf(git_tree_id(tree.get()));
        addEntries(answer, repository, commit, path, tree.get(), at, limit);
        return answer;
    }
    const auto entry = repository.entry(commit, path);
    if (!entry)
        throw Failure(pathNotFound());
    const auto mode = static_cast<std::uint32_t>(git_tree_entry_filemode(entry.get()));
    const auto& id = *git_tree_entry_id(entry.get());
    const auto kind = kindOf(mode);
    out["type"] = kind;
    out["mode"] = modeText(mode);
    out["id"] = hexOf(id);
    if (kind == "tree")
        addEntries(answer, repository, commit, path, take(&git_tree_lookup, repository.raw(), &id).get(), at, limit);
    else if (kind == "submodule")
        putBytes(out, "url", moduleUrl(repository, commit, path, limits));
    else if (kind == "symlink")
        addLink(out, repository, id);
    else
        addFile(out, repository, id, limits);
    return answer;
}

RawFile rawFile(const Repository& repository, const git_commit* commit, std::string_view path, const Limits& limits)
{
    const auto entry = repository.entry(commit, path);
    if (!entry)
        throw Failure(pathNotFound());
    if (git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB)
        throw Failure(Error(Status::invalid, "not_a_file", "There is a folder or a submodule at this path."));
    const auto& id = *git_tree_entry_id(entry.get());
    return {repository.blob(id, limits.rawBytes), std::string(nameOf(path)), id};
}

int sealedFile(std::string_view bytes) noexcept
{
    const int file = memfd_create("netbit-raw", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0)
        return -1;
    while (!bytes.empty()) {
        const auto written = write(file, bytes.data(), bytes.size());
        if (written <= 0) {
            close(file);
            return -1;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    return file;
}

} // namespace netbit::git
