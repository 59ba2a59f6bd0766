#pragma once
// From the name that a record has in its source to the id that it has here.

#include "storage/TransferRepository.h"

#include <string>
#include <string_view>

namespace netbit::services::transfer {

using storage::Id;

/// The source of records that an export of ours wrote: their keys are the same everywhere, and nothing of them is guessed.
constexpr std::string_view ownSource = "netbit";

class Keys {
public:
    /// In a transaction that writes: the source is made known where it is not.
    static Keys writing(storage::Connection& connection, std::string_view source);
    static Keys reading(storage::Connection& connection, std::string_view source);

    Id find(storage::ExternalKind kind, std::string_view key) const; ///< 0: never seen
    Id source() const noexcept { return _source; }

private:
    Keys(storage::Connection& connection, Id source, bool own);
    Id ownOf(std::string_view key) const noexcept; ///< of a key that this server gave; else 0

    storage::Connection* _connection;
    Id _source;
    std::string _own; ///< what the keys that this server gave begin with; empty: they are of another source
};

} // namespace netbit::services::transfer
