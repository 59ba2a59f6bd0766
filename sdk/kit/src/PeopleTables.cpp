// Who calls, and what they say to each other: netbit.auth/1 and netbit.chat/1.

#include "Handles.h"
#include "Later.h"
#include "Subscription.h"
#include "Tables.h"
#include "services/auth/Secrets.h"

#include <algorithm>
#include <cstring>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;
namespace rules = services::chat;

// ---- auth

std::int32_t verify(const nb_host* host, nb_str token, nb_principal** out, nb_error* error)
{
    return served(host, "auth.verify", error, [&](Life& life) -> base::Result<void> {
        notNull(out, "out");
        auto proven = life.world().people.verify(bytesOf(token, "token"));
        if (!proven)
            return proven.error();
        *out = give(life, std::move(*proven));
        return {};
    });
}

std::int32_t impersonate(const nb_host* host, std::int64_t userId, nb_principal** out, nb_error* error)
{
    return served(host, "auth.impersonate", error, [&](Life& life) -> base::Result<void> {
        notNull(out, "out");
        if (!life.world().permits("auth.impersonate"))
            return fault(Status::forbidden, "permission_missing",
                         "To act without proof, the manifest's permissions must have auth.impersonate.");
        auto principal = life.world().people.impersonate(userId);
        if (!principal)
            return fault(Status::notFound, "user_not_found", "There is no such user.");
        *out = give(life, std::move(principal));
        return {};
    });
}

base::Result<void> notOnReactor(Life& life, const char* function)
{
    if (!only(life, function, {Lane::worker, Lane::control, Lane::foreign}) && here() == Lane::reactor)
        return fault(Status::wouldBlock, "wrong_thread", "This computes for a while: call it on a worker.");
    return {};
}

base::Result<void> registerUser(Life& life, nb_str name, nb_str email, nb_str password, nb_str invite, nb_done_fn done,
                                void* user)
{
    if (auto here = notOnReactor(life, "auth.register_user"); !here)
        return here;
    auto& people = life.world().people;
    if (people.invite) {
        if (!invite.ptr || invite.len == 0)
            return fault(Status::forbidden, "invite_required", "This server takes registrations with an invitation only.");
        if (textOf(invite, "invite") != *people.invite)
            return fault(Status::forbidden, "invite_invalid", "The invitation is not good any more.", "/invite");
    }
    std::string username(textOf(name, "username"));
    std::string address(textOf(email, "email"));
    std::string secret(textOf(password, "password"));
    if (auto good = people.check(username, address, secret); !good)
        return good;
    return later(life, "auth.register_user", done, user,
                 [&world = life.world(), username, address, secret]() -> base::Result<services::Completed> {
                     auto made = world.people.add(username, address, secret, false, world.now());
                     if (!made)
                         return made.error();
                     return services::Completed{*made, world.people.json(*world.people.byId(*made), true), false};
                 });
}

base::Result<void> addProvider(Life& life, const nb_provider_calls* calls, void* user)
{
    const auto wanted = structOf(calls, "calls");
    if (!wanted.check)
        refuseArgument("calls", "lacks check");
    if (!life.world().permits("auth.provide"))
        return fault(Status::forbidden, "permission_missing",
                     "To prove logins, the manifest's permissions must have auth.provide.");
    if (life.state() != Life::State::starting)
        return fault(Status::invalid, "not_in_start", "A provider is added in start.");
    if (life.provider)
        return fault(Status::conflict, "provider_added_already", "A plugin is one provider at most.");
    life.provider.emplace(wanted, user);
    return {};
}

/// Asks the plugin's provider. The e-mail that it knows, or empty; an error: it cannot be asked now; nothing: no.
base::Result<std::optional<std::string>> askProvider(Life& life, std::string_view username, std::string_view password)
{
    if (!life.provider || !life.live())
        return std::optional<std::string>();
    nb_provided out{};
    out.size = sizeof out;
    nb_error error{};
    error.size = sizeof error;
    std::int32_t status = NB_INTERNAL;
    life.call(Lane::worker, "The provider of logins",
              [&] { status = life.provider->first.check(life.provider->second, str(username), str(password), &out, &error); });
    if (status == NB_UNAUTHENTICATED)
        return std::optional<std::string>();
    if (status != NB_OK)
        return fault(Status::unavailable, "provider_unavailable",
                     "Whoever keeps the passwords cannot be asked at the moment: try again later.");
    return std::optional<std::string>(std::string(out.email, strnlen(out.email, sizeof out.email)));
}

base::Result<void> login(Life& life, nb_str name, nb_str password, nb_str peer, nb_str client, nb_done_fn done, void* user)
{
    if (auto here = notOnReactor(life, "auth.login"); !here)
        return here;
    static_cast<void>(textOf(peer, "peer"));
    static_cast<void>(textOf(client, "client"));
    auto& people = life.world().people;
    const auto username = textOf(name, "username");
    const auto secret = textOf(password, "password");
    const auto* const person = people.byName(username);
    const auto wrong = fault(Status::unauthenticated, "bad_credentials", "The username or the password is wrong.");
    std::int64_t id = person ? person->id : 0;
    if (person && person->provider.empty()) {
        if (!person->password || *person->password != secret)
            return wrong;
    } else {
        const auto proven = askProvider(life, person ? std::string_view(person->username) : username, secret);
        if (!proven)
            return proven.error();
        if (!*proven)
            return wrong;
        if (!person)
            id = people.addProvided(username, **proven, life.id(), life.world().now());
    }
    return later(life, "auth.login", done, user, [&world = life.world(), id] {
        auto begun = world.people.begin(id);
        return services::Completed{begun.first, std::move(begun.second), false};
    });
}

base::Result<void> refresh(Life& life, nb_str token, nb_done_fn done, void* user)
{
    return later(life, "auth.refresh", done, user,
                 [&world = life.world(), text = std::string(bytesOf(token, "refresh_token"))]()
                     -> base::Result<services::Completed> {
                     auto fresh = world.people.refresh(text);
                     wakeSubscriptions(world); // one that was stolen ends its session
                     if (!fresh)
                         return fresh.error();
                     return services::Completed{fresh->first, std::move(fresh->second), false};
                 });
}

base::Result<void> logout(Life& life, nb_str token, nb_done_fn done, void* user)
{
    return later(life, "auth.logout", done, user,
                 [&world = life.world(), text = std::string(bytesOf(token, "refresh_token"))] {
                     world.people.end(text);
                     wakeSubscriptions(world);
                     return services::Completed();
                 });
}

base::Result<void> profile(Life& life, const nb_principal* principal, std::int64_t userId, nb_body** out)
{
    notNull(out, "out");
    const auto& who = *principalOf(principal);
    if (!who.valid())
        return fault(Status::unauthenticated, "invalid_token", "The session has ended.");
    const auto* const person = life.world().people.byId(userId);
    if (!person)
        return fault(Status::notFound, "user_not_found", "There is no such user.");
    *out = give(life, {life.world().people.json(*person, who.userId() == userId)});
    return {};
}

template <std::size_t N>
void copyHex(char (&out)[N], const std::string& bytes)
{
    const auto hex = services::auth::toHex(bytes);
    std::memcpy(out, hex.data(), N - 1);
    out[N - 1] = '\0';
}

base::Result<void> signingKey(Life& life, nb_principal* principal, nb_signing_key* out)
{
    if (notNull(out, "out").size < sizeof(nb_signing_key))
        refuseArgument("out", "has a size that is too small");
    const auto& who = principalOf(principal);
    if (!who->valid())
        return fault(Status::unauthenticated, "invalid_token", "The session has ended.");
    const auto now = life.world().now();
    const auto issued = life.world().people.keys().issue(who, now);
    copyHex(out->session, issued.session);
    copyHex(out->key, issued.key);
    out->expires_in = static_cast<std::uint32_t>((issued.expiresAt - now) / 1000);
    return {};
}

base::Result<void> verifyMac(Life& life, nb_str session, nb_str bytes, nb_str mac, std::uint64_t sequence,
                             nb_principal** out)
{
    notNull(out, "out");
    const auto name = services::auth::fromHex(bytesOf(session, "session"), 16);
    const auto code = services::auth::fromHex(bytesOf(mac, "mac"), 32);
    auto proven = name && code ? life.world().people.keys().verify(*name, bytesOf(bytes, "bytes"), *code, sequence,
                                                                  life.world().now())
                               : nullptr;
    if (!proven)
        return fault(Status::unauthenticated, "invalid_signature", "The packet is not signed by a key that is known here.");
    *out = give(life, std::move(proven));
    return {};
}

// ---- chat

/// A reactor may never wait, whatever the plugin says.
bool mayBlock(Life& life, const char* function, std::uint32_t wanted)
{
    if (wanted != 0 && here() == Lane::reactor) {
        life.world().violation(std::string(function) + " was asked to block on a reactor.");
        return false;
    }
    return wanted != 0;
}

std::uint32_t orFifty(std::uint32_t number) noexcept { return number == 0 ? 50 : number; }

std::int32_t list(const nb_host* host, const nb_principal* principal, std::uint32_t page, std::uint32_t perPage,
                  std::uint32_t block, nb_body** out, nb_error* error)
{
    return served(host, "chat.list", error, [&](Life& life) -> base::Result<void> {
        notNull(out, "out");
        auto found = life.world().chats.list(*principalOf(principal), page, perPage, mayBlock(life, "chat.list", block));
        if (!found)
            return found.error();
        *out = give(life, {std::move(*found)});
        return {};
    });
}

std::int32_t get(const nb_host* host, const nb_principal* principal, std::int64_t chatId, std::uint32_t block,
                 nb_body** out, nb_error* error)
{
    return served(host, "chat.get", error, [&](Life& life) -> base::Result<void> {
        notNull(out, "out");
        auto found = life.world().chats.get(*principalOf(principal), chatId, mayBlock(life, "chat.get", block));
        if (!found)
            return found.error();
        *out = give(life, {std::move(*found)});
        return {};
    });
}

base::Result<void> page(Life& life, const nb_principal* principal, const nb_page_query* query, std::uint32_t block,
                        nb_page_info* info, nb_body** out)
{
    notNull(out, "out");
    const auto in = structOf(query, "query");
    if (info && info->size < sizeof(nb_page_info))
        refuseArgument("info", "has a size that is too small");
    rules::PageQuery wanted;
    wanted.chatId = in.chat_id;
    wanted.before = in.before;
    wanted.after = in.after;
    wanted.limit = orFifty(in.limit);
    wanted.page = in.page;
    wanted.perPage = orFifty(in.per_page);
    wanted.lead = textOf(in.lead, "query.lead");
    auto found = life.world().chats.page(*principalOf(principal), wanted, mayBlock(life, "chat.page", block));
    if (!found)
        return found.error();
    if (info) {
        info->count = found->count;
        info->first_id = found->firstId;
        info->last_id = found->lastId;
        info->total = found->total;
        info->has_older = found->hasOlder ? 1 : 0;
        info->has_newer = found->hasNewer ? 1 : 0;
        std::memset(info->etag, 0, sizeof info->etag);
        std::memcpy(info->etag, found->etag.data(), std::min(found->etag.size(), sizeof info->etag - 1));
    }
    *out = give(life, std::move(found->pieces));
    return {};
}

base::Result<void> create(Life& life, const nb_principal* principal, const nb_new_chat* chat, nb_done_fn done, void* user)
{
    const auto in = structOf(chat, "chat");
    rules::NewChat made;
    made.name = textOf(in.name, "chat.name");
    made.chatType = textOf(in.chat_type, "chat.chat_type");
    if (in.participant_count > 0) {
        const auto* const first = &notNull(in.participants, "chat.participants");
        made.participants.assign(first, first + in.participant_count);
    }
    const auto who = principalOf(principal);
    auto& world = life.world();
    if (auto good = world.chats.checkCreate(*who, made); !good)
        return good;
    return later(life, "chat.create", done, user, [&world, who, made]() -> base::Result<services::Completed> {
        if (auto valid = rules::checkValid(*who); !valid)
            return valid.error();
        auto completed = world.chats.create(*who, made, world.now());
        wakeSubscriptions(world);
        return completed;
    });
}

base::Result<void> send(Life& life, const nb_principal* principal, const nb_new_message* message, nb_done_fn done,
                        void* user)
{
    const auto in = structOf(message, "message");
    rules::NewMessage made;
    made.chatId = in.chat_id;
    made.content = textOf(in.content, "message.content");
    if (in.message_type.ptr)
        made.messageType = textOf(in.message_type, "message.message_type");
    made.replyTo = in.reply_to;
    made.key = textOf(in.key, "message.key");
    if (in.attachment_count > 0)
        return base::fault(base::Status::unsupported, "not_in_the_kit", "The kit has no files to attach.", "/attachments");
    const auto who = principalOf(principal);
    auto& world = life.world();
    if (auto good = world.chats.checkSend(*who, made); !good)
        return good;
    return later(life, "chat.send", done, user, [&world, who, made]() -> base::Result<services::Completed> {
        auto completed = world.chats.send(*who, made, world.now());
        wakeSubscriptions(world);
        return completed;
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
        .user_id = [](const nb_principal* one) { return one ? one->principal->userId() : 0; },
        .username = [](const nb_principal* one) { return one ? str(one->principal->username()) : absent(); },
        .is_admin = [](const nb_principal* one) -> std::uint32_t { return one && one->principal->admin() ? 1 : 0; },
        .is_valid = [](const nb_principal* one) -> std::uint32_t { return one && one->principal->valid() ? 1 : 0; },
        .expires_at = [](const nb_principal* one) { return one ? one->principal->expiresAt() : 0; },
        .register_user =
            [](const nb_host* host, nb_str name, nb_str email, nb_str password, nb_str invite, nb_done_fn done, void* user,
               nb_error* error) {
                return served(host, "auth.register_user", error, [&](Life& life) {
                    return registerUser(life, name, email, password, invite, done, user);
                });
            },
        .login =
            [](const nb_host* host, nb_str name, nb_str password, nb_str peer, nb_str client, nb_done_fn done, void* user,
               nb_error* error) {
                return served(host, "auth.login", error,
                              [&](Life& life) { return login(life, name, password, peer, client, done, user); });
            },
        .refresh =
            [](const nb_host* host, nb_str token, nb_done_fn done, void* user, nb_error* error) {
                return served(host, "auth.refresh", error, [&](Life& life) { return refresh(life, token, done, user); });
            },
        .logout =
            [](const nb_host* host, nb_str token, nb_done_fn done, void* user, nb_error* error) {
                return served(host, "auth.logout", error, [&](Life& life) { return logout(life, token, done, user); });
            },
        .profile =
            [](const nb_host* host, const nb_principal* principal, std::int64_t userId, nb_body** out, nb_error* error) {
                return served(host, "auth.profile", error,
                              [&](Life& life) { return profile(life, principal, userId, out); });
            },
        .signing_key =
            [](const nb_host* host, nb_principal* principal, nb_signing_key* out, nb_error* error) {
                return served(host, "auth.signing_key", error, [&](Life& life) { return signingKey(life, principal, out); });
            },
        .verify_mac =
            [](const nb_host* host, nb_str session, nb_str bytes, nb_str mac, std::uint64_t sequence, nb_principal** out,
               nb_error* error) {
                return served(host, "auth.verify_mac", error,
                              [&](Life& life) { return verifyMac(life, session, bytes, mac, sequence, out); });
            },
        .add_provider =
            [](const nb_host* host, const nb_provider_calls* calls, void* user, nb_error* error) {
                return served(host, "auth.add_provider", error, [&](Life& life) { return addProvider(life, calls, user); });
            },
    };
    return table;
}

const nb_chat_api& chatTable() noexcept
{
    static constexpr nb_chat_api table{
        .size = sizeof(nb_chat_api),
        .reserved = 0,
        .list = &list,
        .get = &get,
        .page =
            [](const nb_host* host, const nb_principal* principal, const nb_page_query* query, std::uint32_t block,
               nb_page_info* info, nb_body** out, nb_error* error) {
                return served(host, "chat.page", error,
                              [&](Life& life) { return page(life, principal, query, block, info, out); });
            },
        .create =
            [](const nb_host* host, const nb_principal* principal, const nb_new_chat* chat, nb_done_fn done, void* user,
               nb_error* error) {
                return served(host, "chat.create", error,
                              [&](Life& life) { return create(life, principal, chat, done, user); });
            },
        .send =
            [](const nb_host* host, const nb_principal* principal, const nb_new_message* message, nb_done_fn done,
               void* user, nb_error* error) {
                return served(host, "chat.send", error,
                              [&](Life& life) { return send(life, principal, message, done, user); });
            },
        .may_read =
            [](const nb_host* host, const nb_principal* principal, std::int64_t chatId, nb_error* error) {
                return served(host, "chat.may_read", error, [&](Life& life) {
                    return life.world().chats.mayRead(*principalOf(principal), chatId);
                });
            },
    };
    return table;
}

} // namespace netbit::fake
