#pragma once
// Chats as lines of JSON, one record each, in an order and in bytes that follow from the records alone.
//
//   {"kind":"netbit","version":1,"scope":"all"}         first
//   {"kind":"user",…}                                   whoever is named below, by name
//   {"kind":"file",…}                                   likewise; its bytes are elsewhere, under their SHA-256
//   {"kind":"chat",…}                                   all of them, by name
//   {"kind":"message",…}                                of the first chat, by time; then
//   {"kind":"member",…} {"kind":"thread_read",…}        its members, and the marks in its threads
//   {"kind":"draft",…} {"kind":"scheduled",…}           what is not said yet
//   {"kind":"hook",…}                                   with the passwords only; then the next chat
//   {"kind":"project",…} {"kind":"repository",…}        of everything; without the bytes of repositories, which git moves; then
//   {"kind":"label",…} {"kind":"issue",…} …             what is planned and reviewed in them (storage/PlanRepository.h)
//   {"kind":"end","records":N}                          last: without it something is missing

#include "services/transfer/Names.h"
#include "storage/FileRepository.h"
#include "storage/PlanRepository.h"
#include "storage/ProjectRepository.h"
#include "storage/Records.h"

#include "base/Result.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::transfer {

struct ExportScope {
    enum class Kind : std::uint8_t { all, chat, user };
    Kind kind = Kind::all;
    std::string name{}; ///< of the chat (or "id:17", where several have it) or the user
    bool passwords = false; ///< with the stored strings, so that everybody can sign in on the other server
};

constexpr std::string_view nameOf(ExportScope::Kind kind) noexcept
{
    return kind == ExportScope::Kind::all ? "all" : kind == ExportScope::Kind::chat ? "chat" : "user";
}

/// Gets one line with its line feed. False: no more are wanted.
using Sink = std::function<bool(std::string_view line)>;

/// Gets bytes of a file: those of one file one after the other. False: no more are wanted.
using FileSink = std::function<bool(std::string_view path, std::string_view bytes)>;

class Export {
public:
    Export(storage::Connection& connection, ExportScope scope);

    /// Error: notFound / chat_not_found, user_not_found; conflict / ambiguous_chat; closed.
    base::Result<void> run(const Sink& sink);

    // What it is made of.

    /// The chat of the scope.
    base::Result<storage::ChatRecord> chat();
    std::vector<storage::UserRecord> usersOf(Id chatId); ///< in order
    std::string line(const storage::UserRecord& user);
    std::string line(const storage::ChatRecord& chat);
    std::string line(const storage::MessageRecord& message);
    std::string line(const storage::ParticipantRecord& member);
    std::string line(const storage::FileRecord& file);
    std::string line(const storage::OwnedDraft& draft);
    std::string line(const storage::ScheduledRecord& scheduled);
    std::string line(const storage::HookRecord& hook);
    std::string line(const storage::ProjectRecord& project);
    std::string line(const storage::RepositoryRecord& repository);
    std::string line(const storage::PlanTable& table, const std::string& name, const std::vector<storage::PlanValue>& values);
    std::vector<std::string> memberLines(Id chatId, Id userId = 0); ///< of all, or of one
    /// In order; false ends it. `senderId` 0: of everybody.
    bool eachMessage(Id chatId, Id senderId, const std::function<bool(const storage::MessageRecord&)>& use);

private:
    bool put(std::string_view line);
    bool putUsers(std::vector<Id> ids);
    bool putFiles(std::vector<Id> ids);
    base::Result<void> putAll(std::vector<Id> users, std::vector<Id> files, std::vector<storage::ChatRecord> chats, Id onlyOf);
    bool putChat(const storage::ChatRecord& chat, Id onlyOf);
    bool putLater(Id chatId, Id onlyOf);
    bool putProjects();
    bool putPlan(const storage::PlanTable& table);
    base::Result<void> runAll();
    base::Result<void> runChat();
    base::Result<void> runUser();
    std::string replyIn(Id chatId, Id messageId); ///< empty, where it is gone
    std::string mentions(const storage::MessageRecord& message);
    std::string reactions(const storage::MessageRecord& message);

    storage::Connection& _connection;
    const ExportScope _scope;
    Names _names;
    const Sink* _sink = nullptr;
    std::int64_t _records = 0;
};

} // namespace netbit::services::transfer
