#pragma once
// A directory that is gone with the test, and files in it.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace netbit::cli::test
{

class TempDir
{
public:
    TempDir()
    {
        auto name = (std::filesystem::temp_directory_path() / "netbit-cli-XXXXXX").string();
        if (const char* made = ::mkdtemp(name.data()))
            _path = made;
    }
    ~TempDir()
    {
        std::error_code error;
        std::filesystem::remove_all(_path, error);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    std::string path() const { return _path.string(); }
    std::string path(std::string_view name) const { return (_path / name).string(); }

    std::string write(std::string_view name, std::string_view bytes) const
    {
        const auto file = _path / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
        return file.string();
    }

private:
    std::filesystem::path _path;
};

/// Sets a variable of the environment while it lives.
class Environment
{
public:
    Environment(const char* name, const std::string& value)
        : _name(name)
    {
        if (const char* before = std::getenv(name)) {
            _before = before;
            _was = true;
        }
        ::setenv(name, value.c_str(), 1);
    }
    ~Environment()
    {
        if (_was)
            ::setenv(_name, _before.c_str(), 1);
        else
            ::unsetenv(_name);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

private:
    const char* _name;
    std::string _before;
    bool _was = false;
};

} // namespace netbit::cli::test
