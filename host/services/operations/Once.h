#pragma once
// What is asked for once: with an idempotency key, who asks again gets the first answer.

#include "base/Result.h"
#include "services/Done.h"
#include "services/operations/Operation.h"
#include "storage/Database.h"

#include <string>
#include <string_view>

namespace netbit::services::operations {

/// For the job that an operation becomes. Everything happens within its transaction: an answer is remembered with what it
/// speaks of, or not at all. Keys are a user's own and are kept for 24 hours.
class Once {
public:
    static constexpr std::int64_t keyLifeMs = 24 * 3'600 * 1'000;

    Once() = default; ///< without a key
    /// `operation`: its name, to which the key belongs together with the arguments.
    Once(std::string_view operation, const Call& call);

    /// [writer] First in apply(). true: `out` is the first answer, and nothing is to be written. Error: invalid /
    /// idempotency_key_reused: the key was used for something else.
    base::Result<bool> answered(storage::Connection& connection, Completed& out) const;
    /// [writer] Last in apply(). Without a key: nothing.
    void remember(storage::Connection& connection, const Completed& made, std::int64_t now) const;

private:
    std::int64_t _userId = 0;
    std::string _key;
    std::string _digest;
};

} // namespace netbit::services::operations
