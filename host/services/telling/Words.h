#pragma once
// How a post says what happened. What others wrote stands in code spans; a post has a bounded length whatever it tells of.

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace netbit::services::telling {

inline constexpr std::size_t shownRefs = 10;
inline constexpr std::size_t shownCommits = 5;
inline constexpr std::size_t shownBytes = 120; ///< of a name, a subject or a title

/// One line of it, as code: nobody is mentioned in it, and it links and formats nothing.
std::string asCode(std::string_view text);

/// "pushed 2 commits to `main` in p/code" and the newest of them; several refs are named. `data`: that of git.pushed.
std::string wordsOfPush(const boost::json::object& data, std::string_view place);
/// "opened pull request p#7 in p/code: `Title` (`topic` into `main`)". `pull`: as events show it. Empty: the topic is not told.
std::string wordsOfPull(std::string_view topic, const boost::json::object& data, const boost::json::object& pull, std::string_view place);
/// "closed p#12: `Title`". Empty: the topic is not told.
std::string wordsOfIssue(std::string_view topic, const boost::json::object& data);

} // namespace netbit::services::telling
