#include "journey/Uploading.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace netbit::test {

namespace fs = std::filesystem;

std::string filePath(std::int64_t id, std::string_view rest) { return "/api/files/" + std::to_string(id) + std::string(rest); }

HttpReply tryUpload(const Daemon& daemon, const User& user, std::string_view bytes, std::string_view query,
                    const Headers& headers)
{
    return daemon.client(user.token).request("POST", "/api/files" + std::string(query), bytes, headers);
}

Uploaded upload(const Daemon& daemon, const User& user, std::string_view bytes, std::string_view query)
{
    const auto reply = tryUpload(daemon, user, bytes, query);
    EXPECT_EQ(reply.status, 201) << reply.body;
    if (reply.status != 201)
        return {};
    const auto info = reply.document();
    const auto id = integerAt(info, "/id");
    EXPECT_EQ(reply.header("location"), filePath(id));
    return {id, info};
}

json::value sendFiles(const Daemon& daemon, const User& user, std::int64_t chat, std::initializer_list<std::int64_t> files,
                      std::string_view content)
{
    json::object body{{"attachments", json::array(files.begin(), files.end())}};
    if (!content.empty())
        body["content"] = content;
    return daemon.client(user.token).expect(201, "POST", messagesOf(chat), json::serialize(body));
}

SlowUpload::SlowUpload(const Daemon& daemon, const User& user, std::uint64_t size, std::string_view name)
    : _http(Socket::tcp(daemon.http())), _size(size)
{
    _http.send("POST /api/files?name=" + std::string(name) + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + user.token +
               "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
}

void SlowUpload::send(std::uint64_t bytes)
{
    static const std::string pattern = [] {
        std::string out;
        for (int i = 0; out.size() < 1024 * 1024; ++i)
            out += "line " + std::to_string(i) + " of what is not there\n";
        out.resize(1024 * 1024);
        return out;
    }();
    for (; bytes > 0;) {
        const auto at = static_cast<std::size_t>(_sent % pattern.size());
        const auto piece = std::min<std::uint64_t>(bytes, pattern.size() - at);
        _http.send(std::string_view(pattern).substr(at, static_cast<std::size_t>(piece)));
        _sent += piece;
        bytes -= piece;
    }
}

std::vector<std::string> filesBelow(const std::string& folder)
{
    std::vector<std::string> out; // files come and go meanwhile: what is gone is no error
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        std::error_code gone;
        if (it->is_directory(gone)) {
            auto inner = filesBelow(it->path().string());
            out.insert(out.end(), inner.begin(), inner.end());
        } else if (it->is_regular_file(gone)) {
            out.push_back(it->path().string());
        }
    }
    return out;
}

namespace {

std::int64_t statusKib(pid_t process, std::string_view name)
{
    std::istringstream lines(readFile("/proc/" + std::to_string(process) + "/status"));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(name))
            return std::stoll(line.substr(name.size()));
    throw std::runtime_error("no " + std::string(name) + " in /proc");
}

} // namespace

std::int64_t residentBytes(pid_t process) { return statusKib(process, "VmRSS:") * 1024; }
std::int64_t highestResidentBytes(pid_t process) { return statusKib(process, "VmHWM:") * 1024; }
void resetPeak(pid_t process) { std::ofstream("/proc/" + std::to_string(process) + "/clear_refs") << '5'; }

} // namespace netbit::test
