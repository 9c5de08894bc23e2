/*
 * test_fit.c - a Redis that mail must not depend on is refused, with a way out.
 */
#include "test.h"

#include "../../milter/clock.h"
#include "../../milter/redis/redis_fit.h"
#include "private_redis.h"

#include <signal.h>

#define PATIENT_US 10000000
#define SHORT_US 100000	/* where no answer will come */
#define OURS "00112233445566778899aabbccddeeff"
#define OTHER "ffeeddccbbaa99887766554433221100"

struct row {
	const char *name;
	const char *option, *value;	/* of redis-server */
	const char *before[4];		/* a command that is given first */
	enum redis_fitness want;
	const char *why;		/* beginning of the sentence */
};

static const struct row rows[] = {
	{ "plain", NULL, NULL, { NULL }, REDIS_FIT, "" },
	{ "eviction", "--maxmemory-policy", "allkeys-lru", { NULL }, REDIS_UNFIT,
	  "this Redis may drop charges when it is full (maxmemory-policy "
	  "'allkeys-lru'); run: redis-cli CONFIG SET maxmemory-policy noeviction" },
	{ "cluster", "--cluster-enabled", "yes", { NULL }, REDIS_UNFIT,
	  "this Redis runs in 'cluster' mode; use a plain one" },
	{ "replica", "--replicaof", "127.0.0.1 1", { NULL }, REDIS_UNFIT,
	  "this Redis is a replica (role 'slave'); give the address of its primary" },
	{ "INFO forbidden", NULL, NULL, { "ACL", "SETUSER", "default", "-info" },
	  REDIS_UNFIT,
	  "Redis: NOPERM this user has no permissions to run the 'info' command; "
	  "sluice needs: ACL SETUSER <user> resetkeys ~sluice:{<namespace>}:* " },
	{ "same key file", NULL, NULL, { "SET", "sluice:{test}:key", OURS, "NX" },
	  REDIS_FIT, "" },
	{ "another key file", NULL, NULL,
	  { "SET", "sluice:{test}:key", OTHER, "NX" }, REDIS_UNFIT,
	  "this Redis is used with another key file (fingerprint ffeeddcc.., here "
	  "00112233..); copy the key file" },
	{ "another namespace", NULL, NULL, { "SET", "sluice:{else}:key", OTHER,
	  "NX" }, REDIS_FIT, "" },
	{ "full", NULL, NULL, { "CONFIG", "SET", "maxmemory", "1" }, REDIS_AWAY,
	  "Redis: OOM" },
};

static void
fit(void **state)
{
	const struct row *r = *state;
	uint64_t deadline_us = clock_monotonic_us() + PATIENT_US;
	struct private_redis server;
	struct error e = { "" };
	struct conn *c;
	enum redis_fitness got;

	private_redis_init(&server);
	if (r->option != NULL) {
		private_redis_signal(&server, SIGKILL);
		private_redis_start(&server, r->option, r->value, NULL);
	}
	c = private_redis_open(&server);
	if (r->before[0] != NULL)
		reply_free(conn_ask(c, deadline_us, &e, r->before[0], r->before[1],
				    r->before[2], r->before[3], NULL));
	got = redis_fit(c, "test", OURS, true, deadline_us, &e);
	conn_close(c);
	private_redis_fini(&server);
	if (got != r->want || strncmp(e.text, r->why, strlen(r->why)) != 0)
		fail_msg("got %d '%s', want %d '%s'", (int)got, e.text, (int)r->want,
			 r->why);
}

static void
fit_twice(void **state)
{
	uint64_t deadline_us = clock_monotonic_us() + PATIENT_US;
	struct private_redis server;
	struct error e = { "" };
	struct conn *c;

	(void)state;
	private_redis_init(&server);
	c = private_redis_open(&server);
	/* Who only looks leaves it to the first that comes. */
	assert_int_equal(redis_fit(c, "test", OTHER, false, deadline_us, &e), REDIS_FIT);
	assert_int_equal(redis_fit(c, "test", OURS, true, deadline_us, &e), REDIS_FIT);
	assert_int_equal(redis_fit(c, "test", OURS, true, deadline_us, &e), REDIS_FIT);
	assert_int_equal(redis_fit(c, "test", OTHER, true, deadline_us, &e), REDIS_UNFIT);
	assert_int_equal(redis_fit(c, "test", OTHER, false, deadline_us, &e), REDIS_UNFIT);
	assert_non_null(strstr(e.text, "DEL 'sluice:{test}:key'"));
	conn_close(c);
	private_redis_fini(&server);
}

/* It accepts the connection and says nothing: that is no judgement. */
static void
fit_hanging(void **state)
{
	uint64_t deadline_us = clock_monotonic_us() + SHORT_US;
	struct private_redis server;
	struct error e = { "" };
	struct conn *c;

	(void)state;
	private_redis_init(&server);
	c = private_redis_open(&server);
	private_redis_signal(&server, SIGSTOP);
	assert_int_equal(redis_fit(c, "test", OURS, true, deadline_us, &e), REDIS_AWAY);
	conn_close(c);
	private_redis_fini(&server);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 2] = {
		{ "the first node's key counts", fit_twice, NULL, NULL, NULL },
		{ "hanging", fit_hanging, NULL, NULL, NULL },
	};
	size_t n = 2;

	ROWS(tests, &n, rows, fit);
	return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
