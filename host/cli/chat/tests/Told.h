#pragma once
// News for a model, as a server would tell them.

#include "cli/chat/Model.h"

#include <boost/json/object.hpp>
#include <string>

namespace netbit::cli::chat::test
{

inline Chat aChat(Id id, std::string name, std::string type = "group")
{
    Chat chat;
    chat.id = id;
    chat.name = std::move(name);
    chat.type = std::move(type);
    return chat;
}

inline Message aMessage(Id chat, Id id, Id sender, std::string content)
{
    Message message;
    message.id = id;
    message.chatId = chat;
    message.senderId = sender;
    message.sender = "user" + std::to_string(sender);
    message.content = std::move(content);
    message.type = "text";
    message.createdAt = 1'750'000'000'000 + id * 1'000;
    return message;
}

/// A model of user 1 ("me") with chats 1 and 2, of which 1 is open and loaded.
inline Model aModel()
{
    Model model([number = 0]() mutable { return "key" + std::to_string(++number); });
    model.tick(Clock::time_point(std::chrono::hours(1)));
    model.hear(Greeting{1, "me"});
    model.hear(LinkNews{Link::live, {}, {}});
    model.hear(ChatsNews{{aChat(1, "alpha"), aChat(2, "beta")}, true, 0});
    model.hear(PageNews{1, 0, {aMessage(1, 1, 2, "hello"), aMessage(1, 2, 1, "hi there")}, true, 0});
    model.takeWishes();
    return model;
}

template <class W> const W* wished(const std::vector<Wish>& wishes)
{
    for (const auto& wish : wishes)
        if (const auto* const found = std::get_if<W>(&wish))
            return found;
    return nullptr;
}

boost::json::object messageJson(const Message& message);

inline EventNews anEvent(Id id, std::string topic, Id chat, boost::json::object data)
{
    return {id, std::move(topic), chat, std::move(data)};
}

} // namespace netbit::cli::chat::test
