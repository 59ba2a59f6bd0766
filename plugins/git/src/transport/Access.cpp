#include "transport/Access.h"

#include <boost/json/parse.hpp>

namespace netbit::git {

namespace {

namespace json = boost::json;

std::string text(const json::object& from, std::string_view name)
{
    const auto* const found = from.if_contains(name);
    const auto* const value = found ? found->if_string() : nullptr;
    return value ? std::string(*value) : std::string();
}

std::int64_t number(const json::object& from, std::string_view name)
{
    const auto* const found = from.if_contains(name);
    if (!found)
        return 0;
    if (const auto* const value = found->if_int64())
        return *value;
    const auto* const large = found->if_uint64();
    return large ? static_cast<std::int64_t>(*large >> 1) : 0; // more than any size there is
}

bool flag(const json::object& from, std::string_view name)
{
    const auto* const found = from.if_contains(name);
    const auto* const value = found ? found->if_bool() : nullptr;
    return value && *value;
}

const json::object& object(const json::object& from, std::string_view name)
{
    static const json::object none;
    const auto* const found = from.if_contains(name);
    const auto* const value = found ? found->if_object() : nullptr;
    return value ? *value : none;
}

std::vector<ProtectedBranch> branches(const json::object& rules)
{
    std::vector<ProtectedBranch> out;
    const auto* const found = rules.if_contains("protected");
    const auto* const list = found ? found->if_array() : nullptr;
    if (!list)
        return out;
    for (const auto& each : *list) {
        const auto* const one = each.if_object();
        if (!one)
            continue;
        ProtectedBranch branch{text(*one, "pattern"), {}, flag(*one, "allow_force"), flag(*one, "allow_delete")};
        const auto* const roles = one->if_contains("push");
        if (const auto* const names = roles ? roles->if_array() : nullptr)
            for (const auto& name : *names)
                if (const auto* const role = name.if_string())
                    branch.push.emplace_back(*role);
        out.push_back(std::move(branch));
    }
    return out;
}

std::uint64_t bytes(const json::object& from, std::string_view name)
{
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number(from, name)));
}

} // namespace

std::string Access::path() const { return project.empty() ? owner + '/' + name : owner + '/' + project + '/' + name; }

OperationCall accessCall(std::string_view owner, std::string_view project, std::string_view name)
{
    OperationCall out;
    out.operation = "repositories.access";
    out.text("owner", owner);
    if (!project.empty())
        out.text("project", project);
    out.text("name", name);
    return out;
}

Result<Access> readAccess(std::string_view given)
{
    boost::system::error_code failed;
    const auto value = json::parse(json::string_view(given.data(), given.size()), failed);
    const auto* const root = failed ? nullptr : value.if_object();
    if (!root || number(*root, "id") <= 0)
        return Error(Status::internal, "bad_answer", "repositories.access gave something that is no repository.");
    Access out;
    out.id = number(*root, "id");
    out.owner = text(*root, "owner");
    out.project = text(*root, "project");
    out.name = text(*root, "name");
    out.defaultBranch = text(*root, "default_branch");
    out.state = text(*root, "state");
    out.role = text(*root, "role");
    out.moved = flag(*root, "moved");
    const auto& may = object(*root, "may");
    out.mayRead = flag(may, "read");
    out.mayWrite = flag(may, "write");
    out.mayManage = flag(may, "manage");
    const auto& rules = object(*root, "rules");
    out.branches = branches(rules);
    out.maxPushBytes = bytes(rules, "max_push_bytes");
    out.quotaBytes = bytes(rules, "quota_bytes");
    out.sizeBytes = bytes(*root, "size_bytes");
    out.forkedFrom = number(*root, "forked_from");
    out.mirrorUrl = text(*root, "mirror_url");
    return out;
}

} // namespace netbit::git
