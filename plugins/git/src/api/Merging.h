#pragma once
// A merge on its way: asked whether it may be, made in memory, written down, the branch moved, told.

#include "api/PullRoutes.h"

#include <functional>
#include <memory>
#include <string>

namespace netbit::git {

class Merging : public std::enable_shared_from_this<Merging> {
public:
    struct Order {
        std::string methodText;
        MergeMethod method = MergeMethod::merge;
        std::string message; ///< empty: made of the title and the number
    };
    using KeepHead = std::function<void(const Repository&, const Opened&, const Pull&)>;

    /// [worker] Answers `request` in the end, on some thread. `opening` outlives it.
    static void start(const Opening& opening, Exec exec, Later request, const Opened& opened, const Pull& pull, Order order,
                      const Limits& limits, KeepHead keepHead);

private:
    Merging(const Opening& opening, Exec exec, Later request, Opened opened, Pull pull, Order order, const Limits& limits, KeepHead keepHead);

    void askWhetherItMay();
    void make();        ///< [worker] the commit, which nothing names yet
    void move();        ///< [worker] the branch
    void endPush(std::string updated, std::function<void()> then);
    void tell();        ///< [worker]
    /// Calls pulls.begin_merge; `then` with its id, on a worker.
    void begin(const boost::json::object& more, std::function<void(std::int64_t)> then);
    void onWorker(std::function<void()> work); ///< what it throws is the answer
    std::string message() const;

    const Opening& _opening;
    Exec _exec;
    Later _request;
    const Opened _opened;
    const Pull _pull;
    const Order _order;
    const Limits _limits;
    const KeepHead _keepHead;
    Gate::Pass _pass; // from the commit that nothing names yet until the branch does
    git_oid _base{};
    git_oid _made{};
    std::int64_t _push = 0;
};

} // namespace netbit::git
