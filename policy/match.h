/*
 * match.h - texts: their order, and globs.
 */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include "policy.h"

/* Less than, equal to, or greater than 0; by bytes, the shorter one first. */
int match_order(struct policy_text a, struct policy_text b);
bool match_equal(struct policy_text a, struct policy_text b);

/* `*` is any run of bytes, `?` one byte, everything else itself. */
bool match_glob(struct policy_text glob, struct policy_text text);

#endif
