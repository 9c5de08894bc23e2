/*
 * test_redis.c - what only the store in Redis promises: deadlines, the token,
 * many threads, and a server that stops, dies and comes back.
 */
#include "test.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>

#include "../../milter/clock.h"
#include "../../milter/store/redis_store.h"
#include "private_redis.h"
#include "store_text.h"

#define PATIENT_US 10000000
#define HASTY_US 200000
#define THREADS 16
#define TAKES 400
#define DAY "86400000"

/* The key of `a:0`. */
#define KEY_A "sluice:{test}:bucket:a:00000000000000000000000000000000"

static struct private_redis server;

static int
start(void **state)
{
	(void)state;
	private_redis_init(&server);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	private_redis_fini(&server);
	return 0;
}

static int64_t
command(const char *name, const char *key, const char *value)
{
	struct conn *c = private_redis_open(&server);
	struct error e = { "" };
	struct reply *r = conn_ask(c, clock_monotonic_us() + PATIENT_US, &e, name,
				   key, value, NULL);
	int64_t n;

	if (r == NULL || reply_type(r) == REPLY_ERROR)
		fail_msg("%s: got '%s', want a reply", name, e.text);
	n = reply_type(r) == REPLY_INTEGER ? reply_integer(r) : 0;
	reply_free(r);
	conn_close(c);
	return n;
}

static void
get(const char *key, char out[256])
{
	struct conn *c = private_redis_open(&server);
	struct error e = { "" };
	struct reply *r = conn_ask(c, clock_monotonic_us() + PATIENT_US, &e, "GET",
				   key, NULL);
	size_t len;

	if (r == NULL || reply_type(r) != REPLY_TEXT)
		fail_msg("got no text at %s", key);
	snprintf(out, 256, "%s", reply_text(r, &len));
	reply_free(r);
	conn_close(c);
}

static struct store *
open_store(uint64_t timeout_us)
{
	struct store *s = redis_store_new(server.address, "test", timeout_us);
	struct error e = { "" };

	command("FLUSHALL", NULL, NULL);
	if (!redis_store_probe(s, &e))
		fail_msg("got '%s', want a connection", e.text);
	return s;
}

static void
check(struct store *s, const char *ask, const char *token, const char *want)
{
	struct store_text t;

	store_text_parse(&t, ask);
	snprintf(t.q.token, sizeof(t.q.token), "%s", token);
	store_text_check(s, &t, clock_monotonic_us(), want);
}

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
	check(s, "a=m9/" DAY, "", "down");
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
	check(s, "a=m9/" DAY, "", "down");
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
	check(s, "b=m1/" DAY, "", "down");
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

/* A clock that went back leaves a time far ahead: an empty bucket, no more. */
static void
future(void **state)
{
	struct store *s = open_store(PATIENT_US);

	(void)state;
	command("SET", KEY_A, "m/86400000000 9600000000 9000000000000000 ");
	check(s, "a=m9/" DAY, "", "refused 0.0 9");
	command("SET", KEY_A, "m/86400000000 1 9000000000000000 ");
	check(s, "a=m9/" DAY, "", "refused 0.0 9");
	store_free(s);
}

static void
later_version(void **state)
{
	struct store *s = open_store(PATIENT_US);
	char value[256];

	(void)state;
	command("SET", KEY_A, "bytes/60 77 9000000000000000 m/1 2 3 ");
	check(s, "a=m9/" DAY, "", "taken 1");
	get(KEY_A, value);
	if (strncmp(value, "bytes/60 77 9000000000000000 m/86400000000 9600000000 ",
		    54) != 0)
		fail_msg("got '%s', want what is unknown kept, what is full not",
			 value);
	store_free(s);
}

/* Never before it is full, which would be a gift, and not long after. */
static void
expiry(void **state)
{
	struct store *s = open_store(PATIENT_US);
	char key[sizeof(KEY_A)];

	(void)state;
	for (int i = 0; i < 40; i++) {
		struct store_outcome o;
		struct store_text t;
		uint64_t ms;

		store_text_parse(&t, "a=m10/1000000");
		t.q.bucket[0].id[0] = (uint8_t)i;
		t.q.now_us = clock_monotonic_us();
		assert_int_equal(store_take(s, &t.q, &o), STORE_TAKEN);
		snprintf(key, sizeof(key), "sluice:{test}:bucket:a:%02x%030d", i, 0);
		ms = (uint64_t)command("PEXPIRETIME", key, NULL);
		if (ms * 1000 < o.full_us[0][0] || ms * 1000 > o.full_us[0][0] + 1000000)
			fail_msg("got %" PRIu64 " ms, want %" PRIu64 " us or a bit more",
				 ms, o.full_us[0][0]);
	}
	store_free(s);
}

/* Forged senders leave a key each only as often as mail was let through. */
static void
forged(void **state)
{
	struct store *s = open_store(PATIENT_US);

	(void)state;
	for (int i = 0; i < 300; i++) {
		static const char *const first[] = { "taken 1,h0 1,h0",
			"taken 1,h0 2,h0", "refused 1.0 0,h0 2,h1" };
		char ask[100];

		snprintf(ask, sizeof(ask), "sender:%d=m9/" DAY ",hm9/" DAY
			 " host=m2/" DAY ",hm1/" DAY, i);
		check(s, ask, "", i < 3 ? first[i] : "refused 1.0 spent 0,h0 2,h1");
	}
	assert_int_equal(command("DBSIZE", NULL, NULL), 2 + 1 + 1); /* the probe's */
	store_free(s);
}

/* What the node knows goes into Redis with the first thing that is charged. */
static void
writes(void **state)
{
	struct store *s = open_store(PATIENT_US);
	struct store_text t;

	(void)state;
	for (int counts = 0; counts < 2; counts++) {
		store_text_parse(&t, counts ? "a=m1/" DAY ",sm9/" DAY : "a=m1/" DAY);
		t.q.floor_us[0][0] = UINT64_C(1) << 52;
		store_text_check(s, &t, clock_monotonic_us(),
				 counts ? "refused 0.0 1,s1" : "refused 0.0 1");
		assert_int_equal(command("EXISTS", KEY_A, NULL), counts);
	}
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
		{ "a time far ahead is an empty bucket", future, NULL, NULL, NULL },
		{ "what a later version stored is kept", later_version, NULL, NULL, NULL },
		{ "a bucket expires when it is full", expiry, NULL, NULL, NULL },
		{ "forged keys do not fill memory", forged, NULL, NULL, NULL },
		{ "a refusal writes only what it counts", writes, NULL, NULL, NULL },
		{ "many threads, one bound", many_threads, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("redis", tests, start, stop);
}
