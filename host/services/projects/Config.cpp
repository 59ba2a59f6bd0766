#include "services/projects/Config.h"

#include "base/Json.h"
#include "services/projects/Permissions.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>

namespace netbit::services::projects {

using base::Error;
using base::fault;
using base::Result;
using base::Status;

namespace json = boost::json;

namespace {

constexpr std::size_t maxItems = 50;
constexpr std::size_t maxBodyBytes = 64 * 1024;
constexpr std::int64_t maxBytes = std::int64_t{1} << 50;

/// The members of one object, each asked for once. The first fault is kept, with its pointer; nothing is read behind it.
class Reader {
public:
    Reader(const json::object& from, std::string pointer, std::optional<Error>& first)
        : _from(from), _pointer(std::move(pointer)), _fault(first)
    {
    }
    ~Reader() = default;
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    void flag(std::string_view name, bool& out)
    {
        if (const auto* const value = find(name)) {
            if (value->is_bool())
                out = value->get_bool();
            else
                refuse(name, "wrong_type", "must be true or false.");
        }
    }
    void integer(std::string_view name, std::int64_t& out, std::int64_t most)
    {
        if (const auto* const value = find(name)) {
            if (value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= most)
                out = value->get_int64();
            else
                refuse(name, value->is_int64() ? "out_of_range" : "wrong_type",
                       "must be a whole number from 0 to " + std::to_string(most) + ".");
        }
    }
    void text(std::string_view name, std::string& out, std::size_t most)
    {
        if (const auto* const value = find(name))
            take(*value, out, 0, most, name);
    }
    void choice(std::string_view name, std::string& out, std::initializer_list<std::string_view> among)
    {
        if (const auto* const value = find(name)) {
            const std::string_view given = value->is_string() ? std::string_view(value->get_string()) : std::string_view();
            if (std::find(among.begin(), among.end(), given) != among.end()) {
                out = given;
                return;
            }
            std::string list;
            for (const auto one : among)
                list += (list.empty() ? "" : ", ") + std::string(one);
            refuse(name, "out_of_range", "must be one of: " + list + ".");
        }
    }
    /// Without a text twice; `among` empty: any text of 1 to `most` bytes.
    void texts(std::string_view name, std::vector<std::string>& out, std::size_t most,
               std::initializer_list<std::string_view> among = {})
    {
        const auto* const value = find(name);
        if (!value)
            return;
        if (!value->is_array() || value->get_array().size() > maxItems)
            return refuse(name, value->is_array() ? "out_of_range" : "wrong_type", "must be a list of at most 50 strings.");
        std::vector<std::string> read;
        for (std::size_t i = 0; i < value->get_array().size(); ++i) {
            const auto place = std::string(name) + "/" + std::to_string(i);
            std::string one;
            take(value->get_array()[i], one, 1, most, place);
            if (among.size() > 0 && std::find(among.begin(), among.end(), std::string_view(one)) == among.end())
                refuse(place, "out_of_range", "is none of the words that may stand here.");
            if (std::find(read.begin(), read.end(), one) != read.end())
                refuse(place, "duplicate", "is there twice.");
            read.push_back(std::move(one));
        }
        out = std::move(read);
    }
    template <class Use>
    void object(std::string_view name, Use use)
    {
        if (const auto* const value = find(name)) {
            if (!value->is_object())
                return refuse(name, "wrong_type", "must be an object.");
            Reader inner(value->get_object(), _pointer + "/" + std::string(name), _fault);
            use(inner);
            inner.finish();
        }
    }
    template <class Use>
    void objects(std::string_view name, Use use)
    {
        const auto* const value = find(name);
        if (!value)
            return;
        if (!value->is_array() || value->get_array().size() > maxItems)
            return refuse(name, value->is_array() ? "out_of_range" : "wrong_type", "must be a list of at most 50 objects.");
        for (std::size_t i = 0; i < value->get_array().size(); ++i) {
            const auto place = std::string(name) + "/" + std::to_string(i);
            const auto& item = value->get_array()[i];
            if (!item.is_object())
                return refuse(place, "wrong_type", "must be an object.");
            Reader inner(item.get_object(), _pointer + "/" + place, _fault);
            use(inner);
            inner.finish();
        }
    }
    void need(std::string_view name)
    {
        if (!_from.if_contains(name))
            refuse(name, "missing_member", "is missing.");
    }
    void refuse(std::string_view name, std::string_view code, std::string_view why)
    {
        if (!_fault)
            _fault = fault(Status::invalid, code, "\"" + std::string(name) + "\" " + std::string(why),
                           _pointer + "/" + std::string(name));
    }
    void finish()
    {
        for (const auto& member : _from)
            if (!_asked.contains(member.key()) && !_fault)
                _fault = fault(Status::invalid, "unknown_member",
                               "\"" + std::string(member.key()) + "\" is no setting of a project.",
                               _pointer + "/" + escaped(member.key()));
    }
    const std::set<std::string, std::less<>>& asked() const { return _asked; }

private:
    static std::string escaped(std::string_view name)
    {
        std::string out;
        for (const char c : name)
            out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
        return out;
    }
    const json::value* find(std::string_view name)
    {
        _asked.emplace(name);
        const auto* const value = _fault ? nullptr : _from.if_contains(name);
        return value && !value->is_null() ? value : nullptr;
    }
    void take(const json::value& value, std::string& out, std::size_t least, std::size_t most, std::string_view name)
    {
        if (!value.is_string())
            return refuse(name, "wrong_type", "must be a string.");
        const std::string_view text = value.get_string();
        if (text.size() < least || text.size() > most || text.find('\0') != text.npos)
            return refuse(name, "out_of_range",
                          "must have " + std::to_string(least) + " to " + std::to_string(most) + " bytes, and no NUL.");
        out = text;
    }

    const json::object& _from;
    std::string _pointer;
    std::optional<Error>& _fault;
    std::set<std::string, std::less<>> _asked;
};

void readBranch(Reader& in, Config& config)
{
    ProtectedBranch branch;
    in.need("pattern");
    in.text("pattern", branch.pattern, 255);
    if (branch.pattern.empty())
        in.refuse("pattern", "out_of_range", "must name a branch.");
    in.texts("push", branch.push, 20, {"guest", "viewer", "developer", "admin", "owner"});
    in.flag("allow_force", branch.allowForce);
    in.flag("allow_delete", branch.allowDelete);
    in.integer("required_approvals", branch.requiredApprovals, 20);
    in.texts("required_statuses", branch.requiredStatuses, 100);
    config.branches.push_back(std::move(branch));
}

void readTemplate(Reader& in, Config& config)
{
    IssueTemplate one;
    in.need("name");
    in.text("name", one.name, 100);
    if (one.name.empty())
        in.refuse("name", "out_of_range", "must have 1 to 100 bytes, and no NUL.");
    for (const auto& other : config.templates)
        if (other.name == one.name)
            in.refuse("name", "duplicate", "is the name of another template too.");
    in.text("title", one.title, 200);
    in.text("body", one.body, maxBodyBytes);
    in.texts("labels", one.labels, 50);
    config.templates.push_back(std::move(one));
}

void readAll(Reader& in, Config& config, std::string& visibility)
{
    in.object("collaboration", [&](Reader& part) {
        part.flag("allow_forks", config.allowForks);
        part.flag("issues", config.issues);
        part.flag("pull_requests", config.pullRequests);
        part.object("review", [&](Reader& review) {
            review.integer("required_approvals", config.requiredApprovals, 20);
            review.flag("dismiss_stale", config.dismissStaleReviews);
        });
        part.texts("merge_methods", config.mergeMethods, 20, {"merge", "squash", "rebase"});
        if (config.mergeMethods.empty())
            part.refuse("merge_methods", "out_of_range", "must leave one way to merge.");
    });
    in.objects("protected_branches", [&](Reader& part) { readBranch(part, config); });
    in.object("limits", [&](Reader& part) {
        part.integer("max_push_bytes", config.maxPushBytes, maxBytes);
        part.integer("quota_bytes", config.quotaBytes, maxBytes);
    });
    in.object("roles", [&](Reader& part) { part.choice("default", config.defaultRole, {"guest", "viewer", "developer"}); });
    in.choice("visibility", visibility, {"public", "private"});
    in.object("notifications", [&](Reader& part) {
        part.flag("pushes", config.tellPushes);
        part.flag("issues", config.tellIssues);
        part.flag("pull_requests", config.tellPullRequests);
    });
    in.objects("issue_templates", [&](Reader& part) { readTemplate(part, config); });
    in.object("metadata", [&](Reader& part) {
        part.texts("tags", config.tags, 50);
        part.text("language", config.language, 50);
        part.text("license", config.licence, 100);
        part.text("homepage", config.homepage, 500);
        // It becomes a link: nothing but the web.
        if (!config.homepage.empty() && !config.homepage.starts_with("https://") && !config.homepage.starts_with("http://"))
            part.refuse("homepage", "invalid_url", "must begin with https:// or http://.");
    });
}

json::array listOf(const std::vector<std::string>& texts)
{
    json::array out;
    for (const auto& text : texts)
        out.emplace_back(text);
    return out;
}

} // namespace

Result<ConfigChange> readConfig(const json::object& written, bool isPublic)
{
    std::optional<Error> wrong;
    ConfigChange change;
    std::string visibility = isPublic ? "public" : "private";
    Reader in(written, {}, wrong);
    readAll(in, change.config, visibility);
    in.finish();
    if (wrong)
        return *wrong;
    change.isPublic = visibility == "public";
    return change;
}

std::string configJson(const Config& config, bool isPublic)
{
    json::array branches;
    for (const auto& branch : config.branches)
        branches.push_back(json::object{{"pattern", branch.pattern},
                                        {"push", listOf(branch.push)},
                                        {"allow_force", branch.allowForce},
                                        {"allow_delete", branch.allowDelete},
                                        {"required_approvals", branch.requiredApprovals},
                                        {"required_statuses", listOf(branch.requiredStatuses)}});
    json::array templates;
    for (const auto& one : config.templates)
        templates.push_back(
            json::object{{"name", one.name}, {"title", one.title}, {"body", one.body}, {"labels", listOf(one.labels)}});
    return json::serialize(json::object{
        {"collaboration",
         json::object{{"allow_forks", config.allowForks},
                      {"issues", config.issues},
                      {"pull_requests", config.pullRequests},
                      {"review", json::object{{"required_approvals", config.requiredApprovals},
                                              {"dismiss_stale", config.dismissStaleReviews}}},
                      {"merge_methods", listOf(config.mergeMethods)}}},
        {"protected_branches", std::move(branches)},
        {"limits", json::object{{"max_push_bytes", config.maxPushBytes}, {"quota_bytes", config.quotaBytes}}},
        {"roles", json::object{{"default", config.defaultRole}}},
        {"visibility", isPublic ? "public" : "private"},
        {"notifications", json::object{{"pushes", config.tellPushes},
                                       {"issues", config.tellIssues},
                                       {"pull_requests", config.tellPullRequests}}},
        {"issue_templates", std::move(templates)},
        {"metadata", json::object{{"tags", listOf(config.tags)},
                                  {"language", config.language},
                                  {"license", config.licence},
                                  {"homepage", config.homepage}}}});
}

Config storedConfig(std::string_view text)
{
    const auto document = base::parseJson(text);
    if (!document || !document->is_object())
        return {};
    auto read = readConfig(document->get_object(), false);
    return read ? std::move(read->config) : Config();
}

// Each member is read by itself: one that makes no sense here costs that one, not the others.
Config foreignConfig(const json::object& written, std::vector<std::string>& leftOut)
{
    json::object taken;
    for (const auto& member : written) {
        auto with = taken;
        with[member.key()] = member.value();
        if (readConfig(with, false))
            taken = std::move(with);
        else
            leftOut.emplace_back(member.key());
    }
    return readConfig(taken, false).value().config;
}

} // namespace netbit::services::projects
