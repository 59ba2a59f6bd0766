#include <netbit/kit.hpp>
#include <netbit/kit.hpp>
int nothing;
