// Boost.JSON as a part of the library: its own copy, which nobody else sees.
#include <boost/json/src.hpp>
