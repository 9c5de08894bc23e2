/*
 * fuzz.h - what a fuzz target is: libFuzzer runs it on bytes that it makes up,
 * replay.c on those that are kept.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "../../policy/policy.h"

/* Directories of seeds, from the top of the tree; NULL ends. */
extern const char *const fuzz_seeds[];

/* How many inputs were good: a policy that compiles, a program that may run. */
extern unsigned fuzz_good;

/* Returns 0. Aborts if what must hold does not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
