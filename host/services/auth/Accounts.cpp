#include "services/auth/Accounts.h"

#include "services/auth/AccountRules.h"
#include "services/auth/Core.h"
#include "services/auth/Passwords.h"
#include "services/auth/Secrets.h"
#include "services/auth/Sessions.h"
#include "storage/Repositories.h"

#include <new>
#include <strings.h>

namespace netbit::services::auth {

using base::fault;
using base::Result;
using base::Status;
using storage::CredentialRepository;
using storage::UserRepository;
using users::UserPtr;

namespace {

base::Error usernameTaken()
{
    return fault(Status::conflict, "username_taken", "Someone has this username already.", "/username");
}

base::Error inviteInvalid()
{
    return fault(Status::forbidden, "invite_invalid", "The invitation is unknown, used or expired.");
}

bool sameAddress(std::string_view one, std::string_view other) noexcept
{
    return one.size() == other.size() && ::strncasecmp(one.data(), other.data(), one.size()) == 0;
}

/// The invitation, where it is good for this address: who wrote it must still be here.
std::optional<storage::InviteRecord> goodInvite(storage::Connection& connection, std::string_view hash,
                                                std::string_view email, base::Millis now)
{
    auto invite = CredentialRepository::invite(connection, hash);
    if (!invite || invite->usedBy != 0 || invite->revokedAt != 0 || invite->expiresAt <= now ||
        (!invite->email.empty() && !sameAddress(invite->email, email)))
        return std::nullopt;
    const auto by = UserRepository::byId(connection, invite->createdBy);
    return by && by->state == "active" ? std::move(invite) : std::nullopt;
}

/// The new row, and what the directory will hold.
struct Draft {
    storage::UserRecord record;
    UserPtr user;
};

Draft draftOf(Core& core, const NewAccount& account, std::string passwordHash, std::string_view role)
{
    Draft draft;
    draft.record = {.id = core.users.nextId(),
                    .username = account.username,
                    .password = std::move(passwordHash),
                    .email = account.email,
                    .role = std::string(role),
                    .state = "active",
                    .createdAt = core.now()};
    draft.user = users::userOf(draft.record);
    return draft;
}

/// Nothing is written before everything was asked, so a refusal costs the batch nothing.
Result<void> insert(storage::Connection& connection, Draft& draft, std::string_view inviteHash)
{
    if (!inviteHash.empty()) {
        const auto invite = goodInvite(connection, inviteHash, draft.record.email, draft.record.createdAt);
        if (!invite)
            return inviteInvalid();
        draft.record.role = invite->role;
        draft.user = users::userOf(draft.record);
    }
    if (UserRepository::byName(connection, draft.record.username))
        return usernameTaken();
    UserRepository::insert(connection, draft.record);
    if (!inviteHash.empty() &&
        !CredentialRepository::useInvite(connection, inviteHash, draft.record.id, draft.record.createdAt))
        return inviteInvalid();
    return {};
}

class RegisterJob final : public storage::Job {
public:
    RegisterJob(Core& core, Draft draft, std::string inviteHash, Done done)
        : _core(core), _draft(std::move(draft)), _inviteHash(std::move(inviteHash)), _done(std::move(done))
    {
    }

    Result<void> apply(storage::Connection& connection) override { return insert(connection, _draft, _inviteHash); }
    void publish() override { _core.users.put(_draft.user); }
    void complete(const Result<void>& result) override
    {
        if (!result)
            return _done(result.error());
        _done(Completed{_draft.user->id, users::userJson(*_draft.user, true)});
    }

private:
    Core& _core;
    Draft _draft;
    std::string _inviteHash;
    Done _done;
};

} // namespace

Result<std::string> hashFor(std::string_view password)
{
    try {
        return hashPassword(password);
    } catch (const std::bad_alloc&) {
        return fault(Status::unavailable, "overloaded", "There is not enough memory to do this now: try again.");
    }
}

Result<void> registerAccount(Core& core, const NewAccount& account, Done done)
{
    const auto options = core.options.load();
    if (options->registration == Registration::closed)
        return fault(Status::forbidden, "registration_closed", "This server takes no registrations.");
    const bool byInvite = !account.invite.empty();
    if (options->registration == Registration::invite && !byInvite)
        return fault(Status::forbidden, "invite_required", "This server takes registrations with an invitation only.");

    for (auto&& checked : {checkUsername(account.username), checkEmail(account.email),
                           checkPassword(account.password, options->minPasswordBytes)})
        if (!checked)
            return checked;

    // Asked before the expensive part, and before anything is told about usernames; asked again where it counts.
    std::string inviteHash;
    if (byInvite) {
        if (!tokenShaped(invitePrefix, account.invite))
            return inviteInvalid();
        inviteHash = hashToken(account.invite);
        bool good = false;
        auto read = core.read([&](storage::Connection& connection) {
            good = goodInvite(connection, inviteHash, account.email, core.now()).has_value();
        });
        if (!read)
            return read;
        if (!good)
            return inviteInvalid();
    }
    if (core.users.byName(account.username))
        return usernameTaken();

    auto hash = hashFor(account.password);
    if (!hash)
        return hash.error();
    return core.submit(std::make_unique<RegisterJob>(core, draftOf(core, account, std::move(*hash), "member"),
                                                     std::move(inviteHash), std::move(done)));
}

Result<UserPtr> addAccount(Core& core, const NewAccount& account, std::string_view role, const Actor& actor,
                           bool passwordLater)
{
    for (auto&& checked : {checkRole(role), checkUsername(account.username),
                           account.email.empty() ? Result<void>() : checkEmail(account.email)})
        if (!checked)
            return checked.error();
    std::string passwordHash;
    // A bot may come in with an access token only.
    if (!account.password.empty() || (role != "bot" && !passwordLater)) {
        if (auto good = checkPassword(account.password, core.options.load()->minPasswordBytes); !good)
            return good.error();
        if (core.users.byName(account.username))
            return usernameTaken();
        auto hash = hashFor(account.password);
        if (!hash)
            return hash.error();
        passwordHash = std::move(*hash);
    }
    auto draft = draftOf(core, account, std::move(passwordHash), role);
    auto added = core.writer.run(
        [&](storage::Connection& connection) -> Result<void> {
            if (auto inserted = insert(connection, draft, {}); !inserted)
                return inserted;
            audit(connection, core, actor, "user.add", "user", draft.record.id);
            return {};
        },
        [&] { core.users.put(draft.user); });
    if (!added)
        return added.error();
    return draft.user;
}

Result<storage::Id> provideAccount(Core& core, std::string_view username, std::string_view email,
                                   std::string_view provider)
{
    NewAccount account;
    account.username = username;
    if (validEmail(email))
        account.email = email;
    auto draft = draftOf(core, account, {}, "member");
    draft.record.provider = provider;
    storage::Id id = 0;
    auto made = core.writer.run(
        [&](storage::Connection& connection) -> Result<void> {
            // The provider took its time: somebody may have come by this name meanwhile.
            const auto there = UserRepository::byName(connection, username);
            if (there && there->provider != provider)
                return badCredentials();
            id = there ? there->id : draft.record.id;
            if (!there)
                UserRepository::insert(connection, draft.record);
            return {};
        },
        [&] {
            if (id == draft.record.id)
                core.users.put(draft.user);
        });
    if (!made)
        return made.error();
    return id;
}

} // namespace netbit::services::auth
