#pragma once
// Where in a chat a branch or a pull request is told of. See Repositories.h for what holds of all of them.

#include "storage/Database.h"
#include "storage/Records.h"

#include <string>

namespace netbit::storage
{

struct ToldThreadRecord {
    Id chatId = 0;
    Id repositoryId = 0;
    std::string branch{}; ///< empty: of a pull request
    Id pullId = 0;        ///< 0: of a branch
    Id messageId = 0;
};

struct ToldRepository {
    static Id find(Connection&, const ToldThreadRecord& thread); ///< its message; 0: there is none
    static void put(Connection&, const ToldThreadRecord& thread); ///< adds, or begins anew
    static void remove(Connection&, const ToldThreadRecord& thread);
    static bool hasPull(Connection&, Id chatId, Id messageId); ///< whether a pull request is told of there
};

} // namespace netbit::storage
