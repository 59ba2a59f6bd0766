#pragma once
// Reply links that people made by hand: `a b -` says that line b answers line a, `a a -` that line a starts something.
// Line numbers count from 0.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace netbit::cli::irc
{

enum class LinkFault : std::uint8_t { malformed, noSuchLine, notAMessage, answersLater, secondAnswer };

constexpr std::size_t linkFaults = 5;

std::string_view faultText(LinkFault fault) noexcept;

struct LinkLeftOut {
    std::size_t line = 0; ///< of the annotation file, from 0
    LinkFault fault = LinkFault::malformed;
    std::size_t answering = 0; ///< the line of the log that would have answered; 0 when malformed
};

constexpr std::size_t noLine = static_cast<std::size_t>(-1);

struct Links {
    std::vector<std::size_t> answers; ///< for each line of the log the line it answers, or noLine
    std::vector<LinkLeftOut> leftOut;
    std::size_t starts = 0; ///< links that say only that a conversation starts
};

/// A message answers one other. Where the annotators saw several, the nearest earlier is kept and the others left out.
/// `canLink` says whether that line of the log is a message of somebody.
Links parseAnnotation(std::string_view text, std::size_t logLines, const std::function<bool(std::size_t)>& canLink);

} // namespace netbit::cli::irc
