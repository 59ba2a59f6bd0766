#include "cli/chat/Asker.h"

#include "cli/JsonFields.h"
#include "cli/chat/Parsing.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <type_traits>

namespace netbit::cli::chat
{

namespace
{

namespace json = boost::json;
using base::Result;

std::string chatPath(Id chat, std::string_view rest = {})
{
    return std::string("/api/chats/").append(std::to_string(chat)).append(rest);
}

std::string messagePath(Id chat, Id message, std::string_view rest = {})
{
    return chatPath(chat, "/messages/").append(std::to_string(message)).append(rest);
}

} // namespace

void Asker::takeWishes()
{
    for (auto& wish : wishes.take())
        _queue.push_back(std::move(wish));
}

void Asker::run()
{
    constexpr int firstPause = 250; // ms
    constexpr int longestPause = 3'000;
    for (int pause = firstPause; !_shared.stop;) {
        if (_queue.empty()) {
            awaitBell(wishes.bell(), 60'000);
            takeWishes();
            continue;
        }
        const auto done = perform(_queue.front());
        if (!done && passing(done.error())) { // the same again, before anything that was wished for later
            awaitBell(wishes.bell(), pause);
            takeWishes();
            pause = std::min(pause * 2, longestPause);
            continue;
        }
        pause = firstPause;
        const auto wish = std::move(_queue.front());
        _queue.pop_front();
        if (done)
            continue;
        if (const auto* const page = std::get_if<WantPage>(&wish))
            _shared.news.post(PageFailed{page->chat});
        if (done.status() != base::Status::unauthenticated) // the connection tells of that
            _shared.news.post(TroubleNews{sentence(done.error())});
    }
}

Result<void> Asker::perform(const Wish& wish)
{
    if (_me == 0) {
        const auto profile = _person.ask("GET", "/api/user/profile");
        if (!profile)
            return profile.error();
        _me = integer(*profile, "id");
    }
    return std::visit(
        [this](const auto& what) -> Result<void> {
            using What = std::decay_t<decltype(what)>;
            if constexpr (std::is_same_v<What, WantChats>)
                return askChats();
            else if constexpr (std::is_same_v<What, WantChat>)
                return askChat(what.chat);
            else if constexpr (std::is_same_v<What, React>)
                return act(what.adds ? "PUT" : "DELETE",
                           messagePath(what.chat, what.message, "/reactions/").append(encoded(what.emoji)));
            else if constexpr (std::is_same_v<What, Edit>)
                return act("PATCH", messagePath(what.chat, what.message),
                           json::serialize(json::object{{"content", what.content}}));
            else if constexpr (std::is_same_v<What, Delete>)
                return act("DELETE", messagePath(what.chat, what.message));
            else if constexpr (std::is_same_v<What, MarkRead>) {
                json::object body{{"message_id", what.message}};
                if (what.thread != 0)
                    body["thread"] = what.thread;
                return act("PUT", chatPath(what.chat, "/read"), json::serialize(body));
            } else if constexpr (std::is_same_v<What, Say> || std::is_same_v<What, TypeNow> ||
                                 std::is_same_v<What, TryNow>)
                return {}; // the connection's
            else
                return ask(what);
        },
        wish);
}

Result<void> Asker::act(std::string_view method, const std::string& target, const std::string& body)
{
    const auto answer = _person.ask(method, target, body);
    return answer ? Result<void>() : Result<void>(answer.error());
}

Result<void> Asker::askChats()
{
    ChatsNews news{{}, true, _shared.lastEvent, _shared.epoch};
    const auto all = _person.chats();
    if (!all)
        return all.error();
    for (const auto& one : *all)
        if (auto chat = chatOf(one))
            news.chats.push_back(std::move(*chat));
    _shared.news.post(std::move(news));
    return {};
}

Result<void> Asker::askChat(Id id)
{
    ChatsNews news{{}, false, _shared.lastEvent, _shared.epoch};
    const auto answer = _person.ask("GET", chatPath(id));
    if (!answer)
        return answer.status() == base::Status::notFound ? Result<void>() : answer.error(); // it is no longer one's own
    if (auto chat = chatOf(*answer)) {
        news.chats.push_back(std::move(*chat));
        _shared.news.post(std::move(news));
    }
    return {};
}

Result<void> Asker::ask(const WantPage& want)
{
    PageNews news{want.chat, want.before, {}, false, _shared.lastEvent, want.epoch};
    auto target = chatPath(want.chat, "/messages?limit=").append(std::to_string(want.limit));
    if (want.before != 0)
        target.append("&before=").append(std::to_string(want.before));
    const auto answer = _person.ask("GET", target);
    if (!answer)
        return answer.error();
    const auto* const data = member(*answer, "data");
    if (data)
        news.messages = messagesOf(*data, _me);
    news.reachesStart = list(*answer, "data").size() < static_cast<std::size_t>(want.limit);
    _shared.news.post(std::move(news));
    return {};
}

Result<void> Asker::ask(const WantThread& want)
{
    ThreadNews news{want.chat, want.root, {}, _shared.lastEvent, _shared.epoch};
    const auto answer = _person.ask("GET", messagePath(want.chat, want.root, "/thread?limit=200"));
    if (!answer)
        return answer.error();
    if (const auto* const root = member(*answer, "root"))
        if (auto message = messageOf(*root, _me))
            news.messages.push_back(std::move(*message));
    if (const auto* const data = member(*answer, "data"))
        for (auto& message : messagesOf(*data, _me))
            news.messages.push_back(std::move(message));
    _shared.news.post(std::move(news));
    return {};
}

Result<void> Asker::ask(const WantMembers& want)
{
    const auto answer = _person.ask("GET", chatPath(want.chat, "/members?limit=200")); // more do not fit into a pane
    if (!answer)
        return answer.status() == base::Status::notFound ? Result<void>() : answer.error();
    MembersNews news{want.chat, {}};
    for (const auto& one : list(*answer, "data"))
        if (const auto user = integer(one, "user_id"); user > 0)
            news.members.emplace_back(user, text(one, "username"));
    _shared.news.post(std::move(news));
    return {};
}

Result<void> Asker::ask(const Search& want)
{
    const auto answer = _person.ask("GET", std::string("/api/search?limit=50&q=").append(encoded(want.query)));
    if (!answer)
        return answer.error();
    FoundNews news{want.query, {}};
    for (const auto& one : list(*answer, "data")) {
        const auto* const message = member(one, "message");
        const auto* const chat = member(one, "chat");
        if (!message || !chat)
            continue;
        auto found = messageOf(*message, _me);
        if (!found)
            continue;
        auto name = text(*chat, "name");
        if (name.empty())
            name.append("#").append(std::to_string(integer(*chat, "id")));
        news.found.push_back({std::move(*found), std::move(name)});
    }
    _shared.news.post(std::move(news));
    return {};
}

} // namespace netbit::cli::chat
