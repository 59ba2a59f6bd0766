/* The table that provides.c offers and asks.c uses: what two plugins would share. */
#ifndef NETBIT_TESTS_DICTIONARY_H
#define NETBIT_TESTS_DICTIONARY_H

#include "netbit/provide.h"

#define DICTIONARY "dictionary/1"

typedef struct dictionary {
    uint32_t size;
    uint32_t reserved;
    const char *(*word)(void *user, int32_t number);
} dictionary;

#endif
