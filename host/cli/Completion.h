#pragma once
// What shells complete the words of netbit with, written from the table of commands: nothing in it can be out of date.

#include <ostream>

namespace netbit::cli
{

void printBashCompletion(std::ostream& out);
void printZshCompletion(std::ostream& out);
void printFishCompletion(std::ostream& out);

} // namespace netbit::cli
