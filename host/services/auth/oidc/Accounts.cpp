#include "services/auth/oidc/Accounts.h"

#include "services/auth/Core.h"

namespace netbit::services::auth::oidc {

using base::fault;
using base::Result;
using base::Status;
using storage::Connection;
using storage::Id;
using storage::IdentityRepository;
using storage::UserRecord;
using storage::UserRepository;

namespace {

/// The name wanted, or the first of "name-2", "name-3"… that nobody has.
std::string freeName(Connection& connection, const std::string& wanted, Id id)
{
    constexpr int tries = 50;
    if (!UserRepository::byName(connection, wanted))
        return wanted;
    for (int i = 2; i < tries; ++i)
        if (auto name = wanted + "-" + std::to_string(i); !UserRepository::byName(connection, name))
            return name;
    return wanted + "-" + std::to_string(id); // ids are never used again, so at most somebody has registered just this
}

storage::IdentityRecord identityOf(Core& core, const ProviderSettings& provider, const std::string& subject, Id userId)
{
    return {.issuer = provider.issuer, .subject = subject, .userId = userId, .provider = provider.name, .createdAt = core.now()};
}

/// What the transaction of one login does.
struct Login {
    Core& core;
    const ProviderSettings& provider;
    const Identity& identity;
    const std::string& peer;

    UserRecord user{};
    bool isNew = false;
    bool roleChanged = false;

    Result<void> apply(Connection& connection)
    {
        isNew = roleChanged = false;
        if (const auto known = IdentityRepository::find(connection, identity.issuer, identity.subject)) {
            auto row = UserRepository::byId(connection, known->userId);
            if (!row || row->state != "active")
                return fault(Status::forbidden, "user_not_active", "The account of this login is deactivated.");
            user = std::move(*row);
            return takeRole(connection);
        }
        if (!provider.registers)
            return fault(Status::forbidden, "oidc_not_registered",
                         "Nobody here is linked with this account of " + provider.title +
                             ", and it makes no accounts here: sign in otherwise and link it, or ask an admin.");
        const auto id = core.users.nextId();
        user = {.id = id,
                .username = freeName(connection, usernameOf(identity), id),
                .email = identity.email,
                .role = identity.admin.value_or(false) ? "admin" : "member",
                .state = "active",
                .createdAt = core.now()};
        UserRepository::insert(connection, user);
        isNew = true;
        const auto linked = IdentityRepository::insert(connection, identityOf(core, provider, identity.subject, user.id));
        audit(connection, core, {user.id, peer}, "user.add", "user", user.id);
        audit(connection, core, {user.id, peer}, "identity.link", "identity", linked);
        return {};
    }

    Result<void> takeRole(Connection& connection)
    {
        const bool isAdmin = user.role == "admin";
        if (!identity.admin || *identity.admin == isAdmin)
            return {};
        // A provider that has lost its groups must not leave the server without anybody who could mend it.
        if (isAdmin && !mayLoseAdmin(connection, user))
            return {};
        user.role = isAdmin ? "member" : "admin";
        roleChanged = true;
        UserRepository::setRole(connection, user.id, user.role);
        audit(connection, core, {user.id, peer}, "user.role." + user.role, "user", user.id);
        return {};
    }

    void publish() const
    {
        if (isNew || roleChanged)
            core.users.put(users::userOf(user));
        if (roleChanged)
            forgetAllOf(core, user.id, {}); // sessions stay, and get another principal
    }
};

} // namespace

Result<Id> accountOf(Core& core, const ProviderSettings& provider, const Identity& identity, const std::string& peer)
{
    Login login{core, provider, identity, peer};
    auto done = core.writer.run([&](Connection& connection) { return login.apply(connection); }, [&] { login.publish(); });
    if (!done)
        return done.error();
    return login.user.id;
}

Result<storage::IdentityRecord> link(Core& core, const ProviderSettings& provider, const std::string& subject, Id userId,
                                     const Actor& actor)
{
    auto record = identityOf(core, provider, subject, userId);
    auto done = core.writer.run(
        [&](Connection& connection) -> Result<void> {
            const auto user = UserRepository::byId(connection, userId);
            if (!user || user->erasedAt != 0)
                return userNotFound();
            if (const auto known = IdentityRepository::find(connection, record.issuer, record.subject)) {
                if (known->userId != userId)
                    return fault(Status::conflict, "identity_taken",
                                 "This account of " + provider.title + " is linked with somebody else.");
                record = *known;
                return {};
            }
            record.id = IdentityRepository::insert(connection, record);
            audit(connection, core, actor, "identity.link", "identity", record.id);
            return {};
        },
        [] {});
    if (!done)
        return done.error();
    return record;
}

} // namespace netbit::services::auth::oidc
