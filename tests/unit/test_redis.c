/*
 * test_redis.c - what only the store in Redis promises: deadlines, the token,
 * many threads, and a server that stops, dies and comes back.
 */
#include "redis_room.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>

#define HASTY_US 200000
#define THREADS 16
#define TAKES 400

static void
token(void **state)
{
	struct store *s = open_store(PATIENT_US);

	(void)state;
	check(s, "a=m9/" DAY, "", "taken 1");
	check(s, "a=m9/" DAY, "other", "stale");
	command("SET", "sluice:{test}:token", "here");
	check(s, "a=m9/" DAY, "", "stale");
	check(s, "", "other", "stale");
	check(s, "", "here", "taken");
	check(s, "a=m9/" DAY, "here", "taken 2");
	store_free(s);
}

/* The charge is in the server's socket when its time has passed: when it wakes,
 * it must not be made for mail that was answered long ago. */
static void
hang(void **state)
{
	struct store *s = open_store(HASTY_US);
	struct error e;

	(void)state;
	check(s, "a=m9/" DAY, "", "taken 1");
	private_redis_signal(&server, SIGSTOP);
	check(s, "a=m9/" DAY, "", "down");
	redis_store_reason(s, &e);
	assert_string_equal(e.text, "Redis did not answer in time");
	check(s, "a=m9/" DAY, "", "late");
	assert_false(redis_store_probe(s, &e));
	private_redis_signal(&server, SIGCONT);
	while (!redis_store_probe(s, &e))
		;
	check(s, "a=m9/" DAY, "", "taken 2");
	store_free(s);
}

static void
death(void **state)
{
	struct store *s = open_store(PATIENT_US);
	struct error e = { "" };

	(void)state;
	check(s, "a=m9/" DAY, "", "taken 1");
	private_redis_signal(&server, SIGKILL);
	check(s, "a=m9/" DAY, "", "down");
	assert_false(redis_store_probe(s, &e));
	private_redis_start(&server, NULL);
	check(s, "a=m9/" DAY, "", "late");
	if (!redis_store_probe(s, &e))
		fail_msg("got '%s', want a connection", e.text);
	check(s, "a=m9/" DAY, "", "taken 1");
	store_free(s);
}

static void
idle_restart(void **state)
{
	struct store *s = open_store(PATIENT_US);
	struct error e = { "" };

	(void)state;
	private_redis_signal(&server, SIGKILL);
	private_redis_start(&server, NULL);
	if (!redis_store_probe(s, &e))
		fail_msg("got '%s', want a connection", e.text);
	check(s, "a=m9/" DAY, "", "taken 1");
	store_free(s);
}

static void
script_flush(void **state)
{
	struct store *s = open_store(PATIENT_US);

	(void)state;
	command("SCRIPT", "FLUSH", NULL);
	check(s, "a=m9/" DAY, "", "taken 1");
	check(s, "a=m9/" DAY, "", "taken 2");
	store_free(s);
}

/* Full is not the same as read-only: a charge fails where a look does not. */
static void
full(void **state)
{
	struct store *s = open_store(PATIENT_US);
	struct conn *c = private_redis_open(&server);
	struct error e = { "" };

	(void)state;
	check(s, "a=m1/" DAY, "", "taken 1");
	reply_free(conn_ask(c, clock_monotonic_us() + PATIENT_US, &e, "CONFIG", "SET",
			    "maxmemory", "1", NULL));
	check(s, "a=m1/" DAY, "", "refused 0.0 1");
	check(s, "b=m1/" DAY, "", "late");
	assert_false(redis_store_probe(s, &e));
	if (strstr(e.text, "OOM") == NULL)
		fail_msg("got '%s', want the reason", e.text);
	reply_free(conn_ask(c, clock_monotonic_us() + PATIENT_US, &e, "CONFIG", "SET",
			    "maxmemory", "0", NULL));
	conn_close(c);
	assert_true(redis_store_probe(s, &e));
	check(s, "b=m1/" DAY, "", "taken 1");
	store_free(s);
}

struct taker {
	pthread_t thread;
	struct store *s;
	struct store_outcome o[TAKES];
};

static void *
run_taker(void *arg)
{
	struct taker *k = arg;
	struct store_text t;

	store_text_parse(&t, "a=m1000/1000b50");
	for (int i = 0; i < TAKES; i++) {
		t.q.now_us = clock_monotonic_us();
		store_take(k->s, &t.q, &k->o[i]);
	}
	return NULL;
}

static int
by_time(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* From the times in the replies: over any window, no more than burst + rate * t,
 * and no two of them were given the same room. */
static void
check_bound(uint64_t (*taken)[2], size_t n)
{
	qsort(taken, n, sizeof(*taken), by_time);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n; j++)
			if ((j - i + 1) * 1000 > 50 * 1000 + taken[j][0] - taken[i][0])
				fail_msg("got %zu in %" PRIu64 " us, want no more than "
					 "50 and one per ms", j - i + 1,
					 taken[j][0] - taken[i][0]);
	for (size_t i = 1; i < n; i++)
		if (taken[i][1] < taken[i - 1][1] + 1000)
			fail_msg("got two charges within one interval");
}

static void
many_threads(void **state)
{
	static struct taker taker[THREADS];
	static uint64_t taken[THREADS * TAKES][2];
	struct store *s = open_store(PATIENT_US);
	size_t n = 0, refused = 0;

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		taker[i].s = s;
		assert_int_equal(pthread_create(&taker[i].thread, NULL, run_taker,
						&taker[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(taker[i].thread, NULL);
		for (int k = 0; k < TAKES; k++) {
			const struct store_outcome *o = &taker[i].o[k];

			refused += o->answer == STORE_REFUSED;
			if (o->answer != STORE_TAKEN)
				continue;
			taken[n][0] = o->now_us;
			taken[n++][1] = o->full_us[0][0];
		}
	}
	assert_int_equal(n + refused, THREADS * TAKES);
	if (n < 50)
		fail_msg("got %zu taken, want at least the burst", n);
	check_bound(taken, n);
	store_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "another token is stale and costs nothing", token, NULL, NULL, NULL },
		{ "a server that hangs charges nothing later", hang, NULL, NULL, NULL },
		{ "a server that dies and comes back", death, NULL, NULL, NULL },
		{ "a restart while idle is no failure", idle_restart, NULL, NULL, NULL },
		{ "a forgotten script is loaded again", script_flush, NULL, NULL, NULL },
		{ "a full server is down, and the probe sees it", full, NULL, NULL, NULL },
		{ "many threads, one bound", many_threads, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("redis", tests, server_start, server_stop);
}
