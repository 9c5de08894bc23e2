/*
 * duration.h - how long something took, for people.
 */
#ifndef POLICY_DURATION_H
#define POLICY_DURATION_H

#include <stddef.h>
#include <stdint.h>

#define DURATION_MAX 32		/* bytes that are enough */

/* "0.36 s", "12 s", "1 minute 4 s", "2 hours": at most two units, the rest cut
 * off. NUL-terminated. Returns out. */
const char *duration_text(uint64_t us, char out[DURATION_MAX]);

#endif
