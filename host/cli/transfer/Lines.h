#pragma once
// Bytes from a file or from an entry of an archive, and lines from those bytes, in bounded memory.

#include "base/Result.h"

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::cli::transfer
{

class Bytes
{
public:
    virtual ~Bytes() = default;
    /// Up to so many bytes; 0 at the end. Error: what is wrong with the source.
    virtual base::Result<std::size_t> read(char* to, std::size_t most) = 0;
};

class FileBytes final : public Bytes
{
public:
    static base::Result<std::unique_ptr<FileBytes>> open(const std::string& path);
    base::Result<std::size_t> read(char* to, std::size_t most) override;
    std::uint64_t size() const noexcept { return _size; }

private:
    std::ifstream _file;
    std::string _path;
    std::uint64_t _size = 0;
};

/// Where bytes of that SHA-256 are in a directory of them; empty: it is none.
std::string blobPath(const std::string& directory, std::string_view sha256);

/// The longest line that is read; a longer one is passed over.
constexpr std::size_t maxLineBytes = std::size_t{32} << 20;

enum class LineState : std::uint8_t { line, tooLong, end };

class LineReader
{
public:
    explicit LineReader(Bytes& bytes, std::size_t most = maxLineBytes)
        : _bytes(bytes)
        , _most(most)
    {
    }

    /// The next line without its line feed and carriage return; where it is too long, its beginning.
    base::Result<LineState> next(std::string& line);
    std::size_t number() const noexcept { return _number; } ///< of the line that was read last, from 1
    std::uint64_t consumed() const noexcept { return _consumed; } ///< bytes

private:
    base::Result<bool> fill();

    Bytes& _bytes;
    const std::size_t _most;
    std::string _buffer;
    std::size_t _at = 0;
    std::size_t _number = 0;
    std::uint64_t _consumed = 0;
    bool _ended = false;
};

} // namespace netbit::cli::transfer
