/*
 * verify.h - everything that evaluation trusts.
 */
#ifndef POLICY_VERIFY_H
#define POLICY_VERIFY_H

#include <stddef.h>

struct policy;

/* NULL if the block of size bytes is a program that may be run, else what is
 * wrong with it. Reads nothing outside the block, whatever is in it. */
const char *verify(const struct policy *p, size_t size);

#endif
