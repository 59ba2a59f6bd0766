#pragma once
// What packages carry about the command line, written from the table of commands: nothing in it can be out of date.

#include <ostream>

namespace netbit::cli
{

void printManPage(std::ostream& out); ///< netbit(1), roff with the macros of man(7)

} // namespace netbit::cli
