#pragma once
// Archives for the tests of what reads them.

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
#include <zip.h>

namespace netbit::test
{

using Files = std::vector<std::pair<std::string, std::string>>;

/// An archive at that path; change(zip, index of the last) is called before it is written.
template <class Change> void writeZip(const std::string& path, const Files& files, Change change)
{
    int code = 0;
    auto* const zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!zip)
        throw std::runtime_error("zip_open");
    for (const auto& [name, bytes] : files) {
        auto* const source = zip_source_buffer(zip, bytes.data(), bytes.size(), 0);
        if (!source || zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8) < 0)
            throw std::runtime_error("zip_file_add " + name);
    }
    change(zip, static_cast<zip_uint64_t>(files.size() - 1));
    if (zip_close(zip) != 0)
        throw std::runtime_error("zip_close");
}

inline void writeZip(const std::string& path, const Files& files)
{
    writeZip(path, files, [](zip_t*, zip_uint64_t) {});
}

} // namespace netbit::test
