// Operations of the host's services, by name.

#include "isolation/child/Host.h"
#include "isolation/child/Tables.h"

namespace netbit::isolation::child {

namespace {

std::int32_t call(const nb_host* host, const nb_principal* principal, const nb_operation_call* wanted, nb_done_fn done,
                  void* user, nb_error* error)
{
    auto& self = Host::of(host);
    const auto given = knownPart(wanted);
    if (!given || !done || (given->text_count > 0 && !given->texts))
        return refuse(error, NB_INVALID, "bad_argument", "An argument is null, or its size is too small.");
    if (self.onReactor())
        return refuse(error, NB_WOULD_BLOCK, "would_block", "Operations are called on a worker.");
    wire::Operate message;
    message.principal = principal ? principal->id : 0;
    message.operation = given->operation;
    message.arguments.bytes = given->arguments;
    for (std::uint32_t i = 0; i < given->text_count; ++i) {
        message.texts.push_back(given->texts[i].name);
        message.texts.push_back(given->texts[i].value);
    }
    message.key = given->key;
    message.ifMatch = given->if_match;
    message.peer = given->peer;
    message.client = given->client;
    message.token = self.promise(done, user);
    if (self.channel().send(Kind::operate, message))
        return NB_OK;
    self.breakPromise(message.token);
    return refuse(error, NB_TOO_LARGE, "too_large", "This is too much for an isolated plugin.");
}

} // namespace

const nb_operations_api& operationsTable() noexcept
{
    static constexpr nb_operations_api table{
        .size = sizeof(nb_operations_api),
        .reserved = 0,
        .call = &call,
    };
    return table;
}

} // namespace netbit::isolation::child
