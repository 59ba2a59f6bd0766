// Boost.JSON, compiled into the plugin itself: hidden, and the same whatever the machine has installed.
#include <boost/json/src.hpp>
