#include "services/operations/Once.h"

#include "base/Digest.h"
#include "storage/Repositories.h"

namespace netbit::services::operations {

Once::Once(std::string_view operation, const Call& call)
    : _userId(call.principal ? call.principal->userId() : 0), _key(call.principal ? call.key : std::string())
{
    if (!_key.empty())
        _digest = base::sha256(std::string(operation) + '\n' + call.arguments.canonical());
}

base::Result<bool> Once::answered(storage::Connection& connection, Completed& out) const
{
    if (_key.empty())
        return false;
    auto known = storage::OperationKeyRepository::find(connection, _userId, _key);
    if (!known)
        return false;
    if (known->digest != _digest)
        return base::fault(base::Status::invalid, "idempotency_key_reused", "This key was used for something else.");
    out = {known->objectId, std::move(known->json), known->replayed};
    return true;
}

void Once::remember(storage::Connection& connection, const Completed& made, std::int64_t now) const
{
    if (!_key.empty())
        storage::OperationKeyRepository::insert(connection, _userId, _key,
                                                {_digest, made.id, made.json, made.replayed, now});
}

} // namespace netbit::services::operations
