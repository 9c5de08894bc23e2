/*
 * fuzz_use.h - everything that is done with a policy, on a message out of any
 * bytes.
 */
#ifndef TESTS_FUZZ_USE_H
#define TESTS_FUZZ_USE_H

#include "../../policy/policy.h"

/* Dumps the policy, looks at all its parts, evaluates a message that is made of
 * the bytes and writes the keys of what it meets. Aborts where a bound of
 * policy.h does not hold; the sanitizers see the rest. */
void fuzz_use(const struct policy *p, const uint8_t *data, size_t size);

#endif
