/* A table without the call that every plugin needs. */
#include "fault.h"

FAULT_PLUGIN(NULL, NULL, NULL, NULL)
