/*
 * verify_parts.h - what the parts of the verifier share.
 */
#ifndef POLICY_VERIFY_PARTS_H
#define POLICY_VERIFY_PARTS_H

#include "prog.h"

uint32_t verify_count(const struct policy *p, enum prog_pool pool);

/* The range lies in the pool. */
bool verify_range(const struct policy *p, enum prog_pool pool, uint32_t first,
		  uint32_t n);

/* The text lies in BYTES, is at most max long, and ends in NUL. */
bool verify_text(const struct policy *p, struct prog_text t, uint32_t max);

/* fact is one that the policy can ask for. */
bool verify_fact(const struct policy *p, uint32_t fact);

/* All sets; all code. The texts, and of the code the sets and the limits, are
 * good already. */
bool verify_sets(const struct policy *p);
bool verify_code(const struct policy *p);

#endif
