/*
 * test_outage.c - losing Redis is not losing the limit.
 */
#include "test.h"

#include <signal.h>

#include "../../milter/clock.h"
#include "../../milter/store/memory/memory.h"
#include "../../milter/store/outage.h"
#include "../../milter/store/redis_store.h"
#include "fake_redis.h"
#include "log_catch.h"
#include "server.h"
#include "store_text.h"

#define PATIENT_US 10000000
#define HASTY_US 300000
#define DAY "86400000"

static struct store *
open_store(void)
{
	struct target t = { .address = server.address };

	return outage_new(redis_store_new(&t, "test", PATIENT_US), memory_new(1000));
}

static void
check(struct store *s, const char *ask, const char *want, bool is_outage)
{
	struct store_outcome o;
	struct store_text t;
	char got[256];

	store_text_parse(&t, ask);
	t.q.now_us = clock_monotonic_us();
	store_take(s, &t.q, &o);
	store_text_outcome(&t.q, &o, got, sizeof(got));
	assert_string_equal(got, want);
	assert_int_equal(o.is_outage, is_outage);
}

static uint64_t
decisions(struct store *s)
{
	struct outage_status status;

	outage_status(s, &status);
	return status.decisions;
}

static void
revive(void)
{
	if (server.pid == 0)
		private_redis_start(&server, NULL);
}

static int
count(const char *text, const char *what)
{
	int n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text++;
		n++;
	}
	return n;
}

static void
starts_open(void **state)
{
	struct store *s = open_store();
	struct outage_status status;
	char log[1000];
	struct log_catch l;

	(void)state;
	log_catch_begin(&l);
	check(s, "s=m2/" DAY, "taken 1", true);
	outage_status(s, &status);
	assert_true(status.is_outage);
	assert_string_equal(status.reason, "Redis was not asked yet");
	assert_true(outage_probe(s));
	check(s, "s=m2/" DAY, "taken 2", false);
	outage_status(s, &status);
	assert_false(status.is_outage);
	assert_int_equal(status.decisions, 1);
	log_catch_end(&l, log, sizeof(log));
	assert_string_equal(log, "");
	store_free(s);
}

static void
levels_go_on(void **state)
{
	struct store *s = open_store();

	(void)state;
	assert_true(outage_probe(s));
	check(s, "a=m3/" DAY, "taken 1", false);
	check(s, "a=m3/" DAY, "taken 2", false);
	check(s, "a=m3/" DAY " b=m1/" DAY, "taken 3 1", false);
	check(s, "c=m9/" DAY " b=m1/" DAY, "refused 1.0 0 1", false);
	private_redis_signal(&server, SIGKILL);
	check(s, "c=m9/" DAY, "taken 1", true);
	check(s, "c=m9/" DAY, "taken 2", true);
	check(s, "a=m3/" DAY, "refused 0.0 3", true);
	check(s, "b=m1/" DAY, "refused 0.0 1", true);
	assert_int_equal(decisions(s), 4);
	store_free(s);
	revive();
}

static void
told_once(void **state)
{
	struct store *s = open_store();
	struct outage_status status;
	char log[2000];
	struct log_catch l;

	(void)state;
	assert_true(outage_probe(s));
	log_catch_begin(&l);
	private_redis_signal(&server, SIGKILL);
	check(s, "d=m3/" DAY, "taken 1", true);
	check(s, "d=m3/" DAY, "taken 2", true);
	assert_false(outage_probe(s));
	assert_false(outage_probe(s));
	outage_begin(s, "something else");
	outage_status(s, &status);
	private_redis_start(&server, NULL);
	assert_true(outage_probe(s));
	assert_true(outage_probe(s));
	log_catch_end(&l, log, sizeof(log));
	assert_string_equal(status.reason, "something else");
	assert_int_equal(count(log, "outage begin reason=\"Redis closed the "
			       "connection\"\n"), 1);
	assert_int_equal(count(log, "outage end lasted="), 1);
	assert_int_equal(count(log, " decisions=2\n"), 1);
	assert_int_equal(count(log, "\n"), 2);
	check(s, "d=m3/" DAY, "taken 3", false);
	store_free(s);
}

/* Redis comes back empty; what this node knows is a floor, in Redis and for
 * whoever else asks. */
static void
floors(void **state)
{
	struct store *s = open_store(), *other = open_store();

	(void)state;
	assert_true(outage_probe(s));
	assert_true(outage_probe(other));
	check(s, "h=m5/" DAY, "taken 1", false);
	check(s, "h=m5/" DAY, "taken 2", false);
	private_redis_signal(&server, SIGKILL);
	check(s, "h=m5/" DAY, "taken 3", true);
	check(s, "?i=m5/" DAY, "taken 1", true);
	private_redis_start(&server, NULL);
	assert_true(outage_probe(s));
	check(s, "h=m5/" DAY, "taken 4", false);
	check(s, "?i=m5/" DAY, "taken 2", false);
	assert_true(outage_probe(other));
	check(other, "h=m5/" DAY, "taken 5", false);
	check(s, "h=m5/" DAY, "refused 0.0 5", false);
	store_free(s);
	store_free(other);
}

/* The same of what is held; of refusals only what Redis was not told. */
static void
budgets_go_on(void **state)
{
	static const char *const ask = "j=m1/" DAY ",hm3/" DAY ",sm4/" DAY;
	struct store *s = open_store();

	(void)state;
	assert_true(outage_probe(s));
	check(s, ask, "taken 1,h0,s0", false);
	check(s, ask, "refused 0.0 1,h1,s1", false);
	private_redis_signal(&server, SIGKILL);
	check(s, ask, "refused 0.0 1,h2,s2", true);
	private_redis_start(&server, NULL);
	assert_true(outage_probe(s));
	check(s, ask, "refused 0.0 1,h3,s2", false);
	check(s, ask, "refused 0.0 spent 1,h3,s3", false);
	check(s, ask, "refused 0.0 spent struck 1,h3,s0", false);
	check(s, ask, "refused 0.0 spent 1,h3,s1", false);
	store_free(s);
}

/* When another node's refusal was the last, and the count began anew, what this
 * one heard of it before is nothing. Redis is asked each time, for the hold. */
static void
strikes_of_another(void **state)
{
	static const char *const ask = "k=m1/" DAY ",hm9/" DAY ",sm3/" DAY;
	struct store *s = open_store(), *other = open_store();

	(void)state;
	assert_true(outage_probe(s));
	assert_true(outage_probe(other));
	check(s, ask, "taken 1,h0,s0", false);
	check(s, ask, "refused 0.0 1,h1,s1", false);
	check(s, ask, "refused 0.0 1,h2,s2", false);
	check(other, ask, "refused 0.0 struck 1,h3,s0", false);
	check(s, ask, "refused 0.0 1,h4,s1", false);
	store_free(s);
	store_free(other);
}

static void
found_unfit(void **state)
{
	struct store *s = open_store();
	struct outage_status status;
	char log[1000];
	struct log_catch l;

	(void)state;
	assert_true(outage_probe(s));
	log_catch_begin(&l);
	outage_begin(s, "it is a replica");
	check(s, "e=m3/" DAY, "taken 1", true);
	outage_status(s, &status);
	assert_true(outage_probe(s));
	log_catch_end(&l, log, sizeof(log));
	assert_true(status.is_outage);
	assert_string_equal(status.reason, "it is a replica");
	assert_int_equal(count(log, "outage begin reason=\"it is a replica\"\n"), 1);
	store_free(s);
}

static enum store_answer
ask_with(struct store *s, const char *token)
{
	struct store_outcome o;
	struct store_text t;

	store_text_parse(&t, "f=m9/" DAY);
	snprintf(t.q.token, sizeof(t.q.token), "%s", token);
	t.q.now_us = clock_monotonic_us();
	return store_take(s, &t.q, &o);
}

/* A node that was told that it is behind may not know a freeze: Redis going
 * away does not make that better. */
static void
behind(void **state)
{
	struct store *s = open_store();
	unsigned mark;

	(void)state;
	assert_true(outage_probe(s));
	assert_int_equal(ask_with(s, "other"), STORE_STALE);
	assert_int_equal(ask_with(s, STORE_ANY_TOKEN), STORE_TAKEN);
	mark = outage_behind(s);
	private_redis_signal(&server, SIGKILL);
	assert_int_equal(ask_with(s, STORE_ANY_TOKEN), STORE_TAKEN);
	assert_int_equal(ask_with(s, "other"), STORE_STALE);
	outage_set_behind(s);
	outage_caught_up(s, mark);
	assert_int_equal(ask_with(s, "other"), STORE_STALE);
	outage_caught_up(s, outage_behind(s));
	assert_int_equal(ask_with(s, "other"), STORE_TAKEN);
	store_free(s);
	revive();
}

/* The others wait for the lease and no longer. */
static void
lease_ends(void **state)
{
	struct target target = { .address = server.address };
	struct store *s = outage_new(redis_store_new(&target, "test", HASTY_US),
				     memory_new(1000));
	struct store_outcome o;
	struct store_text t;

	(void)state;
	while (!outage_probe(s))
		;
	store_text_parse(&t, "g=m9/" DAY);
	t.q.nodes = 2;
	t.q.lease_us = HASTY_US / 2;
	private_redis_signal(&server, SIGSTOP);
	t.q.now_us = clock_monotonic_us();
	outage_heard(s, t.q.now_us, t.q.lease_us);
	assert_int_equal(store_take(s, &t.q, &o), STORE_ALONE);
	private_redis_signal(&server, SIGCONT);
	store_free(s);
}

struct refusal {
	const char *name;
	const char *reply[FAKE_REPLIES_MAX];
	const char *reason;
};

/* A Redis that answers, but will not: nothing was charged there. */
static const struct refusal refusals[] = {
	{ "Redis is full", { "!-OOM command not allowed\r\n" }, "OOM" },
	{ "Redis is a replica now", { "!-READONLY You can't write\r\n" }, "READONLY" },
	{ "Redis cannot save", { "!-MISCONF Redis is configured to\r\n" }, "MISCONF" },
	{ "Redis forbids it", { "!-NOPERM this user has no permissions\r\n" },
	  "NOPERM" },
	{ "Redis is starting", { "!-LOADING Redis is loading\r\n" }, "LOADING" },
	{ "Redis is busy", { "!-BUSY Redis is busy running a script\r\n" }, "BUSY" },
	{ "Redis says something new", { "!-NEWS of tomorrow\r\n" }, "NEWS" },
	{ "Redis hangs up", { "~" }, "closed the connection" },
	{ "Redis lies", { "!:1\r\n" }, "take.lua" },
};

static void
refused(void **state)
{
	const struct refusal *row = *state;
	struct outage_status status;
	struct target t;
	struct fake_redis f;
	struct log_catch l;
	struct store *s;
	char log[1000];

	fake_redis_init(&f, row->reply);
	t = (struct target){ .address = f.address };
	s = outage_new(redis_store_new(&t, "test", PATIENT_US), memory_new(1000));
	log_catch_begin(&l);
	assert_true(outage_probe(s));
	check(s, "a=m1/" DAY, "taken 1", true);
	check(s, "a=m1/" DAY, "refused 0.0 1", true);
	outage_status(s, &status);
	log_catch_end(&l, log, sizeof(log));
	assert_true(status.is_outage);
	assert_int_equal(status.decisions, 2);
	if (strstr(status.reason, row->reason) == NULL ||
	    strstr(log, row->reason) == NULL)
		fail_msg("got '%s' and %s, want %s", status.reason, log, row->reason);
	store_free(s);
	fake_redis_fini(&f);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(refusals) + 9] = {
		{ "it starts without Redis", starts_open, NULL, NULL, NULL },
		{ "levels go on", levels_go_on, NULL, NULL, NULL },
		{ "begin and end are told once", told_once, NULL, NULL, NULL },
		{ "a Redis that comes back empty", floors, NULL, NULL, NULL },
		{ "budgets and strikes go on", budgets_go_on, NULL, NULL, NULL },
		{ "strikes of another node", strikes_of_another, NULL, NULL, NULL },
		{ "a Redis found unfit is an outage", found_unfit, NULL, NULL, NULL },
		{ "a node that is behind stays so in an outage", behind, NULL, NULL, NULL },
		{ "a lease ends while Redis hangs", lease_ends, NULL, NULL, NULL },
	};
	size_t n = 9;

	ROWS(tests, &n, refusals, refused);
	return cmocka_run_group_tests_name("outage", tests, server_start, server_stop);
}
