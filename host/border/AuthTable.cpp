#include "border/Convert.h"
#include "border/Handles.h"
#include "border/Holdings.h"
#include "border/PendingDone.h"
#include "border/Provider.h"
#include "border/Services.h"
#include "border/Tables.h"
#include "border/Threads.h"
#include "services/auth/AuthService.h"

#include <cstring>

namespace netbit::border {

namespace {

using base::fault;
using base::Status;
using services::auth::PrincipalPtr;

base::Result<void> handTo(nb_principal** out, base::Result<PrincipalPtr> proven)
{
    notNull(out, "out");
    if (!proven)
        return proven.error();
    *out = handOver(std::move(*proven));
    return {};
}

const services::auth::Principal& principalOf(const nb_principal* principal)
{
    return *notNull(principal, "principal").principal;
}

base::Result<void> notHere(const Generation& generation)
{
    if (onReactor(generation.services()))
        return fault(Status::wouldBlock, "wrong_thread", "This computes for a while: call it on a worker.");
    return {};
}

std::int32_t verify(const nb_host* host, nb_str token, nb_principal** out, nb_error* error)
{
    return answer(error, [&] {
        notNull(out, "out");
        return handTo(out, generationOf(host).services().auth.verify(bytesOf(token, "token")));
    });
}

std::int32_t impersonate(const nb_host* host, std::int64_t userId, nb_principal** out, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        const auto& generation = generationOf(host);
        notNull(out, "out");
        if (!generation.permits("auth.impersonate"))
            return fault(Status::forbidden, "permission_missing",
                         "To act without proof, the manifest's permissions must have auth.impersonate.");
        return handTo(out, generation.services().auth.impersonate(userId));
    });
}

void retain(nb_principal* principal)
{
    if (principal)
        principal->retain();
}

void release(nb_principal* principal)
{
    if (principal)
        principal->release();
}

std::int64_t userId(const nb_principal* principal) { return principal ? principal->principal->userId() : 0; }

nb_str username(const nb_principal* principal)
{
    return principal ? str(principal->principal->username()) : absent();
}

std::uint32_t isAdmin(const nb_principal* principal) { return principal && principal->principal->admin() ? 1 : 0; }

std::uint32_t isValid(const nb_principal* principal) { return principal && principal->principal->valid() ? 1 : 0; }

std::int64_t expiresAt(const nb_principal* principal) { return principal ? principal->principal->expiresAt() : 0; }

std::int32_t registerUser(const nb_host* host, nb_str name, nb_str email, nb_str password, nb_str invite, nb_done_fn done,
                          void* user, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        if (auto here = notHere(generation); !here)
            return here;
        services::auth::NewAccount account;
        account.username = textOf(name, "username");
        account.email = textOf(email, "email");
        account.password = textOf(password, "password");
        account.invite = textOf(invite, "invite");
        auto pending = PendingDone::make(generation, done, user);
        return pending->taken(generation.services().auth.registerUser(account, PendingDone::callback(pending)));
    });
}

std::int32_t login(const nb_host* host, nb_str name, nb_str password, nb_str peer, nb_str client, nb_done_fn done,
                   void* user, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        if (auto here = notHere(generation); !here)
            return here;
        services::auth::LoginAttempt attempt;
        attempt.username = textOf(name, "username");
        attempt.password = textOf(password, "password");
        attempt.peer = textOf(peer, "peer");
        attempt.client = textOf(client, "client");
        auto pending = PendingDone::make(generation, done, user);
        return pending->taken(generation.services().auth.login(attempt, PendingDone::callback(pending)));
    });
}

std::int32_t refresh(const nb_host* host, nb_str token, nb_done_fn done, void* user, nb_error* error)
{
    return answer(error, [&] {
        auto& generation = generationOf(host);
        const auto text = bytesOf(token, "refresh_token");
        auto pending = PendingDone::make(generation, done, user);
        return pending->taken(generation.services().auth.refresh(text, PendingDone::callback(pending)));
    });
}

std::int32_t logout(const nb_host* host, nb_str token, nb_done_fn done, void* user, nb_error* error)
{
    return answer(error, [&] {
        auto& generation = generationOf(host);
        const auto text = bytesOf(token, "refresh_token");
        auto pending = PendingDone::make(generation, done, user);
        return pending->taken(generation.services().auth.logout(text, PendingDone::callback(pending)));
    });
}

std::int32_t profile(const nb_host* host, const nb_principal* principal, std::int64_t user, nb_body** out,
                     nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        notNull(out, "out");
        const auto& services = generationOf(host).services();
        auto body = services.auth.profile(principalOf(principal), user, !onReactor(services));
        if (!body)
            return body.error();
        *out = handOver(std::move(*body));
        return {};
    });
}

template <std::size_t N>
void copyHex(char (&out)[N], std::string_view hex)
{
    if (hex.size() != N - 1)
        throw std::logic_error("a signing key has another length than the border's");
    std::memcpy(out, hex.data(), hex.size());
    out[N - 1] = '\0';
}

std::int32_t signingKey(const nb_host* host, nb_principal* principal, nb_signing_key* out, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        if (notNull(out, "out").size < leastSize<nb_signing_key>)
            refuseArgument("out", "has a size that is too small");
        const auto issued =
            generationOf(host).services().auth.issueSigningKey(notNull(principal, "principal").principal);
        if (!issued)
            return issued.error();
        copyHex(out->session, issued->session);
        copyHex(out->key, issued->key);
        out->expires_in = static_cast<std::uint32_t>(issued->expiresIn.count());
        return {};
    });
}

std::int32_t verifyMac(const nb_host* host, nb_str session, nb_str bytes, nb_str mac, std::uint64_t sequence,
                       nb_principal** out, nb_error* error)
{
    return answer(error, [&] {
        notNull(out, "out");
        return handTo(out, generationOf(host).services().auth.verifyMac(bytesOf(session, "session"),
                                                                       bytesOf(bytes, "bytes"), bytesOf(mac, "mac"),
                                                                       sequence));
    });
}

std::int32_t addProvider(const nb_host* host, const nb_provider_calls* calls, void* user, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        const auto wanted = structOf(calls, "calls");
        if (!wanted.check)
            refuseArgument("calls", "lacks check");
        if (!generation.permits("auth.provide"))
            return fault(Status::forbidden, "permission_missing",
                         "To prove logins, the manifest's permissions must have auth.provide.");
        if (!generation.mayRegister())
            return fault(Status::invalid, "not_in_start", "A provider is added in start.");
        if (generation.holdings().provider)
            return fault(Status::conflict, "provider_added_already", "A plugin is one provider at most.");
        generation.holdings().provider = std::make_shared<Provider>(generation, wanted, user);
        return {};
    });
}

} // namespace

const nb_auth_api& authTable() noexcept
{
    static constexpr nb_auth_api table{
        .size = sizeof(nb_auth_api),
        .reserved = 0,
        .verify = &verify,
        .impersonate = &impersonate,
        .retain = &retain,
        .release = &release,
        .user_id = &userId,
        .username = &username,
        .is_admin = &isAdmin,
        .is_valid = &isValid,
        .expires_at = &expiresAt,
        .register_user = &registerUser,
        .login = &login,
        .refresh = &refresh,
        .logout = &logout,
        .profile = &profile,
        .signing_key = &signingKey,
        .verify_mac = &verifyMac,
        .add_provider = &addProvider,
    };
    return table;
}

} // namespace netbit::border
