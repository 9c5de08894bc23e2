/*
 * test_settle.c - what a node decided without Redis is told to Redis once.
 *
 * A level counts all that was let through, by whichever node: `s` goes through an
 * outage, `other` is a second node that does not.
 */
#include "test.h"

#include <signal.h>

#include "../../milter/clock.h"
#include "../../milter/store/memory/memory.h"
#include "../../milter/store/outage.h"
#include "../../milter/store/redis_store.h"
#include "log_catch.h"
#include "private_redis.h"
#include "store_text.h"

#define TIMEOUT_US 10000000
#define HASTY_US 300000
#define MINUTE UINT64_C(60000000)
#define DAY "86400000"
#define HOUR "3600000"

static struct private_redis server;

struct room {
	struct store *s, *other;
	struct log_catch log;
};

static struct store *
open_store(void)
{
	struct target t = { .address = server.address };

	return outage_new(redis_store_new(&t, "test", TIMEOUT_US), memory_new(1000));
}

static int
enter(void **state)
{
	static struct room r;

	private_redis_init(&server);
	r.s = open_store();
	r.other = open_store();
	log_catch_begin(&r.log);
	*state = &r;
	return 0;
}

static int
leave(void **state)
{
	struct room *r = *state;
	char log[4000];

	log_catch_end(&r->log, log, sizeof(log));
	store_free(r->s);
	store_free(r->other);
	private_redis_fini(&server);
	return 0;
}

static void
command(const char *a, const char *b, const char *c, const char *d)
{
	struct conn *conn = private_redis_open(&server);
	struct error e = { "" };
	struct reply *r = conn_ask(conn, clock_monotonic_us() + TIMEOUT_US, &e,
				   a, b, c, d, NULL);

	if (r == NULL || reply_type(r) == REPLY_ERROR)
		fail_msg("got no answer to %s", a);
	reply_free(r);
	conn_close(conn);
}

static void
take(struct store *s, const char *ask, const char *want)
{
	struct store_text t;

	store_text_parse(&t, ask);
	store_text_check(s, &t, clock_monotonic_us(), want);
}

static bool
settle(struct store *s)
{
	return outage_settle(s, clock_monotonic_us());
}

static struct outage_status
status(struct store *s)
{
	struct outage_status st;

	outage_status(s, &st);
	return st;
}

/* Both charged while they did not know of each other: it adds up. */
static void
with_data(void **state)
{
	struct room *r = *state;

	assert_true(outage_probe(r->other));
	take(r->other, "a=m9/" DAY, "taken 1");
	take(r->s, "a=m9/" DAY, "taken 1");
	take(r->s, "a=m9/" DAY, "taken 2");
	take(r->other, "a=m9/" DAY, "taken 2");
	assert_true(outage_probe(r->s));
	take(r->s, "a=m9/" DAY, "taken 5");
	take(r->s, "a=m9/" DAY, "taken 6");
	take(r->other, "a=m9/" DAY, "taken 7");
}

static void
without_mail(void **state)
{
	struct room *r = *state;

	assert_true(outage_probe(r->other));
	take(r->s, "a=m9/" DAY ",r20/" HOUR " b=m5/" DAY, "taken 1,1 1");
	take(r->s, "a=m9/" DAY ",r20/" HOUR " b=m5/" DAY, "taken 2,2 2");
	assert_false(settle(r->s));
	assert_true(outage_probe(r->s));
	take(r->other, "a=m9/" DAY ",r20/" HOUR, "taken 1,1");
	assert_true(settle(r->s));
	take(r->other, "a=m9/" DAY ",r20/" HOUR, "taken 4,4");
	take(r->other, "b=m5/" DAY, "taken 3");
	assert_true(settle(r->s));
	take(r->other, "b=m5/" DAY, "taken 4");
}

/* Known before and gone now is a floor; what came since is not added to it. */
static void
empty(void **state)
{
	struct room *r = *state;

	assert_true(outage_probe(r->s));
	take(r->s, "a=m9/" DAY, "taken 1");
	take(r->s, "a=m9/" DAY, "taken 2");
	private_redis_signal(&server, SIGKILL);
	take(r->s, "a=m9/" DAY, "taken 3");
	private_redis_start(&server, NULL);
	assert_true(outage_probe(r->s));
	assert_true(settle(r->s));
	assert_true(outage_probe(r->other));
	take(r->other, "a=m9/" DAY, "taken 4");
	take(r->s, "a=m9/" DAY, "taken 5");
}

/* More than one round tells. */
static void
many(void **state)
{
	struct room *r = *state;
	char ask[64];
	int rounds = 0;

	for (int i = 0; i < 200; i++) {
		snprintf(ask, sizeof(ask), "k:%d=m9/" DAY, i);
		take(r->s, ask, "taken 1");
	}
	assert_true(outage_probe(r->s));
	assert_true(outage_probe(r->other));
	while (rounds++ < 200)
		assert_true(settle(r->s));
	for (int i = 0; i < 200; i++) {
		snprintf(ask, sizeof(ask), "k:%d=m9/" DAY, i);
		take(r->other, ask, "taken 2");
	}
}

/* Redis will not, and says so: nothing is lost by asking. */
static void
full(void **state)
{
	struct room *r = *state;

	take(r->s, "a=m9/" DAY, "taken 1");
	assert_true(outage_probe(r->s));
	command("CONFIG", "SET", "maxmemory", "1");
	assert_false(settle(r->s));
	if (strstr(status(r->s).reason, "OOM") == NULL)
		fail_msg("got '%s', want OOM", status(r->s).reason);
	take(r->s, "a=m9/" DAY, "taken 2");
	assert_false(outage_probe(r->s));
	command("CONFIG", "SET", "maxmemory", "0");
	assert_true(outage_probe(r->other));
	take(r->other, "a=m9/" DAY, "taken 1");
	assert_true(outage_probe(r->s));
	take(r->s, "a=m9/" DAY, "taken 4");
}

/* It went away again before it was told: it is told when it is back. */
static void
flaps(void **state)
{
	struct room *r = *state;

	take(r->s, "a=m9/" DAY, "taken 1");
	assert_true(outage_probe(r->s));
	private_redis_signal(&server, SIGKILL);
	assert_false(settle(r->s));
	assert_true(status(r->s).is_outage);
	private_redis_start(&server, NULL);
	assert_true(outage_probe(r->s));
	take(r->s, "a=m9/" DAY, "taken 2");
}

/* Its turn did not come in time: that is no outage, and Redis is told. */
static void
late(void **state)
{
	struct room *r = *state;
	struct store_outcome o;
	struct store_text t;

	assert_true(outage_probe(r->s));
	assert_true(outage_probe(r->other));
	store_text_parse(&t, "a=m9/" DAY);
	t.q.now_us = clock_monotonic_us() - TIMEOUT_US * 3 / 4;
	assert_int_equal(store_take(r->s, &t.q, &o), STORE_TAKEN);
	assert_true(o.is_outage);
	assert_false(status(r->s).is_outage);
	assert_int_equal(status(r->s).late, 1);
	assert_int_equal(status(r->s).decisions, 1);
	take(r->other, "a=m9/" DAY, "taken 1");
	take(r->s, "a=m9/" DAY, "taken 3");
	take(r->other, "a=m9/" DAY, "taken 4");
}

/* What lies in the socket of a Redis that hangs is not charged when it wakes:
 * it was decided here, and told from here. */
static void
hangs(void **state)
{
	struct target t = { .address = server.address };
	struct store *hasty = outage_new(redis_store_new(&t, "test", HASTY_US),
					 memory_new(1000));
	struct room *r = *state;

	while (!outage_probe(hasty))
		;
	take(hasty, "a=m9/" DAY, "taken 1");
	private_redis_signal(&server, SIGSTOP);
	take(hasty, "a=m9/" DAY, "taken 2");
	take(hasty, "a=m9/" DAY, "taken 3");
	private_redis_signal(&server, SIGCONT);
	while (!outage_probe(hasty))
		;
	take(hasty, "a=m9/" DAY, "taken 4");
	assert_true(outage_probe(r->other));
	take(r->other, "a=m9/" DAY, "taken 5");
	store_free(hasty);
}

/* Half of the burst, then two hours at the whole rate: never refused, and Redis
 * is told of what has not come back yet, not of all of it. */
static void
steady(void **state)
{
	struct room *r = *state;
	uint64_t end_us = clock_monotonic_us(), at_us = end_us - 120 * MINUTE;
	struct store_outcome o;
	struct store_text t;

	store_text_parse(&t, "a=m100/" HOUR);
	for (int i = 0; i < 250; i++) {
		t.q.now_us = at_us;
		if (i >= 50)
			at_us += MINUTE * 36 / 60;
		assert_int_equal(store_take(r->s, &t.q, &o), STORE_TAKEN);
	}
	assert_true(outage_probe(r->other));
	take(r->other, "a=m100/" HOUR, "taken 1");
	assert_true(outage_probe(r->s));
	take(r->s, "a=m100/" HOUR, "taken 52");
	take(r->s, "a=m100/" HOUR, "taken 53");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "it adds up", with_data, enter, leave, NULL },
		{ "without waiting for mail", without_mail, enter, leave, NULL },
		{ "a Redis that is empty", empty, enter, leave, NULL },
		{ "many buckets", many, enter, leave, NULL },
		{ "a Redis that is full", full, enter, leave, NULL },
		{ "a Redis that goes away again", flaps, enter, leave, NULL },
		{ "a decision that was late", late, enter, leave, NULL },
		{ "a Redis that hangs", hangs, enter, leave, NULL },
		{ "a steady sender", steady, enter, leave, NULL },
	};

	return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
