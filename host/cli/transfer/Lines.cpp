#include "cli/transfer/Lines.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace netbit::cli::transfer
{

using base::fault;
using base::Result;
using base::Status;

Result<std::unique_ptr<FileBytes>> FileBytes::open(const std::string& path)
{
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        return fault(Status::notFound, "unreadable", path + " is not there.");
    if (std::filesystem::is_directory(status))
        return fault(Status::invalid, "unreadable", path + " is a directory.");
    auto made = std::make_unique<FileBytes>();
    made->_path = path;
    made->_file.open(path, std::ios::binary);
    if (!made->_file)
        return fault(Status::notFound, "unreadable", path + " cannot be read: " + std::strerror(errno) + ".");
    if (const auto size = std::filesystem::file_size(path, error); !error)
        made->_size = size;
    return made;
}

std::string blobPath(const std::string& directory, std::string_view sha256)
{
    constexpr std::size_t digits = 64;
    if (sha256.size() != digits || sha256.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return {};
    return (std::filesystem::path(directory) / sha256.substr(0, 2) / sha256).string();
}

Result<std::size_t> FileBytes::read(char* to, std::size_t most)
{
    _file.read(to, static_cast<std::streamsize>(most));
    if (_file.bad())
        return fault(Status::unavailable, "unreadable", _path + " cannot be read to its end.");
    return static_cast<std::size_t>(_file.gcount());
}

Result<bool> LineReader::fill()
{
    constexpr std::size_t piece = 64 * 1024;
    if (_ended)
        return false;
    _buffer.erase(0, _at);
    _at = 0;
    const auto before = _buffer.size();
    _buffer.resize(before + piece);
    const auto got = _bytes.read(_buffer.data() + before, piece);
    if (!got)
        return got.error();
    _buffer.resize(before + *got);
    _consumed += *got;
    _ended = *got == 0;
    return !_ended;
}

Result<LineState> LineReader::next(std::string& line)
{
    line.clear();
    bool tooLong = false;
    for (;;) {
        const auto end = _buffer.find('\n', _at);
        const auto stop = end == std::string::npos ? _buffer.size() : end;
        const auto room = _most - std::min(_most, line.size());
        if (stop - _at > room)
            tooLong = true;
        line.append(_buffer, _at, std::min(stop - _at, room));
        _at = stop;
        if (end != std::string::npos) {
            ++_at;
            break;
        }
        const auto more = fill();
        if (!more)
            return more.error();
        if (!*more) {
            if (line.empty())
                return LineState::end;
            break;
        }
    }
    ++_number;
    if (!line.empty() && line.back() == '\r')
        line.pop_back();
    return tooLong ? LineState::tooLong : LineState::line;
}

} // namespace netbit::cli::transfer
