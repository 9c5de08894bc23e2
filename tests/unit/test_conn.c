/*
 * test_conn.c - what is no reply is refused, before it costs memory or time.
 */
#include "test.h"

#include "../../milter/clock.h"
#include "../../milter/redis/conn.h"
#include "fake_redis.h"

#define PATIENT_US 10000000
#define DEEP "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"

struct row {
	const char *name;
	const char *reply;
	const char *want;	/* beginning of the sentence; "": a reply */
};

static const struct row rows[] = {
	{ "a status", "!+OK\r\n", "" },
	{ "an integer", "!:7\r\n", "" },
	{ "nil", "!$-1\r\n", "" },
	{ "an array of arrays", "!*2\r\n*1\r\n:1\r\n*0\r\n", "" },
	{ "the longest array there may be, cut off", "!*1048576\r\n:1\r\n",
	  "Redis did not answer in time" },
	{ "an array beyond that", "!*1048577\r\n:1\r\n", "Redis spoke something else" },
	{ "an array for which there is no memory", "!*2147483647\r\n",
	  "Redis spoke something else" },
	{ "an array that is longer than a number", "!*99999999999999999999\r\n",
	  "Redis spoke something else" },
	{ "a negative array", "!*-5\r\n", "Redis spoke something else" },
	{ "a text that does not come", "!$536870912\r\nabc",
	  "Redis did not answer in time" },
	{ "arrays without a ground", "!" DEEP DEEP DEEP DEEP ":1\r\n",
	  "Redis spoke something else" },
	{ "an unknown type", "!?\r\n", "Redis spoke something else" },
	{ "a number that is none", "!:x\r\n", "Redis spoke something else" },
	{ "a second reply", "!:1\r\n:2\r\n", "Redis answered more than was asked" },
	{ "the end", "~", "Redis closed the connection" },
};

static struct reply *
ask(struct conn *c, uint64_t within_us, struct error *e)
{
	return conn_ask(c, clock_monotonic_us() + within_us, e, "EVALSHA", "0", "0",
			"nonce", "token", "0", NULL);
}

static void
exchange(void **state)
{
	const struct row *r = *state;
	bool is_waiting = strstr(r->want, "in time") != NULL;
	const char *const replies[FAKE_REPLIES_MAX] = { r->reply };
	struct target t = { .db = 0 };
	struct fake_redis f;
	struct reply *reply;
	struct error e = { "" };
	struct conn *c;

	fake_redis_init(&f, replies);
	t.address = f.address;
	c = conn_open(&t, clock_monotonic_us() + PATIENT_US, &e);
	assert_non_null(c);
	reply_free(ask(c, PATIENT_US, &e));	/* the greeting */
	reply = ask(c, is_waiting ? 50000 : PATIENT_US, &e);
	conn_close(c);
	fake_redis_fini(&f);
	if ((reply != NULL) != (*r->want == '\0') ||
	    strncmp(e.text, r->want, strlen(r->want)) != 0)
		fail_msg("got '%s', want '%s'", e.text, r->want);
	reply_free(reply);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, exchange);
	return cmocka_run_group_tests_name("conn", tests, NULL, NULL);
}
