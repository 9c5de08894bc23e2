/*
 * warn.c - which keys are warned of (`warn at P%`), so that each is once.
 *
 * A pseudonym is as good as random, so its first bytes say in which set of
 * places it is looked for.
 */
#include "warn.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../policy/bucket/bucket.h"

#define SETS 512
#define PLACES 8		/* in a set */

struct place {
	uint8_t id[PSEUDONYM_LEN];
	uint64_t full_us;	/* all its windows; 0: nobody is here */
};

struct warn {
	pthread_mutex_t lock;
	struct place place[SETS][PLACES];
};

/* What the step left of a bucket, and what it found. */
struct level {
	unsigned percent, window;	/* of the fullest window, after it */
	bool is_low;			/* before it: below half in all */
	uint64_t full_us;
};

struct warn *
warn_new(void)
{
	struct warn *w = calloc(1, sizeof(*w));

	if (w != NULL)
		pthread_mutex_init(&w->lock, NULL);
	return w;
}

void
warn_free(struct warn *w)
{
	if (w == NULL)
		return;
	pthread_mutex_destroy(&w->lock);
	free(w);
}

static unsigned
percent_of(const struct policy_window *w, uint64_t full_us, uint64_t now_us)
{
	struct bucket_rate rate = { w->interval_us, w->burst };
	uint64_t level = bucket_level(rate, full_us, now_us);

	return (unsigned)(level * 100 / w->burst);
}

static struct level
look(const struct store_request *q, const struct store_outcome *o, unsigned i,
     unsigned percent)
{
	struct level l = { .is_low = true };

	for (unsigned k = 0; k < q->bucket[i].n_windows; k++) {
		const struct policy_window *w = &q->bucket[i].window[k];
		uint64_t after = o->full_us[i][k];
		uint64_t cost_us = charge_cost(w, q->recipients) * w->interval_us;
		uint64_t before = after > cost_us ? after - cost_us : 0;
		unsigned now = percent_of(w, after, o->now_us);

		if (now > l.percent) {
			l.percent = now;
			l.window = k;
		}
		if (2 * percent_of(w, before, o->now_us) >= percent)
			l.is_low = false;
		if (after > l.full_us)
			l.full_us = after;
	}
	return l;
}

/* The place of the key, or the one that is given up for it. */
static struct place *
find(struct warn *w, const uint8_t id[PSEUDONYM_LEN])
{
	struct place *set = w->place[(id[0] << 8 | id[1]) % SETS], *first = set;

	for (struct place *p = set; p < set + PLACES; p++) {
		if (p->full_us > 0 && memcmp(p->id, id, PSEUDONYM_LEN) == 0)
			return p;
		if (p->full_us < first->full_us)
			first = p;
	}
	return first;
}

/* True if it was not known, or is to be known anew. */
static bool
is_news(struct warn *w, const uint8_t id[PSEUDONYM_LEN], const struct level *l,
	unsigned percent)
{
	bool is_high = l->percent >= percent, is_known;
	struct place *p;

	pthread_mutex_lock(&w->lock);
	p = find(w, id);
	is_known = p->full_us > 0 && memcmp(p->id, id, PSEUDONYM_LEN) == 0;
	if (is_known && l->is_low) {
		p->full_us = 0;
		is_known = false;
	}
	if (is_high && !is_known)
		memcpy(p->id, id, PSEUDONYM_LEN);
	if (is_high || is_known)
		p->full_us = l->full_us;
	pthread_mutex_unlock(&w->lock);
	return is_high && !is_known;
}

unsigned
warn_level(struct warn *w, const struct store_request *q,
	   const struct store_outcome *o, unsigned i, unsigned percent,
	   unsigned *window)
{
	struct level l = look(q, o, i, percent);

	*window = l.window;
	return is_news(w, q->bucket[i].id, &l, percent) ? l.percent : 0;
}
