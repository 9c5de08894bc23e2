/*
 * peek.c - a store that tells what another would answer, and takes nothing.
 *
 * A refusal charges nothing and yet tells the time of every bucket. So the
 * question goes out with one bucket more, before all others, that is too small
 * for any message: the answer comes from the arithmetic that decides for real.
 */
#include "peek.h"

#include <stdlib.h>
#include <string.h>

#include "../../policy/bucket/bucket.h"

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
		.limit = "peek", .window = &too_small, .n_windows = 1,
	};
	memcpy(some.bucket + 1, q->bucket + first, n * sizeof(*q->bucket));
	memcpy(some.floor_us + 1, q->floor_us + first, n * sizeof(*q->floor_us));
	some.n = n + 1;
	answer = store_take(from, &some, &told);
	if (answer != STORE_REFUSED)
		return answer == STORE_TAKEN ? STORE_DOWN : answer;
	memcpy(o->full_us + first, told.full_us + 1, n * sizeof(*o->full_us));
	o->now_us = told.now_us;
	o->is_outage = told.is_outage;
	return STORE_TAKEN;
}

/* The first window of bucket i without room; -1: there is room in all. */
static int
refusing(const struct store_request *q, unsigned i, struct store_outcome *o)
{
	const struct store_bucket *b = &q->bucket[i];

	for (unsigned k = 0; k < b->n_windows; k++) {
		const struct policy_window *w = &b->window[k];
		const struct bucket_rate rate = { w->interval_us, w->burst };
		uint64_t wait_us = bucket_wait(rate, o->full_us[i][k], o->now_us,
					       store_cost(q, w));

		if (wait_us > 0) {
			o->wait_us = wait_us;
			return (int)k;
		}
	}
	return -1;
}

static enum store_answer
judge(const struct store_request *q, struct store_outcome *o)
{
	for (unsigned i = 0; i < q->n; i++) {
		int k = refusing(q, i, o);

		if (k >= 0 && q->bucket[i].is_observed) {
			o->would_refuse |= UINT32_C(1) << i;
		} else if (k >= 0) {
			o->bucket = i;
			o->window = (unsigned)k;
			return STORE_REFUSED;
		}
	}
	o->wait_us = 0;
	return STORE_TAKEN;
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
	if (o->answer == STORE_TAKEN)
		o->answer = judge(q, o);
	return o->answer;
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
