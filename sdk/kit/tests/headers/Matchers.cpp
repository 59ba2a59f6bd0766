#include <netbit/kit/gtest.hpp>
#include <netbit/kit/gtest.hpp>
int nothing;
