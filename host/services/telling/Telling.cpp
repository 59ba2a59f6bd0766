#include "services/telling/Telling.h"

#include "base/Json.h"
#include "services/chat/Act.h"
#include "services/projects/Standing.h"
#include "services/telling/Words.h"
#include "storage/PullRepository.h"
#include "storage/ToldRepository.h"

#include <boost/json/array.hpp>

namespace netbit::services::telling {

using projects::Turn;
using storage::Id;
using storage::ToldRepository;
using storage::ToldThreadRecord;

namespace json = boost::json;

namespace {

constexpr std::string_view heads = "refs/heads/";

bool told(std::string_view topic)
{
    return topic == "git.pushed" || topic.starts_with("pull.") || topic == "issue.created" || topic == "issue.closed" ||
           topic == "issue.reopened";
}

/// The chat, if somebody who speaks for the project may write there still.
std::optional<storage::ChatRecord> openChat(Turn& turn, const storage::ProjectRecord& project)
{
    auto chat = storage::ChatRepository::byId(turn.connection, project.chatId);
    if (!chat || chat->archivedAt != 0)
        return std::nullopt;
    const auto writes = [&](Id userId) {
        const auto member = storage::ChatRepository::participant(turn.connection, chat->id, userId);
        return member && chat::checkRight(*chat, chat::roleOf(member->role), chat::Right::write);
    };
    if (writes(project.ownerId))
        return chat;
    if (const auto entry = turn.core.directory.find(project.id))
        for (const auto& [userId, role] : entry->members)
            if (role >= projects::Role::admin && writes(userId))
                return chat;
    return std::nullopt;
}

class Post {
public:
    Post(Turn& turn, chat::Core& chats, const storage::ProjectRecord& project, Id chatId)
        : _turn(turn), _chats(chats), _project(project), _chatId(chatId)
    {
    }

    void push(const json::object& data);
    void pull(std::string_view topic, const json::object& data, Id pullId);
    void issue(std::string_view topic, const json::object& data);

private:
    ToldThreadRecord branchOf(Id repositoryId, std::string branch) const { return {_chatId, repositoryId, std::move(branch), 0, 0}; }
    ToldThreadRecord pullOf(Id repositoryId, Id pullId) const { return {_chatId, repositoryId, {}, pullId, 0}; }

    /// The message that the thread begins with; 0: there is none any more.
    Id begun(const ToldThreadRecord& thread)
    {
        const auto id = ToldRepository::find(_turn.connection, thread);
        const auto message = id == 0 ? std::nullopt : storage::MessageRepository::byId(_turn.connection, id);
        return message && message->chatId == _chatId && message->deletedAt == 0 ? id : 0;
    }
    void begin(ToldThreadRecord thread, Id messageId)
    {
        thread.messageId = messageId;
        ToldRepository::put(_turn.connection, thread);
    }
    /// In a thread that is there, or as its beginning.
    void in(const ToldThreadRecord& thread, const std::string& words)
    {
        if (const auto root = begun(thread))
            say(words, root);
        else
            begin(thread, say(words, 0));
    }
    Id say(std::string words, Id root);
    bool isMerge(const json::object& data) const;

    Turn& _turn;
    chat::Core& _chats;
    const storage::ProjectRecord& _project;
    const Id _chatId;
};

Id Post::say(std::string words, Id root)
{
    const auto sender = _turn.caller.userId != 0 ? _turn.caller.userId : _project.ownerId; // what the server did is the project's
    const auth::Principal author(auth::Principal::Kind::impersonated, sender, _chats.nameOf(sender), false, 0, 0);
    chat::Turn said(_chats, author, _turn.connection);
    storage::MessageRecord message;
    message.chatId = _chatId;
    message.senderId = sender;
    message.content = std::move(words);
    message.messageType = "system";
    message.replyTo = root;
    chat::post(said, message);
    for (auto& effect : said.effects)
        _turn.then(std::move(effect));
    return message.id;
}

/// The end of a merge: it is told as that.
bool Post::isMerge(const json::object& data) const
{
    const auto pushId = data.at("push_id").as_int64();
    for (const auto& update : data.at("updated").as_array()) {
        const std::string_view ref = update.at("ref").as_string();
        if (!ref.starts_with(heads))
            continue;
        for (const auto& pull : storage::PullRepository::openWithBase(_turn.connection, data.at("repository_id").as_int64(),
                                                                      ref.substr(heads.size())))
            if (pull.mergingPush == pushId)
                return true;
    }
    return false;
}

void Post::push(const json::object& data)
{
    if (isMerge(data))
        return;
    const auto place = _project.name + "/" + std::string(data.at("repository").as_string());
    const auto words = wordsOfPush(data, place);
    const auto& updated = data.at("updated").as_array();
    const json::object* only = nullptr; // of the branches
    std::size_t branches = 0;
    for (const auto& update : updated)
        if (std::string_view(update.at("ref").as_string()).starts_with(heads)) {
            only = &update.get_object();
            ++branches;
        }
    if (branches != 1 || data.at("ref_count").to_number<std::size_t>() != updated.size()) {
        say(words, 0);
        return;
    }
    const std::string_view ref = only->at("ref").as_string();
    const auto thread = branchOf(data.at("repository_id").as_int64(), std::string(ref.substr(heads.size())));
    in(thread, words);
    if (only->at("kind").as_string() == "delete")
        ToldRepository::remove(_turn.connection, thread); // another of the name is another branch
}

void Post::pull(std::string_view topic, const json::object& data, Id pullId)
{
    const auto* const within = data.if_contains("pull"); // a review, a comment
    const auto& pull = within ? within->as_object() : data;
    const auto repository = storage::RepoRepository::byId(_turn.connection, pull.at("repository_id").as_int64());
    if (!repository)
        return;
    const auto words = wordsOfPull(topic, data, pull, _project.name + "/" + repository->name);
    if (words.empty())
        return;
    const auto& headJson = pull.at("head").as_object();
    const auto head = headJson.at("repository_id").is_null()
        ? std::nullopt
        : storage::RepoRepository::byId(_turn.connection, headJson.at("repository_id").as_int64());
    const bool ours = head && head->projectId == _project.id; // so pushes to it are told of
    const auto thread = pullOf(repository->id, pullId);
    if (topic == "pull.pushed") {
        if (!ours)
            in(thread, words);
        return;
    }
    if (topic != "pull.opened") {
        in(thread, words);
        return;
    }
    // Who asks for a branch goes on where it was told of; pushes to the branch, from now on, too.
    const std::string branch(headJson.at("branch").as_string());
    const bool own = ours && branch != head->defaultBranch;
    auto root = own ? begun(branchOf(head->id, branch)) : 0;
    if (root != 0 && ToldRepository::hasPull(_turn.connection, _chatId, root))
        root = 0; // of an earlier request
    const auto said = say(words, root);
    root = root != 0 ? root : said;
    begin(thread, root);
    if (own)
        begin(branchOf(head->id, branch), root);
}

void Post::issue(std::string_view topic, const json::object& data)
{
    const auto words = wordsOfIssue(topic, data);
    // What closed it is told of in its own thread.
    if (const auto* const pull = data.if_contains("pull")) {
        const auto& by = pull->as_object();
        say(words, begun(pullOf(by.at("repository_id").as_int64(), by.at("id").as_int64())));
        return;
    }
    Id root = 0;
    if (const auto* const commit = data.if_contains("commit")) {
        const auto repository = storage::RepoRepository::byId(_turn.connection, commit->at("repository_id").as_int64());
        root = repository ? begun(branchOf(repository->id, repository->defaultBranch)) : 0;
    }
    say(words, root);
}

} // namespace

void tellOf(projects::Core& projects, chat::Core& chats)
{
    projects.onTold = [&chats](Turn& turn, const storage::EventRecord& event) {
        if (!told(event.topic))
            return;
        const auto project = storage::ProjectRepository::byId(turn.connection, event.projectId);
        if (!project || project->chatId == 0)
            return;
        const auto config = projects::configOf(turn.connection, project->id);
        const bool wanted = event.topic == "git.pushed" ? config.tellPushes
            : event.topic.starts_with("pull.")          ? config.tellPullRequests
                                                        : config.tellIssues;
        const auto chat = wanted ? openChat(turn, *project) : std::nullopt;
        if (!chat)
            return;
        const auto data = base::parseJson(event.data).value().as_object(); // the server's own
        Post post(turn, chats, *project, chat->id);
        if (event.topic == "git.pushed")
            post.push(data);
        else if (event.topic.starts_with("pull."))
            post.pull(event.topic, data, event.objectId);
        else
            post.issue(event.topic, data);
    };
}

} // namespace netbit::services::telling
