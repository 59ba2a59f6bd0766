#pragma once
// Boost.Beast's parser, for a head that HeadCheck has passed. The one file that includes Beast is Parser.cpp.

#include "edge/HeadCheck.h"

#include <string_view>
#include <utility>
#include <vector>

namespace netbit::edge {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

/// Fills fields with views into head. False: Beast refuses it, or understood something else than HeadCheck did.
bool parseHead(std::string_view head, const HeadFacts& facts, Fields& fields);

} // namespace netbit::edge
