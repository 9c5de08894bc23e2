/*
 * test_value.c - what lies in Redis of a bucket: for how long, and what is made
 * of it by another version of the policy, or under a clock that went back.
 */
#include "redis_room.h"

#include <inttypes.h>
#include <math.h>

/* The key of `a:0`. */
#define KEY_A "sluice:{test}:bucket:00000000000000006100000000000000"

/* Stores the windows that text names, all full again at the time. */
static void
put(const char *text, uint64_t full_us)
{
	struct conn *c = private_redis_open(&server);
	uint64_t times[CHARGE_TIMES];
	struct store_text t;

	for (unsigned k = 0; k < CHARGE_TIMES; k++)
		times[k] = full_us;
	store_text_parse(&t, text);
	store_text_put(c, &t.q.bucket[0], times);
	conn_close(c);
}

/* Windows that are stored for `a:0`. */
static int64_t
stored(void)
{
	return command("STRLEN", KEY_A, NULL) / 32;
}

/* A clock that went back leaves a time far ahead: an empty bucket, no more. It
 * fills again although every message is refused. */
static void
future(void **state)
{
	static const char *const under[] = { "a=m9/900", "a=m90000/900" };
	struct store *s = open_store(PATIENT_US);
	struct store_outcome o;
	struct store_text t;

	(void)state;
	for (int i = 0; i < 2; i++) {
		put(under[i], UINT64_C(9000000000000000));
		check(s, "a=m9/900", "", "refused 0.0 9");
		store_text_parse(&t, "a=m9/900");
		do {
			t.q.now_us = clock_monotonic_us();
			store_take(s, &t.q, &o);
		} while (o.answer == STORE_REFUSED && o.wait_us <= 100000);
		assert_int_equal(o.answer, STORE_TAKEN);
	}
	store_free(s);
}

/* With a larger burst, it is no clock. */
static void
larger(void **state)
{
	struct store *s = open_store(PATIENT_US);
	uint64_t full_us = clock_real_us() + 8 * UINT64_C(9600000000);

	(void)state;
	put("a=m9/" DAY, full_us);
	check(s, "a=m9/" DAY "b2", "", "refused 0.0 2");
	check(s, "a=m9/" DAY "b2,sm9/" DAY, "", "refused 0.0 2,s1");
	check(s, "a=m9/" DAY, "", "taken 9");
	store_free(s);
}

static void
later_version(void **state)
{
	struct store *s = open_store(PATIENT_US);

	(void)state;
	put("a=m9/7000,r9/" DAY, clock_real_us() + 1000000000);
	check(s, "a=m9/" DAY, "", "taken 1");
	assert_int_equal(stored(), 3);
	put("a=m9/7000,r9/" DAY, clock_real_us() - 1);
	check(s, "a=m9/" DAY, "", "taken 1");
	assert_int_equal(stored(), 1);
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
		snprintf(key, sizeof(key), "sluice:{test}:bucket:%02x000000000000006100000000000000", i);
		ms = (uint64_t)command("PEXPIRETIME", key, NULL);
		if (ms * 1000 < o.full_us[0][0] || ms * 1000 > o.full_us[0][0] + 1000000)
			fail_msg("got %" PRIu64 " ms, want %" PRIu64 " us or a bit more",
				 ms, o.full_us[0][0]);
	}
	store_free(s);
}

/* Of `m9/900`, and of another window. */
#define TAG 9000000.0
#define OTHER 70.0

static const struct row {
	const char *name;
	double word[4];			/* as stored: tag, interval, burst, time */
	size_t len;
	const char *want;
} damaged_rows[] = {
	{ "cut", { TAG, 100000, 9, 0 }, 31, "refused 0.0 9" },
	{ "a time that is no number", { TAG, 100000, 9, NAN }, 32, "refused 0.0 9" },
	{ "a time without end", { TAG, 100000, INFINITY, INFINITY }, 32,
	  "refused 0.0 9" },
	{ "an interval that is no number", { TAG, NAN, 9, 1 }, 32, "refused 0.0 9" },
	{ "another window without end", { OTHER, 1, 1, INFINITY }, 32, "taken 1" },
};

/* What somebody has damaged is an empty bucket, which fills again. */
static void
damaged(void **state)
{
	const struct row *row = *state;
	struct conn *c = private_redis_open(&server);
	struct conn_arg arg[] = { { "SET", 3 }, { KEY_A, sizeof(KEY_A) - 1 },
				  { (const char *)row->word, row->len } };
	struct store *s = open_store(PATIENT_US);
	struct reply *r;
	struct error e;

	assert_true(conn_append(c, arg, 3));
	assert_true(conn_exchange(c, &r, 1, clock_monotonic_us() + PATIENT_US, &e));
	reply_free(r);
	conn_close(c);
	check(s, "a=m9/900", "", row->want);
	assert_in_range(command("PTTL", KEY_A, NULL), 1, 2000);
	assert_int_equal(stored(), 1);
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

/* Redis has lost it, and another node may never have seen it. */
static void
floors(void **state)
{
	struct store *s = open_store(PATIENT_US);
	struct store_text t;

	(void)state;
	store_text_parse(&t, "a=m1/" DAY);
	t.q.floor_us[0][0] = UINT64_C(1) << 52;
	store_text_check(s, &t, clock_monotonic_us(), "refused 0.0 1");
	check(s, "a=m1/" DAY, "", "refused 0.0 1");
	store_free(s);
}

int
main(void)
{
	static const struct CMUnitTest single[] = {
		{ "a time far ahead is an empty bucket", future, NULL, NULL, NULL },
		{ "a burst that was larger is no clock", larger, NULL, NULL, NULL },
		{ "what a later version stored is kept", later_version, NULL, NULL, NULL },
		{ "a bucket expires when it is full", expiry, NULL, NULL, NULL },
		{ "forged keys do not fill memory", forged, NULL, NULL, NULL },
		{ "what the node knows is kept, also of refused mail", floors, NULL, NULL, NULL },
	};
	struct CMUnitTest tests[N_ROWS(single) + N_ROWS(damaged_rows)];
	size_t n = N_ROWS(single);

	memcpy(tests, single, sizeof(single));
	ROWS(tests, &n, damaged_rows, damaged);
	return cmocka_run_group_tests_name("value", tests, server_start, server_stop);
}
