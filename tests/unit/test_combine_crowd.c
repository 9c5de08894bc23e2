/*
 * test_combine_crowd.c - many threads at one desk: every item ends exactly once.
 *
 * Work charges one item after the other and fails at random, at any of them;
 * many have hardly any time, so that it is over at every point. In the end what
 * the threads were told is held against what was charged.
 */
#include "test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "../../milter/clock.h"
#include "../../milter/store/combine.h"
#include "random.h"

#define THREADS 64
#define ROUNDS 1000
#define FAR_US 60000000
#define SOON_US 1000
#define ENDS (COMBINE_DROPPED + 1)

struct desk {
	struct combine *c;
	_Atomic int at_work;
	uint64_t seed;			/* all that follows: of whoever is at work */
	unsigned charged, failed;
};

struct item {
	struct combine_item item;	/* must be the first */
	unsigned seen, charged;
};

struct person {
	pthread_t thread;
	struct desk *desk;
	uint64_t seed;
	unsigned end[ENDS], charged;
};

static bool
work(void *arg, struct combine_item **batch, size_t n, uint64_t deadline_us)
{
	struct desk *d = arg;
	bool is_failing;
	size_t broken;

	if (atomic_fetch_add(&d->at_work, 1) != 0)
		abort();
	is_failing = random_below(&d->seed, 40) == 0;
	broken = is_failing ? random_below(&d->seed, n) : n;
	for (size_t i = 0; i < n; i++) {
		struct item *item = (struct item *)batch[i];

		if (item->item.deadline_us < deadline_us ||
		    (item->item.is_alone && n > 1))
			abort();
		item->seen++;
		if (i < broken) {
			item->charged++;
			d->charged++;
		}
		if (i % 8 == 0)
			sched_yield();
	}
	d->failed += is_failing;
	atomic_fetch_sub(&d->at_work, 1);
	return !is_failing;
}

/* What it was told is what was done. */
static bool
is_right(const struct item *item, enum combine_state end, uint64_t now_us)
{
	switch (end) {
	case COMBINE_DONE:
		return item->seen == 1 && item->charged == 1;
	case COMBINE_FAILED:
		return item->seen == 1 && item->charged <= 1;
	case COMBINE_LATE:
		return item->seen == 0 && now_us >= item->item.turn_us;
	case COMBINE_DROPPED:
		return item->seen == 0 && !item->item.is_alone;
	default:
		return false;
	}
}

static void *
live(void *arg)
{
	struct person *p = arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct item item = { .item.is_alone = random_below(&p->seed, 50) == 0 };
		uint64_t wait_us = random_below(&p->seed, 3) > 0 ? FAR_US :
				   random_below(&p->seed, SOON_US);
		enum combine_state end;

		item.item.turn_us = clock_monotonic_us() + wait_us;
		item.item.deadline_us = item.item.turn_us +
					random_below(&p->seed, FAR_US);
		end = combine_run(p->desk->c, &item.item,
				  (struct combine_work){ work, p->desk });
		if (!is_right(&item, end, clock_monotonic_us()))
			abort();
		p->end[end]++;
		p->charged += item.charged;
	}
	return NULL;
}

static void
crowd(void **state)
{
	struct desk d = { .c = combine_new(), .seed = 1 };
	struct person person[THREADS] = { 0 };
	unsigned end[ENDS] = { 0 }, charged = 0, all = 0;

	(void)state;
	for (unsigned i = 0; i < THREADS; i++) {
		person[i].desk = &d;
		person[i].seed = i;
		assert_int_equal(pthread_create(&person[i].thread, NULL, live,
						&person[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(person[i].thread, NULL);
		charged += person[i].charged;
		for (unsigned k = 0; k < ENDS; k++) {
			end[k] += person[i].end[k];
			all += person[i].end[k];
		}
	}
	assert_int_equal(all, THREADS * ROUNDS);
	assert_int_equal(charged, d.charged);
	assert_true(end[COMBINE_DONE] <= charged);
	assert_true(end[COMBINE_FAILED] >= d.failed);
	for (unsigned k = COMBINE_DONE; k < ENDS; k++)
		assert_true(end[k] > 0);	/* all of it was tried */
	assert_int_equal(combine_waiting(d.c), 0);
	combine_free(d.c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "every item ends once, and every charge is known", crowd, NULL,
		  NULL, NULL },
	};

	return cmocka_run_group_tests_name("combine crowd", tests, NULL, NULL);
}
