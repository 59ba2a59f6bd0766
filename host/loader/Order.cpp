#include "loader/Order.h"

#include <algorithm>
#include <optional>

namespace netbit::loader {

namespace {

class Search {
public:
    Search(const std::map<std::string, Manifest>& manifests, const std::set<std::string>& refused)
        : _manifests(manifests), _refused(refused)
    {
    }

    Order run()
    {
        for (const auto& [id, manifest] : _manifests) {
            std::vector<std::string> path;
            if (auto reason = obstacle(id, path))
                _order.blocked.emplace(id, std::move(*reason));
        }
        for (const auto& [id, manifest] : _manifests)
            place(id);
        return std::move(_order);
    }

private:
    static std::string chain(const std::vector<std::string>& path)
    {
        std::string text;
        for (const auto& id : path)
            text += (text.empty() ? "" : " → ") + id;
        return text;
    }

    /// Why it cannot run: the way to the first fault. `path` is how we came here.
    std::optional<std::string> obstacle(const std::string& id, std::vector<std::string>& path)
    {
        if (std::find(path.begin(), path.end(), id) != path.end()) {
            path.push_back(id);
            return chain(path) + ": they require each other in a circle.";
        }
        if (_fine.contains(id))
            return std::nullopt;
        path.push_back(id);
        for (const auto& [needed, range] : _manifests.at(id).required) {
            const auto because = [&](const std::string& what) {
                return chain(path) + ": " + id + " requires " + needed + ' ' + range.text() + ", " + what;
            };
            const auto found = _manifests.find(needed);
            if (found == _manifests.end())
                return because(_refused.contains(needed) ? "which may not run." : "which is not installed.");
            if (!range.contains(found->second.version))
                return because("but " + found->second.version.text() + " is installed.");
            if (auto reason = obstacle(needed, path))
                return reason;
        }
        path.pop_back();
        _fine.insert(id);
        return std::nullopt;
    }

    void place(const std::string& id)
    {
        if (_order.blocked.contains(id) || !_seen.insert(id).second)
            return;
        const auto& manifest = _manifests.at(id);
        for (const auto& [needed, range] : manifest.required)
            place(needed);
        // One that is being placed further up has been seen: that is how an optional circle is cut.
        for (const auto& [wanted, range] : manifest.optional)
            if (const auto found = _manifests.find(wanted);
                found != _manifests.end() && range.contains(found->second.version) && !leadsTo(wanted, id))
                place(wanted);
        _order.ids.push_back(id);
    }

    /// Whether `from` requires `to`, at any distance. Only asked of what has no circle.
    bool leadsTo(const std::string& from, const std::string& to) const
    {
        const auto found = _manifests.find(from);
        if (found == _manifests.end() || _order.blocked.contains(from))
            return false;
        return std::any_of(found->second.required.begin(), found->second.required.end(),
                           [&](const auto& needed) { return needed.first == to || leadsTo(needed.first, to); });
    }

    const std::map<std::string, Manifest>& _manifests;
    const std::set<std::string>& _refused;
    std::set<std::string> _fine;
    std::set<std::string> _seen;
    Order _order;
};

} // namespace

Order orderOf(const std::map<std::string, Manifest>& manifests, const std::set<std::string>& refused)
{
    return Search(manifests, refused).run();
}

} // namespace netbit::loader
