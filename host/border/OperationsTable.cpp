#include "border/Convert.h"
#include "border/Handles.h"
#include "border/PendingDone.h"
#include "border/Services.h"
#include "border/Tables.h"
#include "border/Threads.h"
#include "services/operations/Operations.h"

namespace netbit::border {

namespace {

std::int32_t call(const nb_host* host, const nb_principal* principal, const nb_operation_call* wanted, nb_done_fn done,
                  void* user, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        const auto in = structOf(wanted, "call");
        if (onReactor(generation.services()))
            return base::fault(base::Status::wouldBlock, "would_block", "Operations are called on a worker.");
        std::vector<std::pair<std::string_view, std::string_view>> texts;
        if (in.text_count > 0) {
            const auto* const first = &notNull(in.texts, "call.texts");
            texts.reserve(in.text_count);
            for (const auto* it = first; it != first + in.text_count; ++it)
                texts.emplace_back(textOf(it->name, "call.texts.name"), bytesOf(it->value, "call.texts.value"));
        }
        services::operations::RawCall raw;
        raw.operation = textOf(in.operation, "call.operation");
        raw.arguments = bytesOf(in.arguments, "call.arguments");
        raw.texts = texts;
        raw.key = textOf(in.key, "call.key");
        raw.ifMatch = textOf(in.if_match, "call.if_match");
        raw.peer = textOf(in.peer, "call.peer");
        raw.client = textOf(in.client, "call.client");
        raw.permits = [&generation](std::string_view permission) { return generation.permits(permission); };
        auto pending = PendingDone::make(generation, done, user);
        return pending->taken(generation.services().operations.call(principal ? principal->principal : nullptr, raw,
                                                                    PendingDone::callback(pending)));
    });
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

} // namespace netbit::border
