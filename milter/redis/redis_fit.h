/*
 * redis_fit.h - what a Redis must be before mail depends on it.
 */
#ifndef MILTER_REDIS_FIT_H
#define MILTER_REDIS_FIT_H

#include "conn.h"

enum redis_fitness {
	REDIS_FIT,
	REDIS_AWAY,		/* could not tell, or not now: it hangs, loads, is full */
	REDIS_UNFIT		/* must not be used until somebody has mended it */
};

/* Checks what a running Redis must be: 5 or later, a primary, no cluster,
 * noeviction, and the same pseudonym key (by fingerprint, which the first
 * node that is_claiming sets). Not FIT: e says why, and what to do if UNFIT. */
enum redis_fitness redis_fit(struct conn *c, const char *ns,
			     const char *fingerprint, bool is_claiming,
			     uint64_t deadline_us, struct error *e);

#endif
