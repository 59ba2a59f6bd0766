#include <netbit/kit.h>
#include <netbit/kit.h>
int nothing;
