/*
 * test_fit.c - a Redis that mail must not depend on is refused, with a way out.
 */
#include "test.h"

#include "../../milter/clock.h"
#include "../../milter/store/redis_store.h"
#include "private_redis.h"

#include <signal.h>

#define PATIENT_US 10000000
#define OURS "00112233445566778899aabbccddeeff"
#define OTHER "ffeeddccbbaa99887766554433221100"

struct row {
	const char *name;
	const char *option, *value;	/* of redis-server */
	const char *before[4];		/* a command that is given first */
	const char *want;		/* beginning of the sentence; NULL: fit */
};

static const struct row rows[] = {
	{ "plain", NULL, NULL, { NULL }, NULL },
	{ "eviction", "--maxmemory-policy", "allkeys-lru", { NULL },
	  "this Redis may drop charges when it is full (maxmemory-policy "
	  "'allkeys-lru'); run: redis-cli CONFIG SET maxmemory-policy noeviction" },
	{ "cluster", "--cluster-enabled", "yes", { NULL },
	  "this Redis runs in 'cluster' mode; use a plain one" },
	{ "replica", "--replicaof", "127.0.0.1 1", { NULL },
	  "this Redis is a replica (role 'slave'); give the address of its primary" },
	{ "INFO forbidden", NULL, NULL, { "ACL", "SETUSER", "default", "-info" },
	  "Redis forbids INFO, so its settings cannot be checked; allow it" },
	{ "same key file", NULL, NULL, { "SET", "sluice:{test}:key", OURS, "NX" },
	  NULL },
	{ "another key file", NULL, NULL,
	  { "SET", "sluice:{test}:key", OTHER, "NX" },
	  "this Redis is used with another key file (fingerprint ffeeddcc.., here "
	  "00112233..); copy the key file" },
	{ "another namespace", NULL, NULL, { "SET", "sluice:{else}:key", OTHER,
	  "NX" }, NULL },
	{ "full", NULL, NULL, { "CONFIG", "SET", "maxmemory", "1" }, "Redis: OOM" },
};

static void
fit(void **state)
{
	const struct row *r = *state;
	uint64_t deadline_us = clock_monotonic_us() + PATIENT_US;
	struct private_redis server;
	struct error e = { "" };
	struct conn *c;
	bool is_fit;

	private_redis_init(&server);
	if (r->option != NULL) {
		private_redis_signal(&server, SIGKILL);
		private_redis_start(&server, r->option, r->value, NULL);
	}
	c = private_redis_open(&server);
	if (r->before[0] != NULL)
		reply_free(conn_ask(c, deadline_us, &e, r->before[0], r->before[1],
				    r->before[2], r->before[3], NULL));
	is_fit = redis_fit(c, "test", OURS, deadline_us, &e);
	conn_close(c);
	private_redis_fini(&server);
	if (r->want == NULL ? !is_fit :
	    is_fit || strncmp(e.text, r->want, strlen(r->want)) != 0)
		fail_msg("got '%s', want '%s'", e.text, r->want != NULL ? r->want :
			 "fit");
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
	assert_true(redis_fit(c, "test", OURS, deadline_us, &e));
	assert_true(redis_fit(c, "test", OURS, deadline_us, &e));
	assert_false(redis_fit(c, "test", OTHER, deadline_us, &e));
	conn_close(c);
	private_redis_fini(&server);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 1] = {
		{ "the first node's key counts", fit_twice, NULL, NULL, NULL },
	};
	size_t n = 1;

	ROWS(tests, &n, rows, fit);
	return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
