/*
 * against.h - what one policy changes in another.
 */
#ifndef MILTER_AGAINST_H
#define MILTER_AGAINST_H

#include <stdio.h>

#include "../../policy/policy.h"

/* Says which limits are new, gone, renamed and changed, and what else is. A
 * line each, those of a change with - and + before it. False: out of memory. */
bool against_print(const struct policy *old, const struct policy *new, FILE *out);

#endif
