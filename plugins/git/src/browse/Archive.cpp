#include "browse/Archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>

namespace netbit::git {

namespace {

constexpr std::size_t piece = 64u << 10;

void hold(struct archive* made, int status)
{
    if (status < ARCHIVE_WARN) {
        const char* const said = archive_error_string(made);
        throw Failure(Error(Status::unavailable, "archive_failed", std::string("The archive cannot be made: ") + (said ? said : "no reason") + '.'));
    }
}

la_ssize_t writeTo(struct archive*, void* user, const void* bytes, std::size_t length)
{
    static_cast<std::string*>(user)->append(static_cast<const char*>(bytes), length);
    return static_cast<la_ssize_t>(length);
}

/// Programs for Windows take it for a slash.
std::string withoutBackslashes(std::string name)
{
    std::replace(name.begin(), name.end(), '\\', '_');
    return name;
}

} // namespace

bool staysInside(std::string_view path, std::string_view target)
{
    if (target.empty() || target.front() == '/' || target.find('\\') != std::string_view::npos ||
        target.find('\0') != std::string_view::npos)
        return false;
    auto depth = std::count(path.begin(), path.end(), '/');
    for (std::size_t at = 0; at <= target.size();) {
        const auto end = std::min(target.find('/', at), target.size());
        const auto part = target.substr(at, end - at);
        if (part == "..")
            --depth;
        else if (!part.empty() && part != ".")
            ++depth;
        if (depth < 0)
            return false;
        at = end + 1;
    }
    return true;
}

void Archive::Close::operator()(struct archive* it) const noexcept { archive_write_free(it); }

Archive::Archive(Repository repository, const git_oid& commit, ArchiveKind kind, std::string prefix, const Limits& limits)
    : _repository(std::move(repository)), _kind(kind), _prefix(std::move(prefix)), _limits(limits), _archive(archive_write_new())
{
    const auto of = take(&git_commit_lookup, _repository.raw(), &commit);
    _time = git_commit_time(of.get());
    _walk = std::make_unique<TreeWalk>(_repository, _repository.tree(of.get()), limits.depth);
    refuseWhatDoesNotFit(of.get());
    auto* const made = _archive.get();
    if (!made)
        throw std::bad_alloc();
    if (kind == ArchiveKind::zip) {
        hold(made, archive_write_set_format_zip(made));
    } else {
        hold(made, archive_write_set_format_pax_restricted(made));
        hold(made, archive_write_add_filter_gzip(made));
        hold(made, archive_write_set_options(made, "gzip:!timestamp"));
    }
    hold(made, archive_write_set_bytes_in_last_block(made, 1));
    hold(made, archive_write_open(made, &_made, nullptr, &writeTo, nullptr));
}

Archive::~Archive() = default;

void Archive::refuseWhatDoesNotFit(const git_commit* commit) const
{
    const Deadline deadline(_limits.time);
    const auto odb = _repository.objects();
    TreeWalk walk(_repository, _repository.tree(commit), _limits.depth);
    while (const auto file = walk.next()) {
        deadline.check();
        std::size_t size = 0;
        git_object_t type = GIT_OBJECT_INVALID;
        if (file->mode == GIT_FILEMODE_COMMIT)
            continue;
        check(git_odb_read_header(&size, &type, odb.get(), &file->id));
        if (size > _limits.rawBytes)
            throw Failure(Error(Status::tooLarge, "file_too_large",
                                "A file in it has " + std::to_string(size) + " bytes; in an archive it may have " +
                                    std::to_string(_limits.rawBytes) + ". Clone the repository to get it."));
    }
}

bool Archive::next(std::string& out)
{
    while (!_closed && _made.size() < piece) {
        if (_blob) {
            const auto bytes = bytesOf(_blob.get());
            const auto part = bytes.substr(_at, piece);
            if (!part.empty() && archive_write_data(_archive.get(), part.data(), part.size()) < 0)
                hold(_archive.get(), ARCHIVE_FATAL);
            _at += part.size();
            if (_at == bytes.size())
                _blob.reset();
        } else if (const auto file = _walk->next()) {
            add(*file);
        } else {
            hold(_archive.get(), archive_write_close(_archive.get()));
            _closed = true;
        }
    }
    out += _made;
    _made.clear();
    return !_closed;
}

void Archive::add(const TreeWalk::File& file)
{
    if (file.mode == GIT_FILEMODE_COMMIT)
        return header(file, {}, 0);
    auto blob = _repository.blob(file.id, _limits.rawBytes);
    const auto bytes = bytesOf(blob.get());
    if (file.mode == GIT_FILEMODE_LINK && bytes.size() < 4'096 && staysInside(file.path, bytes))
        return header(file, bytes, 0);
    header(file, {}, bytes.size());
    _blob = std::move(blob);
    _at = 0;
}

void Archive::header(const TreeWalk::File& file, std::string_view link, std::size_t size)
{
    struct Free {
        void operator()(archive_entry* it) const noexcept { archive_entry_free(it); }
    };
    const std::unique_ptr<archive_entry, Free> entry(archive_entry_new2(_archive.get()));
    if (!entry)
        throw std::bad_alloc();
    auto name = _prefix + '/' + (_kind == ArchiveKind::zip ? withoutBackslashes(file.path) : file.path);
    const bool folder = file.mode == GIT_FILEMODE_COMMIT;
    if (folder)
        name += '/';
    if (!archive_entry_update_pathname_utf8(entry.get(), name.c_str()))
        archive_entry_set_pathname(entry.get(), name.c_str()); // not UTF-8: its bytes
    archive_entry_set_mtime(entry.get(), static_cast<time_t>(_time), 0);
    if (!link.empty()) {
        archive_entry_set_filetype(entry.get(), AE_IFLNK);
        archive_entry_set_symlink(entry.get(), std::string(link).c_str());
        archive_entry_set_perm(entry.get(), 0777);
    } else if (folder) {
        archive_entry_set_filetype(entry.get(), AE_IFDIR);
        archive_entry_set_perm(entry.get(), 0755);
    } else {
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), file.mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755 : 0644);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    }
    hold(_archive.get(), archive_write_header(_archive.get(), entry.get()));
}

} // namespace netbit::git
