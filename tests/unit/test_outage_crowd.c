/*
 * test_outage_crowd.c - many threads, and a Redis that hangs again and again.
 */
#include "test.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "../../milter/clock.h"
#include "../../milter/store/memory/memory.h"
#include "../../milter/store/outage.h"
#include "../../milter/store/redis_store.h"
#include "server.h"
#include "store_text.h"

#define HASTY_US 300000
#define THREADS 32
#define FLAPS 4
#define BURST 2000

struct sender {
	pthread_t thread;
	struct store *s;
	_Atomic unsigned *flap;
	_Atomic unsigned taken[FLAPS];
};

static void *
run_sender(void *arg)
{
	struct sender *k = arg;
	struct store_outcome o;
	struct store_text t;
	unsigned flap;

	store_text_parse(&t, "g=m2000/86400000");
	while ((flap = atomic_load(k->flap)) < FLAPS) {
		t.q.bucket[0].id[0] = (uint8_t)flap;
		t.q.now_us = clock_monotonic_us();
		switch (store_take(k->s, &t.q, &o)) {
		case STORE_TAKEN: atomic_fetch_add(&k->taken[flap], 1); break;
		case STORE_REFUSED: sched_yield(); break;
		default: abort();
		}
	}
	return NULL;
}

static uint64_t
decisions(struct store *s)
{
	struct outage_status status;

	outage_status(s, &status);
	return status.decisions;
}

static unsigned
taken(struct sender *sender, unsigned flap)
{
	unsigned n = 0;

	for (int i = 0; i < THREADS; i++)
		n += atomic_load(&sender[i].taken[flap]);
	return n;
}

/* The server hangs in the middle of it, each time at another bucket. What was in
 * flight then is charged in Redis or in memory, and the other may not know: one
 * message a thread. */
static void
flap(struct store *s, struct sender *sender, unsigned n)
{
	uint64_t before = decisions(s);

	while (taken(sender, n) < BURST / 20)
		sched_yield();
	private_redis_signal(&server, SIGSTOP);
	while (decisions(s) < before + BURST)
		sched_yield();
	private_redis_signal(&server, SIGCONT);
	while (!outage_probe(s))
		;
}

static void
crowd(void **state)
{
	static struct sender sender[THREADS];
	struct target t = { .address = server.address };
	struct store *s = outage_new(redis_store_new(&t, "test", HASTY_US),
				     memory_new(1000));
	_Atomic unsigned now = 0;

	(void)state;
	while (!outage_probe(s))
		;
	for (int i = 0; i < THREADS; i++) {
		sender[i].s = s;
		sender[i].flap = &now;
		assert_int_equal(pthread_create(&sender[i].thread, NULL, run_sender,
						&sender[i]), 0);
	}
	for (unsigned i = 0; i < FLAPS; i++) {
		flap(s, sender, i);
		atomic_fetch_add(&now, 1);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(sender[i].thread, NULL);
	for (unsigned i = 0; i < FLAPS; i++)
		if (taken(sender, i) + THREADS < BURST ||
		    taken(sender, i) > BURST)
			fail_msg("got %u taken, want %d, or %d less",
				 taken(sender, i), BURST, THREADS);
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a limit is a limit", crowd, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("outage crowd", tests, server_start, server_stop);
}
