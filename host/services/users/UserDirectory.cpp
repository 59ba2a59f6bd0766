#include "services/users/UserDirectory.h"

#include "base/Json.h"
#include "base/Time.h"
#include "storage/Repositories.h"

#include <atomic>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <unordered_set>

namespace netbit::services::users {

namespace {

constexpr unsigned char folded(char c) noexcept
{
    return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

std::string_view nameOf(std::string_view name) noexcept { return name; }
std::string_view nameOf(const UserPtr& user) noexcept { return user->username; }

/// Where FNV starts differs from process to process: names are chosen by their owners, who shall not be able to choose
/// many that collide.
std::uint64_t hashStart()
{
    static const std::uint64_t start = [] {
        std::random_device random;
        return std::uint64_t{random()} << 32U | random();
    }();
    return start;
}

/// FNV-1a over the folded bytes.
struct NameHash {
    using is_transparent = void;
    template <class Key>
    std::size_t operator()(const Key& key) const
    {
        auto hash = hashStart();
        for (const char c : nameOf(key))
            hash = (hash ^ folded(c)) * 0x100000001b3U;
        return hash;
    }
};

struct NameEqual {
    using is_transparent = void;
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const noexcept
    {
        const auto a = nameOf(left);
        const auto b = nameOf(right);
        return a.size() == b.size() &&
               std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return folded(x) == folded(y); });
    }
};

bool activeAdmin(const User& user) { return user.role == "admin" && user.state == "active"; }

} // namespace

struct UserDirectory::Impl {
    using Users = std::vector<UserPtr>;

    // With the mutex held. Ids come from a counter, so a user is mostly as many places after the first as his id says.
    Users::const_iterator find(Id id) const
    {
        if (users.empty() || id < users.front()->id || id > users.back()->id)
            return users.end();
        const auto guess = static_cast<std::uint64_t>(id - users.front()->id);
        if (guess < users.size() && users[guess]->id == id)
            return users.begin() + static_cast<std::ptrdiff_t>(guess);
        const auto found = lowerBound(id);
        return found != users.end() && (*found)->id == id ? found : users.end();
    }

    Users::const_iterator lowerBound(Id id) const
    {
        return std::lower_bound(users.begin(), users.end(), id, [](const UserPtr& user, Id key) { return user->id < key; });
    }

    void put(UserPtr user)
    {
        const auto id = user->id;
        if (const auto found = find(id); found != users.end()) {
            names.erase(*found);
            users[static_cast<std::size_t>(found - users.begin())] = user;
        } else {
            users.insert(lowerBound(id), user);
        }
        names.erase(user);
        names.insert(user);
        if (activeAdmin(*user) && (!oldestAdmin || id <= oldestAdmin->id))
            oldestAdmin = user;
        else if (oldestAdmin && oldestAdmin->id == id)
            findOldestAdmin();
    }

    void findOldestAdmin()
    {
        const auto found = std::find_if(users.begin(), users.end(), [](const UserPtr& user) { return activeAdmin(*user); });
        oldestAdmin = found == users.end() ? nullptr : *found;
    }

    mutable std::shared_mutex mutex; // guards users, names, oldestAdmin
    Users users;                     // by id
    std::unordered_set<UserPtr, NameHash, NameEqual> names;
    UserPtr oldestAdmin;
    std::atomic<Id> lastId{0};
};

UserDirectory::UserDirectory() : _impl(std::make_unique<Impl>()) {}
UserDirectory::~UserDirectory() = default;

void UserDirectory::load(storage::Connection& connection)
{
    std::vector<UserPtr> read;
    storage::UserRepository::each(connection, [&read](storage::UserRecord&& record) {
        read.push_back(userOf(record));
    });
    const auto highest = storage::UserRepository::highestId(connection);
    const std::unique_lock lock(_impl->mutex); // users, names, oldestAdmin
    _impl->users = std::move(read);
    _impl->names.clear();
    _impl->names.reserve(_impl->users.size());
    for (const auto& user : _impl->users)
        _impl->names.insert(user);
    _impl->findOldestAdmin();
    _impl->lastId = std::max(_impl->lastId.load(), highest);
}

UserPtr UserDirectory::byId(Id id) const
{
    const std::shared_lock lock(_impl->mutex); // users
    const auto found = _impl->find(id);
    return found == _impl->users.end() ? nullptr : *found;
}

UserPtr UserDirectory::byName(std::string_view name) const
{
    const std::shared_lock lock(_impl->mutex); // names
    const auto found = _impl->names.find(name);
    return found == _impl->names.end() ? nullptr : *found;
}

std::size_t UserDirectory::size() const
{
    const std::shared_lock lock(_impl->mutex); // users
    return _impl->users.size();
}

UserPtr UserDirectory::oldestAdmin() const
{
    const std::shared_lock lock(_impl->mutex); // oldestAdmin
    return _impl->oldestAdmin;
}

std::vector<UserPtr> UserDirectory::all() const
{
    const std::shared_lock lock(_impl->mutex); // users
    return _impl->users;
}

void UserDirectory::put(UserPtr user)
{
    const std::unique_lock lock(_impl->mutex); // users, names, oldestAdmin
    _impl->put(std::move(user));
}

Id UserDirectory::nextId() noexcept { return _impl->lastId.fetch_add(1, std::memory_order_relaxed) + 1; }

const storage::ProfileRecord& profileOf(const User& user) noexcept
{
    static const storage::ProfileRecord empty;
    return user.profile ? *user.profile : empty;
}

std::shared_ptr<const storage::ProfileRecord> shared(const storage::ProfileRecord& profile)
{
    return profile == storage::ProfileRecord() ? nullptr : std::make_shared<const storage::ProfileRecord>(profile);
}

UserPtr userOf(const storage::UserRecord& record)
{
    return std::make_shared<const User>(User{record.id, record.username, record.email, record.role, record.state,
                                             record.createdAt, shared(record.profile), record.erasedAt != 0});
}

std::string erasedName(Id id) { return "erased user " + std::to_string(id); }

std::string userJson(const User& user, bool withEmail, base::Millis now)
{
    const auto& profile = profileOf(user);
    std::string out = "{\"id\":";
    base::appendJsonInt(out, user.id);
    out += ",\"username\":";
    base::appendJsonString(out, user.username);
    if (withEmail) {
        out += ",\"email\":";
        base::appendJsonString(out, user.email);
    }
    out += ",\"role\":";
    base::appendJsonString(out, user.role);
    out += ",\"created_at\":\"";
    base::appendRfc3339(out, user.createdAt);
    out += "\",\"display_name\":";
    base::appendJsonString(out, profile.displayName);
    out += ",\"about\":";
    base::appendJsonString(out, profile.about);
    out += ",\"time_zone\":";
    base::appendJsonString(out, profile.timeZone);
    out += ",\"status\":";
    const bool some = !profile.statusText.empty() || !profile.statusEmoji.empty();
    if (some && (profile.statusUntil == 0 || now < profile.statusUntil)) {
        out += "{\"text\":";
        base::appendJsonString(out, profile.statusText);
        out += ",\"emoji\":";
        base::appendJsonString(out, profile.statusEmoji);
        out += ",\"expires_at\":";
        if (profile.statusUntil == 0)
            out += "null";
        else
            base::appendJsonString(out, base::rfc3339(profile.statusUntil));
        out += '}';
    } else
        out += "null";
    out += '}';
    return out;
}

} // namespace netbit::services::users
