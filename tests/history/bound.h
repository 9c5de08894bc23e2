/*
 * bound.h - how far a history of one bucket goes beyond what is promised of it.
 *
 * Promised is, for any time from s to e: what was taken by events that lie wholly
 * in it is at most burst + speed * (e - s), and more only as far as faults touch
 * it. An event has happened at some moment between its start and its end.
 */
#ifndef HISTORY_BOUND_H
#define HISTORY_BOUND_H

#include <stddef.h>
#include <stdint.h>

struct event {
	int64_t start_us, end_us;
	int64_t weight;
};

/* An allowance for a moment that is known to lie between the two. */
struct step {
	int64_t from_us, to_us;
	int64_t weight;
};

/* An allowance for each microsecond of a time. */
struct stretch {
	int64_t from_us, to_us;
	int64_t speed;
};

struct bound {
	int64_t burst, speed;
	const struct step *step;
	size_t n_steps;
	const struct stretch *stretch;
	size_t n_stretches;
};

/* Of all times the one that goes farthest beyond, or stays least below. */
struct excess {
	int64_t over;		/* more than 0: the promise is broken */
	int64_t taken;
	int64_t allowed;	/* for faults, of that */
	int64_t from_us, to_us;
};

/* What is allowed for faults from s to e. */
int64_t bound_allowed(const struct bound *b, int64_t s_us, int64_t e_us);

/* n events, at least one; sorts them. O((n + steps) log n). */
struct excess bound_worst(const struct bound *b, struct event *event, size_t n);

#endif
