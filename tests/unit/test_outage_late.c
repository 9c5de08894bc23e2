/*
 * test_outage_late.c - a Redis that is slow, and a crowd of which some get no turn.
 *
 * Redis stops in the middle and goes on before anybody's time is over. What was on
 * its way to it then is answered by it; those who waited behind that are late, and
 * are decided here. Both together are not more than the limit.
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
#include "log_catch.h"
#include "server.h"
#include "store_text.h"

#define TIMEOUT_US 400000
#define THREADS 128		/* more than are sent at once */
#define EACH 6
#define HANGS 4
#define BURST 120

struct crowd {
	struct store *s;
	unsigned hang;
	pthread_barrier_t door;
	_Atomic unsigned taken, late;
};

static void *
go(void *arg)
{
	struct crowd *c = arg;
	struct store_outcome o;
	struct store_text t;
	char ask[64];

	snprintf(ask, sizeof(ask), "a:%u=m%u/86400000", c->hang, BURST);
	store_text_parse(&t, ask);
	pthread_barrier_wait(&c->door);
	for (unsigned i = 0; i < EACH; i++) {
		t.q.now_us = clock_monotonic_us();
		if (store_take(c->s, &t.q, &o) == STORE_TAKEN)
			atomic_fetch_add(&c->taken, 1);
		if (o.is_outage)
			atomic_fetch_add(&c->late, 1);
	}
	return NULL;
}

static void
hang(struct crowd *c)
{
	pthread_t thread[THREADS];
	uint64_t until_us;

	while (!outage_probe(c->s))
		;
	atomic_store(&c->taken, 0);
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, go, c), 0);
	pthread_barrier_wait(&c->door);
	while (atomic_load(&c->taken) == 0)
		sched_yield();
	private_redis_signal(&server, SIGSTOP);
	until_us = clock_monotonic_us() + TIMEOUT_US * 3 / 4;
	while (clock_monotonic_us() < until_us)
		sched_yield();
	private_redis_signal(&server, SIGCONT);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
}

static void
crowd(void **state)
{
	struct target t = { .address = server.address };
	struct crowd c = { .s = outage_new(redis_store_new(&t, "test", TIMEOUT_US),
					   memory_new(1000)) };
	struct log_catch l;
	char log[8000];

	(void)state;
	pthread_barrier_init(&c.door, NULL, THREADS + 1);
	log_catch_begin(&l);
	for (c.hang = 0; c.hang < HANGS; c.hang++) {
		hang(&c);
		printf("# %u of %u, %u here\n", c.taken, BURST, c.late);
		if (c.taken > BURST)
			fail_msg("got %u, want %u at most", c.taken, BURST);
	}
	log_catch_end(&l, log, sizeof(log));
	assert_true(c.late > 0);
	pthread_barrier_destroy(&c.door);
	store_free(c.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a crowd and a slow Redis", crowd, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("outage late", tests, server_start,
					   server_stop);
}
