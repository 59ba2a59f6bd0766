#pragma once
// Work on repositories that takes its time: imports, forks, mirrors, gc and fsck. One at a time for each repository, two in all;
// how far each has come can be asked.

#include "transport/Tools.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace netbit::git {

class Jobs {
public:
    struct Step {
        std::string what; ///< for people: "Receiving"
        std::vector<std::string> arguments;
        bool alone = false; ///< while nobody adds to the repository; left out where somebody does for a minute
        std::function<void()> before{}; ///< [worker] first
        unsigned tries = 1; ///< it has failed when as many have
    };
    struct Plan {
        std::int64_t repository = 0;
        std::string kind; ///< "import", "fork", "mirror", "upkeep"
        std::vector<Step> steps;
        std::function<Result<void>()> finish{}; ///< [worker] after the last step, if all went well
        std::function<void()> clear{};          ///< [any] at the end, whatever became of it
    };

    explicit Jobs(Tools& tools) : _tools(tools) {}

    /// [any] Its number. Error: conflict / job_running; unavailable / too_many_jobs. Then `clear` is called at once.
    Result<std::int64_t> start(Plan plan);
    std::string json(std::int64_t repository) const; ///< [any] {"data": […]}, the newest first
    bool busy(std::int64_t repository) const;        ///< [any]
    void stop();                                     ///< [control] takes no more, and ends what runs

    void next(); ///< [any] begins what may run

private:
    class Run;
    bool isBusy(std::int64_t repository) const;
    void ended(const std::shared_ptr<Run>& run);

    Tools& _tools;
    mutable std::mutex _mutex; // guards what follows
    std::deque<std::shared_ptr<Run>> _waiting;
    std::vector<std::shared_ptr<Run>> _running;
    std::deque<std::shared_ptr<Run>> _known; // the newest first, the ended ones too
    std::int64_t _last = 0;
    bool _stopped = false;
};

} // namespace netbit::git
