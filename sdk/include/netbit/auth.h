#ifndef NETBIT_AUTH_H
#define NETBIT_AUTH_H
/*
 * Who is calling. "netbit.auth/1"
 *
 * A principal is a proven identity: a user (through a session or an access token), or the local admin. It is the host's,
 * counted, and turns invalid the moment it is revoked or expires; services check that at every use.
 */
#include "netbit/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NB_AUTH_SERVICE "netbit.auth/1"

typedef struct nb_principal nb_principal;

/* A key for packets that cannot carry a token: HMAC-SHA-256 (RFC 2104, FIPS 180-4) under a named key. */
typedef struct nb_signing_key {
    uint32_t size;
    uint32_t expires_in;   /* seconds */
    char session[33];      /* its name: 32 hex digits, terminated */
    char key[65];          /* 64 hex digits of the 32 key bytes, terminated; a secret of this user */
} nb_signing_key;

/* What a provider knows of an account whose password is right. The host's; the provider fills what its size covers. */
typedef struct nb_provided {
    uint32_t size;
    uint32_t reserved;
    char email[256]; /* UTF-8, terminated; empty as given: none is known */
} nb_provided;

/* A source of passwords beside the host's own: a directory, another service, a file. */
typedef struct nb_provider_calls {
    uint32_t size;
    uint32_t reserved;
    /* [worker], several at once. May wait for its source, but holds a worker meanwhile. NB_OK: the password is this user's.
     * NB_UNAUTHENTICATED: it is not, or the source knows no such user. Any other status: the source cannot be asked now,
     * and the login is refused with NB_UNAVAILABLE provider_unavailable; `error` goes to the log. Never log the password. */
    int32_t (*check)(void *user, nb_str username, nb_str password, nb_provided *out, nb_error *error);
} nb_provider_calls;

typedef struct nb_auth_api {
    uint32_t size;
    uint32_t reserved;

    /* [any] [fast] Proves a token (a JWT access token or "nbt_…"). On NB_OK *out is a reference to release.
     * NB_UNAUTHENTICATED: unknown, expired, revoked, or not ours; which one is not told. */
    int32_t (*verify)(const nb_host *host, nb_str token, nb_principal **out, nb_error *error);
    /* [any] A principal without proof, for bots and bridges, and for `tcp.allow_unauthenticated_loopback` of the seed's
     * clients: refused (NB_FORBIDDEN permission_missing) unless the manifest's permissions have "auth.impersonate".
     * NB_NOT_FOUND: no such user. */
    int32_t (*impersonate)(const nb_host *host, int64_t user_id, nb_principal **out, nb_error *error);
    void (*retain)(nb_principal *principal);
    void (*release)(nb_principal *principal);

    /* [any] [fast] Facts. The name is borrowed and lives as long as the principal. */
    int64_t (*user_id)(const nb_principal *principal);
    nb_str (*username)(const nb_principal *principal);
    uint32_t (*is_admin)(const nb_principal *principal);    /* 1 or 0 */
    uint32_t (*is_valid)(const nb_principal *principal);    /* 0: revoked or expired */
    int64_t (*expires_at)(const nb_principal *principal);   /* ms since 1970, 0: never */

    /* Accounts. All end in `done` [writer] (or [worker] for a refusal); the JSON is the reply of the API.
     * [worker] Computes argon2id first, so not on a reactor. `invite` may be absent.
     * Errors: NB_FORBIDDEN registration_closed, invite_required; NB_CONFLICT username_taken; NB_INVALID with a pointer. */
    int32_t (*register_user)(const nb_host *host, nb_str username, nb_str email, nb_str password, nb_str invite,
                             nb_done_fn done, void *user, nb_error *error);
    /* [worker] NB_UNAUTHENTICATED bad_credentials, alike for an unknown user and a wrong password; NB_RATE_LIMITED.
     * `peer` is the caller's address, `client` what it calls itself; both only for the session list and the throttle. */
    int32_t (*login)(const nb_host *host, nb_str username, nb_str password, nb_str peer, nb_str client, nb_done_fn done,
                     void *user, nb_error *error);
    /* [any] Rotates. NB_UNAUTHENTICATED bad_refresh_token; a token used twice revokes its whole session. */
    int32_t (*refresh)(const nb_host *host, nb_str refresh_token, nb_done_fn done, void *user, nb_error *error);
    /* [any] Revokes the session of this refresh token, and with it every access token and connection of that session.
     * Succeeds also for a token that is already gone. */
    int32_t (*logout)(const nb_host *host, nb_str refresh_token, nb_done_fn done, void *user, nb_error *error);
    /* [any] [fast] The user as the API shows it to this principal: own profile with e-mail, others without.
     * *out is a reference to release. A guest sees whom it shares a chat with; on a reactor that is NB_WOULD_BLOCK. */
    int32_t (*profile)(const nb_host *host, const nb_principal *principal, int64_t user_id, nb_body **out,
                       nb_error *error);

    /* [any] [fast] Gives out a signing key that acts for this principal and dies with it, after an hour at the latest. */
    int32_t (*signing_key)(const nb_host *host, nb_principal *principal, nb_signing_key *out, nb_error *error);
    /* [any] [fast] Checks `mac` (64 hex digits) over `bytes`, in constant time, and that `sequence` is new for this key
     * (window of 64 behind the highest seen). NB_UNAUTHENTICATED otherwise. *out is a reference to release. */
    int32_t (*verify_mac)(const nb_host *host, nb_str session, nb_str bytes, nb_str mac, uint64_t sequence,
                          nb_principal **out, nb_error *error);

    /* [control], in start, at most once: the plugin is a provider of logins from when it is live until it is stopped.
     * login asks every provider, in the order of their starting, for a name that no user has, and for a user that a
     * provider has made, that one alone. Where the answer is NB_OK for a new name, the host makes the user (role "member")
     * and remembers the plugin's id with it; a session begins as after any login. `username` is the name of the user as
     * it was first typed, so that two accounts of a source that differ in case alone are never one user.
     * A user of the host's own is no provider's to sign in: its password is never shown to one. Which accounts are still
     * good is asked at a login only; a session that runs is an administrator's to end.
     * NB_FORBIDDEN permission_missing: the manifest's permissions lack "auth.provide"; NB_CONFLICT provider_added_already;
     * NB_INVALID not_in_start. */
    int32_t (*add_provider)(const nb_host *host, const nb_provider_calls *calls, void *user, nb_error *error);
} nb_auth_api;

#ifdef __cplusplus
}
#endif
#endif
