/*
 * fuzz_facts.h - a message out of any bytes.
 */
#ifndef TESTS_FUZZ_FACTS_H
#define TESTS_FUZZ_FACTS_H

#include "../../policy/policy.h"

/* Fills f: numbers are read from the end of the bytes, texts are a piece of
 * them, so that a policy's own words come up. Borrows the bytes. */
void fuzz_facts(const uint8_t *data, size_t size, struct policy_facts *f);

/* Evaluates and traces the message, and writes the keys of what it meets:
 * nothing may be read or written beyond its place. */
void fuzz_evaluate(const struct policy *p, const struct policy_facts *f);

#endif
