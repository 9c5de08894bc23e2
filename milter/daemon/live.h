/*
 * live.h - the current policy, and those before it that are still in use.
 *
 * A message is judged by one policy: it pins the current one at MAIL and gives
 * it back at its end, whatever is loaded meanwhile.
 */
#ifndef MILTER_LIVE_H
#define MILTER_LIVE_H

#include <stdint.h>
#include <stdio.h>

#include "../../policy/policy.h"
#include "../error.h"

struct live;

/* Keeps path. NULL: out of memory. No policy is loaded yet. */
struct live *live_new(const char *path);
void live_free(struct live *l);

/* Reads and compiles the file and makes it current; diagnostics go to out.
 * False: the policy before it, if any, stays; e says why. */
bool live_load(struct live *l, FILE *out, struct error *e);

/* Not before a first live_load. Each pin is given back once. */
const struct policy *live_pin(struct live *l);
void live_unpin(struct live *l, const struct policy *p);

struct live_status {
	const char *path;
	uint64_t digest;
	unsigned limits;
	uint64_t loaded_us;		/* real time */
	struct error error;		/* of the last load; "" if it worked */
};

void live_status(struct live *l, struct live_status *out);

#endif
