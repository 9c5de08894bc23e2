/*
 * test_combine.c - who works, on whom, and who is sent away.
 */
#include "test.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "../../milter/clock.h"
#include "../../milter/store/combine.h"

#define FAR_US 60000000
#define THREADS_MAX 100

struct bench {
	struct combine *c;
	sem_t started, go;		/* of the first batch */
	bool is_failing;
	_Atomic int at_work;
	size_t batch[THREADS_MAX];	/* sizes, by whoever is at work */
	size_t n;
};

struct worker {
	struct combine_item item;	/* must be the first */
	struct bench *b;
	pthread_t thread;
	enum combine_state end;
	int worked;
};

static bool
work(void *arg, struct combine_item **batch, size_t n, uint64_t deadline_us)
{
	struct bench *b = arg;

	if (atomic_fetch_add(&b->at_work, 1) != 0)
		abort();
	for (size_t i = 0; i < n; i++) {
		((struct worker *)batch[i])->worked++;
		if (batch[i]->deadline_us < deadline_us)
			abort();
	}
	if (b->n < THREADS_MAX)
		b->batch[b->n] = n;
	if (b->n++ == 0) {
		sem_post(&b->started);
		sem_wait(&b->go);
	}
	atomic_fetch_sub(&b->at_work, 1);
	return !b->is_failing;
}

static void *
run(void *arg)
{
	struct worker *w = arg;

	w->end = combine_run(w->b->c, &w->item, (struct combine_work){ work, w->b });
	return NULL;
}

/* With so much time to wait, and as much again for the work. */
static void
start(struct worker *w, struct bench *b, uint64_t wait_us, bool is_alone)
{
	memset(w, 0, sizeof(*w));
	w->b = b;
	w->item.turn_us = clock_monotonic_us() + wait_us;
	w->item.deadline_us = w->item.turn_us + wait_us;
	w->item.is_alone = is_alone;
	assert_int_equal(pthread_create(&w->thread, NULL, run, w), 0);
}

static void
wait_for_queue(struct bench *b, size_t n)
{
	while (combine_waiting(b->c) != n)
		sched_yield();
}

/* Starts one leader, which blocks, and n that queue up behind it in order. */
static void
line_up(struct bench *b, struct worker *w, size_t n, size_t alone)
{
	memset(b, 0, sizeof(*b));
	b->c = combine_new();
	sem_init(&b->started, 0, 0);
	sem_init(&b->go, 0, 0);
	start(&w[0], b, FAR_US, false);
	sem_wait(&b->started);
	for (size_t i = 1; i <= n; i++) {
		start(&w[i], b, FAR_US, i == alone);
		wait_for_queue(b, i);
	}
}

static void
let_go(struct bench *b, struct worker *w, size_t n)
{
	sem_post(&b->go);
	for (size_t i = 0; i <= n; i++)
		pthread_join(w[i].thread, NULL);
}

static void
clear(struct bench *b)
{
	combine_free(b->c);
	sem_destroy(&b->started);
	sem_destroy(&b->go);
}

static void
one_batch(void **state)
{
	struct worker w[11];
	struct bench b;

	(void)state;
	line_up(&b, w, 10, 0);
	let_go(&b, w, 10);
	assert_int_equal(b.n, 2);
	assert_int_equal(b.batch[1], 10);
	for (size_t i = 0; i <= 10; i++) {
		assert_int_equal(w[i].end, COMBINE_DONE);
		assert_int_equal(w[i].worked, 1);
	}
	clear(&b);
}

static void
bounded(void **state)
{
	static struct worker w[THREADS_MAX];
	struct bench b;

	(void)state;
	line_up(&b, w, THREADS_MAX - 1, 0);
	let_go(&b, w, THREADS_MAX - 1);
	assert_int_equal(b.n, 3);
	assert_int_equal(b.batch[1], COMBINE_MAX);
	assert_int_equal(b.batch[2], THREADS_MAX - 1 - COMBINE_MAX);
	clear(&b);
}

static void
alone(void **state)
{
	struct worker w[5];
	struct bench b;

	(void)state;
	line_up(&b, w, 4, 1);
	let_go(&b, w, 4);
	assert_int_equal(b.n, 3);
	assert_int_equal(b.batch[1], 1);
	assert_int_equal(b.batch[2], 3);
	clear(&b);
}

static void
failure(void **state)
{
	struct worker w[11];
	struct bench b;

	(void)state;
	line_up(&b, w, 10, 0);
	b.is_failing = true;
	let_go(&b, w, 10);
	assert_int_equal(b.n, 1);
	assert_int_equal(w[0].end, COMBINE_FAILED);
	assert_int_equal(w[0].worked, 1);
	for (size_t i = 1; i <= 10; i++) {
		assert_int_equal(w[i].end, COMBINE_DROPPED);
		assert_int_equal(w[i].worked, 0);
	}
	clear(&b);
}

/* It is not for what the others failed at. */
static void
alone_stays(void **state)
{
	struct worker w[4];
	struct bench b;

	(void)state;
	line_up(&b, w, 3, 2);
	b.is_failing = true;
	let_go(&b, w, 3);
	assert_int_equal(b.n, 2);
	assert_int_equal(w[1].end, COMBINE_DROPPED);
	assert_int_equal(w[2].end, COMBINE_FAILED);
	assert_int_equal(w[2].worked, 1);
	assert_int_equal(w[3].end, COMBINE_DROPPED);
	clear(&b);
}

/* The leader is blocked until the one behind it has left. */
static void
late(void **state)
{
	struct worker w[1], second;
	struct bench b;

	(void)state;
	line_up(&b, w, 0, 0);
	start(&second, &b, 1000, false);
	pthread_join(second.thread, NULL);
	assert_int_equal(second.end, COMBINE_LATE);
	assert_int_equal(second.worked, 0);
	assert_int_equal(combine_waiting(b.c), 0);
	let_go(&b, w, 0);
	assert_int_equal(w[0].end, COMBINE_DONE);
	clear(&b);
}

static void
too_late_at_once(void **state)
{
	struct bench b = { .c = combine_new() };
	struct worker w = { .b = &b, .item.turn_us = 1, .item.deadline_us = FAR_US };

	(void)state;
	run(&w);
	assert_int_equal(w.end, COMBINE_LATE);
	assert_int_equal(w.worked, 0);
	combine_free(b.c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "what waits becomes one batch", one_batch, NULL, NULL, NULL },
		{ "a batch is bounded", bounded, NULL, NULL, NULL },
		{ "alone means alone", alone, NULL, NULL, NULL },
		{ "a failure sends everybody away", failure, NULL, NULL, NULL },
		{ "but not who is alone", alone_stays, NULL, NULL, NULL },
		{ "who waits leaves when its turn has passed", late, NULL, NULL, NULL },
		{ "who is late does not lead", too_late_at_once, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("combine", tests, NULL, NULL);
}
