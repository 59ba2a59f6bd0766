#pragma once
// Files as clients send them.

#include "journey/Stage.h"
#include "support/Eventually.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace netbit::test {

struct Uploaded {
    std::int64_t id = 0;
    json::value info;
};

std::string filePath(std::int64_t id, std::string_view rest = {});

HttpReply tryUpload(const Daemon& daemon, const User& user, std::string_view bytes, std::string_view query = "?name=a.bin",
                    const Headers& headers = {});
/// That must succeed.
Uploaded upload(const Daemon& daemon, const User& user, std::string_view bytes, std::string_view query = "?name=a.bin");

/// A message with these files.
json::value sendFiles(const Daemon& daemon, const User& user, std::int64_t chat, std::initializer_list<std::int64_t> files,
                      std::string_view content = {});

/// An upload of `size` bytes made up of one pattern, piece by piece, on a connection of its own.
class SlowUpload {
public:
    SlowUpload(const Daemon& daemon, const User& user, std::uint64_t size, std::string_view name = "large.bin");
    void send(std::uint64_t bytes);
    void sendRest() { send(_size - _sent); }
    HttpReply reply() { return _http.read(); }
    RawHttp& http() noexcept { return _http; }

private:
    RawHttp _http;
    std::uint64_t _size;
    std::uint64_t _sent = 0;
};

/// Regular files below a folder.
std::vector<std::string> filesBelow(const std::string& folder);
/// Bytes of a process in memory; `Highest`: since the start, or the last resetPeak().
std::int64_t residentBytes(pid_t process);
std::int64_t highestResidentBytes(pid_t process);
void resetPeak(pid_t process);

} // namespace netbit::test
