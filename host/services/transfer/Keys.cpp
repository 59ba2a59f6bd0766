#include "services/transfer/Keys.h"

#include "storage/FileRepository.h"
#include "storage/PlanRepository.h"
#include "storage/ProjectRepository.h"
#include "storage/Repositories.h"

#include <charconv>

namespace netbit::services::transfer {

using storage::ExternalKind;
using storage::ExternalRepository;

Keys::Keys(storage::Connection& connection, Id source, bool own)
    : _connection(&connection), _source(source), _own(own ? ExternalRepository::instance(connection) + "." : std::string())
{
}

Keys Keys::writing(storage::Connection& connection, std::string_view source)
{
    return {connection, ExternalRepository::makeSource(connection, source), source == ownSource};
}

Keys Keys::reading(storage::Connection& connection, std::string_view source)
{
    return {connection, ExternalRepository::source(connection, source), source == ownSource};
}

Id Keys::ownOf(std::string_view key) const noexcept
{
    if (_own.empty() || !key.starts_with(_own) || key.size() == _own.size() || key[_own.size()] == '0')
        return 0;
    Id id = 0;
    const auto* const end = key.data() + key.size();
    const auto read = std::from_chars(key.data() + _own.size(), end, id);
    return read.ec == std::errc() && read.ptr == end && id > 0 ? id : 0;
}

Id Keys::find(ExternalKind kind, std::string_view key) const
{
    if (_source != 0)
        if (const auto mapped = ExternalRepository::find(*_connection, _source, kind, key); mapped != 0)
            return mapped;
    const auto own = ownOf(key);
    if (own == 0)
        return 0;
    switch (kind) {
    case ExternalKind::user: return storage::UserRepository::byId(*_connection, own) ? own : 0;
    case ExternalKind::chat: return storage::ChatRepository::byId(*_connection, own) ? own : 0;
    case ExternalKind::message: return storage::MessageRepository::byId(*_connection, own) ? own : 0;
    case ExternalKind::file: return storage::FileRepository::byId(*_connection, own) ? own : 0;
    // At home there is nothing to take in: what was sent or taken back meanwhile does not come again.
    case ExternalKind::scheduled:
    case ExternalKind::hook: return own;
    case ExternalKind::project: return storage::ProjectRepository::byId(*_connection, own) ? own : 0;
    case ExternalKind::repository: return storage::RepoRepository::byId(*_connection, own) ? own : 0;
    case ExternalKind::label:
    case ExternalKind::milestone:
    case ExternalKind::board:
    case ExternalKind::boardColumn:
    case ExternalKind::issue:
    case ExternalKind::issueComment:
    case ExternalKind::pull:
    case ExternalKind::pullReview:
    case ExternalKind::pullComment: return storage::PlanRepository::exists(*_connection, kind, own) ? own : 0;
    }
    return 0;
}

} // namespace netbit::services::transfer
