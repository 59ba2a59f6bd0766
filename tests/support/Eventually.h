#pragma once
// Waiting for what must happen, by looking again and again.

#include "support/Deadline.h"
#include "support/Socket.h"

#include <string>
#include <string_view>
#include <thread>

namespace netbit::test {

/// Whether it holds before the deadline.
template <class F>
bool comesTrue(F holds, Deadline deadline = Deadline())
{
    for (; !holds(); std::this_thread::sleep_for(std::chrono::milliseconds(5)))
        if (deadline.over())
            return false;
    return true;
}

/// The same where the test cannot go on without it. The failure says what did not happen.
template <class F>
void eventually(F holds, std::string_view what)
{
    if (!comesTrue(holds))
        throw TimedOut("it did not happen that " + std::string(what));
}

} // namespace netbit::test
