#pragma once
// Of the host; the SDK has its own (netbit/plugin.h).
#define NETBIT_VERSION "1.0.0"
