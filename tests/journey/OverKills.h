#pragma once
// Somebody writes while the server is killed under them, again and again: what was acknowledged arrives, each under one id.

#include "support/People.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>

namespace netbit::test {

struct Acknowledged {
    std::set<std::string> promised;
    std::set<std::string> sent; ///< with those whose answers a kill cut off: they may be there or not
};

struct OverKills {
    std::size_t kills = 20;
    std::size_t each = 50; ///< texts before a kill
    std::string token;
    std::function<void(HttpClient&, const std::string& text)> write; ///< throws where it is not acknowledged
    /// Returns when the kill is to fall. It joins the writer where nothing of the writing is to be cut off.
    std::function<void(std::size_t round, std::thread& writer)> untilKill;
    std::function<void()> afterKill = {};
};

/// "note ROUND.NUMBER", and in the end, in peace, "note more.NUMBER" until kills * each are acknowledged.
Acknowledged writeOverKills(Daemon& daemon, const OverKills& how);

/// Of each text, under which ids it arrived, as often as it did.
using Arrivals = std::map<std::string, std::multiset<std::string>>;

bool allArrived(const Acknowledged& written, const Arrivals& arrivals);
/// Each that was acknowledged is there, none that was not sent, each under one id that is its own.
/// Gives how many arrivals there were beside the first of each.
std::size_t expectEachUnderOneId(const Acknowledged& written, const Arrivals& arrivals);

} // namespace netbit::test
