/*
 * test_peer.c - whatever the peer sends, only the right answer is one.
 *
 * Each row asks twice: after a failure the connection is closed, so that
 * the good reply that the peer holds ready is never read. What Redis would not
 * run, and what was not sent, has charged nothing: that is "late", not "down".
 */
#include "test.h"

#include "../../milter/clock.h"
#include "../../milter/store/redis_store.h"
#include "fake_redis.h"
#include "store_text.h"

#define PATIENT_US 10000000
#define HASTY_US 200000

struct row {
	const char *name;
	const char *reply[FAKE_REPLIES_MAX];
	const char *want;
};

static const struct row rows[] = {
	{ "taken", { FAKE_GOOD }, "taken 0" },
	{ "refused", { "@ refused N 0 0 5 0 0 0 0 N" }, "refused 0.0 0" },
	{ "stale", { "@ stale N" }, "stale" },
	{ "late, then taken", { "@ late N", FAKE_GOOD }, "taken 0" },
	{ "late twice", { "@ late N", "@ late N" }, "late" },
	{ "no script, then taken", { "!-NOSCRIPT none\r\n", FAKE_GOOD }, "taken 0" },
	{ "no script twice", { "!-NOSCRIPT none\r\n", "!-NOSCRIPT none\r\n" },
	  "late" },
	{ "no script, then late", { "!-NOSCRIPT none\r\n", "@ late N" }, "late" },
	{ "nonce of another", { "0123456789abcdef taken N 0 0 0 0 0 0 0 N" }, "down" },
	{ "short nonce", { "x taken N 0 0 0 0 0 0 0 N" }, "down" },
	{ "nonce as a number", { "7 taken N 0 0 0 0 0 0 0 N" }, "down" },
	{ "unknown verdict", { "@ maybe N 0 0 0 0 0 0 0 N" }, "down" },
	{ "verdict as a number", { "@ 1 N 0 0 0 0 0 0 0 N" }, "down" },
	{ "no time", { "@ taken 0 0 0 0 0 0 0 0 N" }, "down" },
	{ "too few words", { "@ taken N 0 0 0 0 0 0 0" }, "down" },
	{ "too many words", { "@ taken N 0 0 0 0 0 0 0 N N" }, "down" },
	{ "nonce alone", { "@" }, "down" },
	{ "late with more", { "@ late N N" }, "down" },
	{ "stale with more", { "@ stale N N" }, "down" },
	{ "text for a number", { "@ taken N 0 0 0 0 0 0 0 x" }, "down" },
	{ "bucket out of range", { "@ refused N 1 0 5 0 0 0 0 N" }, "down" },
	{ "window out of range", { "@ refused N 0 1 5 0 0 0 0 N" }, "down" },
	{ "negative bucket", { "@ refused N -1 0 5 0 0 0 0 N" }, "down" },
	{ "negative wait", { "@ refused N 0 0 -2 0 0 0 0 N" }, "down" },
	{ "spent, and how", { "@ refused N 0 0 5 2 0 0 0 N" }, "down" },
	{ "struck, and how", { "@ refused N 0 0 5 0 -1 0 0 N" }, "down" },
	{ "a lease out of range", { "@ refused N 0 0 5 0 0 -1 0 N" }, "down" },
	{ "mask out of range", { "@ taken N 0 0 0 0 0 0 65536 N" }, "down" },
	{ "negative time", { "@ taken N 0 0 0 0 0 0 0 -1" }, "down" },
	{ "time beyond 2^53", { "@ taken N 0 0 0 0 0 0 0 9007199254740993" }, "down" },
	{ "nothing", { "!$-1\r\n" }, "down" },
	{ "an empty array", { "!*0\r\n" }, "down" },
	{ "no array", { "!*-1\r\n" }, "down" },
	{ "a status", { "!+OK\r\n" }, "down" },
	{ "out of memory", { "!-OOM command not allowed\r\n" }, "late" },
	{ "read-only", { "!-READONLY replica\r\n" }, "late" },
	{ "another protocol", { "!HTTP/1.1 400 Bad Request\r\n" }, "down" },
	{ "a length out of range", { "!*99999999999999999999\r\n" }, "down" },
	{ "an endless array", { "!*2147483647\r\n" }, "down" },
	{ "more than was asked", { "+" FAKE_GOOD }, "down" },
	{ "hangs up", { "~" }, "down" },
};

/* Here a deadline of each read would be kept, and that of the request not. */
static const struct row slow_rows[] = {
	{ "half an answer", { "!*7\r\n$16\r\n0123" }, "down" },
	{ "byte by byte", { "%" FAKE_GOOD }, "down" },
};

static void
ask(struct store *s, const char *want)
{
	struct store_text t;

	store_text_parse(&t, "a=m2/86400000");
	store_text_check(s, &t, clock_monotonic_us(), want);
}

static void
meet(const struct row *r, uint64_t timeout_us)
{
	struct error e = { "" };
	struct fake_redis f;
	struct store *s;
	bool is_closed;

	fake_redis_init(&f, r->reply);
	s = redis_store_new(&(struct target){ .address = f.address }, "test",
			    timeout_us);
	if (!redis_store_probe(s, &e))
		fail_msg("got '%s', want a connection", e.text);
	ask(s, r->want);
	is_closed = redis_store_is_closed(s);
	if (is_closed != (strcmp(r->want, "down") == 0 || strcmp(r->want, "late") == 0))
		fail_msg("got %s", is_closed ? "closed" : "open");
	ask(s, is_closed ? "late" : "taken 0");
	store_free(s);
	fake_redis_fini(&f);
}

static void
peer(void **state)
{
	meet(*state, PATIENT_US);
}

static void
slow_peer(void **state)
{
	meet(*state, HASTY_US);
}

static void
unasked(void **state)
{
	struct target t = { .address = "/nowhere/redis.sock" };
	struct store *s = redis_store_new(&t, "test", PATIENT_US);
	struct error e;

	(void)state;
	ask(s, "late");
	assert_false(redis_store_probe(s, &e));
	assert_string_equal(e.text, "cannot connect to Redis at "
			    "/nowhere/redis.sock: No such file or directory");
	ask(s, "late");
	store_free(s);
}

struct step {
	const char *name;
	const char *reply[FAKE_REPLIES_MAX];
	const char *want[2];		/* of two messages */
	uint64_t now_us;		/* in Redis, after it */
};

/* Forward, the first call comes too late and is made again; back, it tells. */
static const struct step steps[] = {
	{ "a clock that goes forward",
	  { "@ late 1700003600000000",
	    "@ taken 1700003600000000 0 0 0 0 0 0 0 1700003600000000" },
	  { "taken 0" }, 1700003600000000 },
	{ "a clock that goes back",
	  { "@ taken 1699996400000000 0 0 0 0 0 0 0 1699996400000000",
	    "@ taken 1699996400000000 0 0 0 0 0 0 0 1699996400000000" },
	  { "taken 0", "taken 0" }, 1699996400000000 },
};

/* The deadline that is told is in the time of the answer before. */
static void
clock_step(void **state)
{
	const struct step *k = *state;
	struct error e = { "" };
	struct fake_redis f;
	struct store *s;

	fake_redis_init(&f, k->reply);
	s = redis_store_new(&(struct target){ .address = f.address }, "test",
			    PATIENT_US);
	assert_true(redis_store_probe(s, &e));
	for (int i = 0; i < 2 && k->want[i] != NULL; i++)
		ask(s, k->want[i]);
	store_free(s);
	fake_redis_fini(&f);
	assert_in_range(f.deadline_us[0], FAKE_NOW_US, FAKE_NOW_US + 2 * PATIENT_US);
	assert_in_range(f.deadline_us[1], k->now_us, k->now_us + 2 * PATIENT_US);
}

int
main(void)
{
	struct CMUnitTest tests[1 + N_ROWS(rows) + N_ROWS(slow_rows) + N_ROWS(steps)] = {
		{ "nobody there", unasked, NULL, NULL, NULL },
	};
	size_t n = 1;

	ROWS(tests, &n, rows, peer);
	ROWS(tests, &n, slow_rows, slow_peer);
	ROWS(tests, &n, steps, clock_step);
	return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
