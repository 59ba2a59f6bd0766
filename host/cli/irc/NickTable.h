#pragma once
// The nicks of a run. To IRC and to the server `Nick` and `nick` are the same person; the first spelling seen is the
// name.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace netbit::cli::irc
{

class NickTable
{
public:
    void add(std::string_view nick)
    {
        fold(nick);
        if (_places.try_emplace(_folded, _spellings.size()).second)
            _spellings.emplace_back(nick);
    }

    /// Ids aligned with spellings().
    void setIds(std::vector<std::int64_t> ids) { _ids = std::move(ids); }

    /// 0 for a nick that was never added.
    std::int64_t id(std::string_view nick)
    {
        fold(nick);
        const auto found = _places.find(_folded);
        return found == _places.end() || found->second >= _ids.size() ? 0 : _ids[found->second];
    }

    const std::vector<std::string>& spellings() const noexcept { return _spellings; }

private:
    /// ASCII only, as the server compares names.
    void fold(std::string_view nick)
    {
        _folded.assign(nick);
        for (char& c : _folded)
            if (c >= 'A' && c <= 'Z')
                c = static_cast<char>(c - 'A' + 'a');
    }

    std::string _folded; // kept, so that a look-up allocates nothing
    std::unordered_map<std::string, std::size_t> _places;
    std::vector<std::string> _spellings;
    std::vector<std::int64_t> _ids;
};

} // namespace netbit::cli::irc
