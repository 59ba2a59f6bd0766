#include "services/transfer/Names.h"

#include "services/transfer/Keys.h"

#include <algorithm>

namespace netbit::services::transfer {

using storage::ExternalKind;
using storage::ExternalRepository;

Names::Names(storage::Connection& connection)
    : _connection(connection), _instance(ExternalRepository::instance(connection)),
      _source(ExternalRepository::source(connection, ownSource)),
      _anyMissing(_source != 0 && ExternalRepository::anyReferences(connection))
{
}

const std::string& Names::cached(Known& known, ExternalKind kind, Id id)
{
    auto [place, isNew] = known.try_emplace(id);
    if (isNew && id != 0)
        place->second = read(kind, id);
    return place->second;
}

std::string Names::read(ExternalKind kind, Id id)
{
    if (id == 0)
        return {};
    if (_source != 0)
        if (auto key = ExternalRepository::keyOf(_connection, _source, kind, id); !key.empty())
            return key;
    return _instance + "." + std::to_string(id);
}

std::vector<std::string> Names::filesIn(Id messageId)
{
    std::vector<std::string> names;
    for (const auto id : storage::OutgoingRepository::filesIn(_connection, messageId))
        names.push_back(file(id));
    std::sort(names.begin(), names.end(), nameBefore);
    return names;
}

std::string Names::repliedTo(const storage::MessageRecord& message)
{
    auto name = this->message(message.replyTo);
    return name.empty() ? missing({"reply", message.id, 0}) : name;
}

std::string Names::threadOf(const storage::MessageRecord& message)
{
    auto name = this->message(message.threadId);
    return name.empty() ? missing({"thread", message.id, 0}) : name;
}

std::string Names::missing(const storage::ExternalReference& reference)
{
    return _anyMissing ? ExternalRepository::referenceOf(_connection, _source, reference) : std::string();
}

bool nameBefore(std::string_view one, std::string_view other) noexcept
{
    const auto a = std::min(one.rfind('.'), one.size());
    const auto b = std::min(other.rfind('.'), other.size());
    if (const auto order = one.substr(0, a).compare(other.substr(0, b)); order != 0)
        return order < 0;
    return one.size() != other.size() ? one.size() < other.size() : one < other; // numbers without leading zeros
}

} // namespace netbit::services::transfer
