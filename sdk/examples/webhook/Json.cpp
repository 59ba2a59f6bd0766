// Boost.JSON, compiled into the plugin: nothing has to be installed beside it.
#include <boost/json/src.hpp>
