/*
 * slots.h - a bounded table of windows, each of one bucket.
 *
 * A window lives in one of a few places after the one that its name points at.
 * All of them are looked at, so nothing need be moved or marked when another
 * takes its place.
 */
#ifndef MILTER_SLOTS_H
#define MILTER_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "../../pseudonym.h"

enum slot_kind { SLOT_WINDOW, SLOT_BUDGET, SLOT_STRIKES, SLOT_LEASE };

struct slot {
	/* Its name. */
	uint8_t id[PSEUDONYM_LEN];
	uint8_t kind, unit;
	uint16_t n_sent;		/* debits that are on their way to Redis, */
	uint32_t burst;			/* of the whole window, not of its name */
	uint64_t period_us;

	uint64_t whole_us;		/* the interval of the whole window; */
	uint64_t floor_us;		/* as Redis said it is, under that */
	uint64_t interval_us;		/* that of the times that follow */
	uint64_t full_us;		/* with what was decided here; 0: unused */
	uint64_t start_us;		/* as Redis has it, if it gets what it was told */
	uint64_t sent_us;		/* and how much they are */
	uint64_t told_us;		/* when Redis said so; 0: never */
};

struct slots;

/* NULL: out of memory. */
struct slots *slots_new(size_t n);
void slots_free(struct slots *s);

/* The slot of name's bucket, kind, unit and period; NULL: there is none. */
struct slot *slots_find(struct slots *s, const struct slot *name);

/* The same, made if there is none: of those in its places the one nearest to
 * full is forgotten. */
struct slot *slots_get(struct slots *s, const struct slot *name);

/* The i-th, used or not; i counts round the table. */
struct slot *slots_at(struct slots *s, size_t i);
size_t slots_count(const struct slots *s);

#endif
