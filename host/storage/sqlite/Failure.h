#pragma once
// What SQLite's result codes mean to a caller.

#include "storage/Database.h"

#include <sqlite3.h>
#include <string>

namespace netbit::storage::sqlite
{

inline base::Status statusOf(int resultCode) noexcept
{
    switch (resultCode & 0xff) { // the primary code; the rest says where
    case SQLITE_CONSTRAINT:
        return base::Status::conflict;
    case SQLITE_FULL:
        return base::Status::storageFull;
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
        return base::Status::unavailable;
    default:
        return base::Status::internal;
    }
}

[[noreturn]] inline void fail(sqlite3* handle, int resultCode)
{
    throw DatabaseError(statusOf(resultCode), sqlite3_errmsg(handle));
}

} // namespace netbit::storage::sqlite
