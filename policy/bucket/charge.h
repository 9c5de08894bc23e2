/*
 * charge.h - all charges of one message, or none.
 *
 * The step that every store takes: memory.c here, take.lua in Redis, and the
 * trials of a policy. Whoever calls it finds the buckets and keeps them.
 */
#ifndef POLICY_CHARGE_H
#define POLICY_CHARGE_H

#include "../policy.h"

/* Times of one bucket: each window's, then that of what was held, then that of
 * the refusals. */
#define CHARGE_BUDGET POLICY_WINDOWS_MAX
#define CHARGE_STRIKES (POLICY_WINDOWS_MAX + 1)
#define CHARGE_TIMES (POLICY_WINDOWS_MAX + 2)

/* What one limit says; the pointers are borrowed. */
struct charge {
	const struct policy_window *window;
	unsigned n_windows;
	const struct policy_window *budget;	/* NULL: what is held has no end */
	const struct policy_window *strikes;	/* NULL: no freeze */
	bool is_observed;
	uint32_t lease;			/* units of the budget that the caller would
					   like for refusals to come */
	uint64_t debit_us[CHARGE_TIMES];	/* comes on top before the step; */
	uint64_t floor_us[CHARGE_TIMES];	/* then it is at least this */
	uint64_t full_us[CHARGE_TIMES];		/* before the step, and after it */
	/* Bit k: the k-th time was charged, debited or raised by the floor, and is
	 * to be kept; all others stay as they are stored, for another version of the
	 * policy may have more room for them. Bits set before the step remain. */
	uint16_t changed;
};

struct charge_result {
	bool is_taken;
	unsigned refused, window;	/* not taken: the first, in order */
	uint64_t wait_us;		/* not taken: until it fits; UINT64_MAX: never */
	bool is_spent;			/* not taken: the refusing limit has a budget,
					   and it has no room */
	bool is_struck;			/* not taken: this refusal was the one after
					   which limit and key are frozen; the
					   count has begun anew */
	uint32_t leased;		/* not taken: units of the refusing limit's
					   budget beside those of this message: all
					   that it liked, or none */
	uint32_t would_refuse;		/* taken: bit i: observed limit i would have */
};

/* What a message to so many recipients costs a window. */
uint32_t charge_cost(const struct policy_window *w, uint32_t recipients);

/* Debits and floors alone, as at the beginning of charge_take. */
void charge_settle(struct charge *c, unsigned n, uint64_t now_us);

/* Takes every charge that does not only observe, or none; and, as a group of
 * their own, those that do. The limit that refused first is charged what it
 * holds, and the refusal, and nothing else. Debits count in any case. A time
 * beyond that of an empty bucket becomes that of one. At most POLICY_PLAN_MAX. */
void charge_take(struct charge *c, unsigned n, uint32_t recipients,
		 uint64_t now_us, struct charge_result *r);

#endif
