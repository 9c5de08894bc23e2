/*
 * peek.c - a store that tells what another would answer, and takes nothing.
 *
 * A refusal by a limit without budget and strikes charges nothing, and yet tells
 * the time of every bucket. So the question goes out with one bucket more, before
 * all others, that is too small for any message.
 */
#include "peek.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE (POLICY_PLAN_MAX - 1)	/* buckets beside the one too small */

struct peek {
	struct store store;
	struct store *from;
};

static const struct policy_window too_small = {
	.unit = POLICY_MESSAGES, .period_us = 1000000, .interval_us = 1000000,
};

/* The times of n buckets from the given one on. */
static enum store_answer
read_some(struct store *from, const struct store_request *q, unsigned first,
	  unsigned n, struct store_outcome *o)
{
	struct store_request some = *q;
	struct store_outcome told;
	enum store_answer answer;

	some.bucket[0] = (struct store_bucket){
		.window = &too_small, .n_windows = 1,
	};
	memcpy(some.bucket + 1, q->bucket + first, n * sizeof(*q->bucket));
	memcpy(some.floor_us + 1, q->floor_us + first, n * sizeof(*q->floor_us));
	memset(some.debit_us, 0, sizeof(some.debit_us));
	some.n = n + 1;
	answer = store_take(from, &some, &told);
	if (answer != STORE_REFUSED)
		return answer == STORE_TAKEN ? STORE_DOWN : answer;
	memcpy(o->full_us + first, told.full_us + 1, n * sizeof(*o->full_us));
	o->now_us = told.now_us;
	o->is_outage = told.is_outage;
	return STORE_TAKEN;
}

/* What it would be; the times stay as they are. */
static enum store_answer
judge(const struct store_request *q, struct store_outcome *o)
{
	struct store_outcome would = *o;

	store_charge(q, &would);
	memcpy(would.full_us, o->full_us, sizeof(would.full_us));
	*o = would;
	return o->answer;
}

static enum store_answer
peek_take(struct store *s, const struct store_request *q,
	  struct store_outcome *o)
{
	struct store *from = ((struct peek *)s)->from;
	unsigned done = 0;

	memset(o, 0, sizeof(*o));
	do {
		unsigned n = q->n - done < AT_ONCE ? q->n - done : AT_ONCE;

		o->answer = read_some(from, q, done, n, o);
		done += n;
	} while (o->answer == STORE_TAKEN && done < q->n);
	return o->answer == STORE_TAKEN ? judge(q, o) : o->answer;
}

static void
peek_free(struct store *s)
{
	free(s);
}

struct store *
peek_new(struct store *s)
{
	struct peek *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->store = (struct store){ .take = peek_take, .free = peek_free };
	p->from = s;
	return &p->store;
}
