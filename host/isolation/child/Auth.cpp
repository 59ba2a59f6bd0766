// Who is calling.

#include "isolation/child/Host.h"
#include "isolation/child/Tables.h"

#include <algorithm>

namespace netbit::isolation::child {

namespace {

template <class Arguments>
std::int32_t proved(const nb_host* host, Kind kind, const Arguments& arguments, nb_principal** out, nb_error* error)
{
    if (!out)
        return refuse(error, NB_INVALID, "bad_argument", "The argument out is null.");
    Frame frame;
    wire::Who who;
    const auto status = Host::of(host).call(kind, arguments, who, error, frame);
    if (status == NB_OK)
        *out = std::make_unique<nb_principal>(who).release();
    return status;
}

std::int32_t account(const nb_host* host, wire::AccountCall call, nb_str first, nb_str second, nb_str third, nb_str fourth,
                     nb_done_fn done, void* user, nb_error* error)
{
    auto& self = Host::of(host);
    if (!done)
        return refuse(error, NB_INVALID, "bad_argument", "The argument done is null.");
    const bool computes = call == wire::AccountCall::registerUser || call == wire::AccountCall::login;
    if (computes && self.onReactor())
        return refuse(error, NB_WOULD_BLOCK, "wrong_thread", "This computes for a while: call it on a worker.");
    wire::Account message;
    message.token = self.promise(done, user);
    message.call = static_cast<std::uint8_t>(call);
    message.first = first;
    message.second = second;
    message.third = third;
    message.fourth = fourth;
    if (self.channel().send(Kind::account, message))
        return NB_OK;
    self.breakPromise(message.token);
    return refuse(error, NB_TOO_LARGE, "too_large", "This is too much for an isolated plugin.");
}

constexpr nb_str none{nullptr, 0};

} // namespace

const nb_auth_api& authTable() noexcept
{
    static constexpr nb_auth_api table{
        .size = sizeof(nb_auth_api),
        .reserved = 0,
        .verify = [](const nb_host* host, nb_str token, nb_principal** out,
                     nb_error* error) { return proved(host, Kind::verify, wire::Verify{token}, out, error); },
        .impersonate = [](const nb_host* host, std::int64_t userId, nb_principal** out,
                          nb_error* error) { return proved(host, Kind::impersonate, wire::Impersonate{userId}, out, error); },
        .retain =
            [](nb_principal* principal) {
                if (principal)
                    principal->retain();
            },
        .release =
            [](nb_principal* principal) {
                if (principal)
                    principal->release();
            },
        .user_id = [](const nb_principal* principal) -> std::int64_t { return principal ? principal->userId : 0; },
        .username = [](const nb_principal* principal) { return principal ? wire::str(principal->username) : none; },
        .is_admin = [](const nb_principal* principal) -> std::uint32_t { return principal ? principal->admin : 0; },
        // The one fact that changes: asked for each time.
        .is_valid = [](const nb_principal* principal) -> std::uint32_t {
            wire::Flag flag;
            if (principal)
                static_cast<void>(Host::the().call(Kind::isValid, wire::PrincipalId{principal->id}, flag, nullptr));
            return flag.value;
        },
        .expires_at = [](const nb_principal* principal) -> std::int64_t { return principal ? principal->expiresAt : 0; },
        .register_user =
            [](const nb_host* host, nb_str username, nb_str email, nb_str password, nb_str invite, nb_done_fn done,
               void* user, nb_error* error) {
                return account(host, wire::AccountCall::registerUser, username, email, password, invite, done, user, error);
            },
        .login =
            [](const nb_host* host, nb_str username, nb_str password, nb_str peer, nb_str client, nb_done_fn done,
               void* user, nb_error* error) {
                return account(host, wire::AccountCall::login, username, password, peer, client, done, user, error);
            },
        .refresh =
            [](const nb_host* host, nb_str token, nb_done_fn done, void* user, nb_error* error) {
                return account(host, wire::AccountCall::refresh, token, none, none, none, done, user, error);
            },
        .logout =
            [](const nb_host* host, nb_str token, nb_done_fn done, void* user, nb_error* error) {
                return account(host, wire::AccountCall::logout, token, none, none, none, done, user, error);
            },
        .profile = [](const nb_host* host, const nb_principal* principal, std::int64_t userId, nb_body** out,
                      nb_error* error) -> std::int32_t {
            if (!principal || !out)
                return refuse(error, NB_INVALID, "bad_argument", "An argument is null.");
            wire::Body body;
            const auto status =
                Host::of(host).call(Kind::profile, wire::Profile{principal->id, userId}, body, error);
            if (status == NB_OK)
                *out = std::make_unique<nb_body>(body.body, body.length).release();
            return status;
        },
        .signing_key = [](const nb_host* host, nb_principal* principal, nb_signing_key* out,
                          nb_error* error) -> std::int32_t {
            if (!principal || !out || out->size < leastSize<nb_signing_key>)
                return refuse(error, NB_INVALID, "bad_argument", "An argument is null, or its size is too small.");
            wire::SigningKey key;
            const auto status = Host::of(host).call(Kind::signingKey, wire::PrincipalId{principal->id}, key, error);
            if (status == NB_OK) {
                std::copy(key.session.begin(), key.session.end(), std::begin(out->session));
                std::copy(key.key.begin(), key.key.end(), std::begin(out->key));
                out->expires_in = key.expiresIn;
            }
            return status;
        },
        .verify_mac = [](const nb_host* host, nb_str session, nb_str bytes, nb_str mac, std::uint64_t sequence,
                         nb_principal** out, nb_error* error) {
            return proved(host, Kind::verifyMac, wire::VerifyMac{session, bytes, mac, sequence}, out, error);
        },
        .add_provider = [](const nb_host*, const nb_provider_calls*, void*, nb_error* error) -> std::int32_t {
            return refuse(error, NB_UNSUPPORTED, "isolated", "An isolated plugin cannot be a provider of logins.");
        },
    };
    return table;
}

} // namespace netbit::isolation::child
