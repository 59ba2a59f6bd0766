#pragma once
#include <stdint.h>
/* A table that the trial plugin offers, and one that it asks another for. */
typedef struct adder {
    uint32_t size;
    uint32_t reserved;
    int64_t (*add)(void *user, int64_t left, int64_t right);
} adder;
#define ADDER "org.example.trial.adder/1"
#define OTHER_ADDER "other.adder/1"
