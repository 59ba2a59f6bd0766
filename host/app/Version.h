#pragma once
// Of the host; the SDK has its own (netbit/plugin.h).
#define NETBIT_VERSION "1.1.0"
