/*
 * test_store.c - one contract, two stores: memory and a real Redis.
 *
 * A day here is long enough that nothing comes back while a row runs.
 */
#include "test.h"

#include "../../milter/clock.h"
#include "../../milter/store/memory/memory.h"
#include "../../milter/store/peek.h"
#include "../../milter/store/redis_store.h"
#include "server.h"
#include "store_text.h"

#define TIMEOUT_US 10000000
#define STEPS_MAX 6

struct step {
	const char *ask;
	uint32_t recipients;		/* 0: one */
	const char *want;
};

struct row {
	const char *name;
	struct step step[STEPS_MAX];
};

static const struct row rows[] = {
	{ "an empty request is taken", { { "", 0, "taken" } } },
	{ "a bucket lets its burst through", {
		{ "a=m2/86400000", 0, "taken 1" },
		{ "a=m2/86400000", 0, "taken 2" },
		{ "a=m2/86400000", 0, "refused 0.0 2" } } },
	{ "the burst may be smaller than the rate", {
		{ "a=m10/86400000b1", 0, "taken 1" },
		{ "a=m10/86400000b1", 0, "refused 0.0 1" } } },
	{ "keys of one limit are apart", {
		{ "a:1=m1/86400000", 0, "taken 1" },
		{ "a:2=m1/86400000", 0, "taken 1" },
		{ "a:1=m1/86400000", 0, "refused 0.0 1" } } },
	{ "limits with one key are apart", {
		{ "a:1=m1/86400000", 0, "taken 1" },
		{ "b:1=m1/86400000", 0, "taken 1" } } },
	{ "recipients cost as many", {
		{ "a=r5/86400000", 3, "taken 3" },
		{ "a=r5/86400000", 3, "refused 0.0 3" },
		{ "a=r5/86400000", 2, "taken 5" } } },
	{ "messages cost one", { { "a=m5/86400000", 3, "taken 1" } } },
	{ "more than a burst never passes", {
		{ "a=r5/86400000", 6, "refused 0.0 never 0" },
		{ "a=r5/86400000", 5, "taken 5" },
		{ "a=r5/86400000", 6, "refused 0.0 never 5" } } },
	{ "all or none over buckets", {
		{ "b=m1/86400000", 0, "taken 1" },
		{ "a=m2/86400000 b=m1/86400000", 0, "refused 1.0 0 1" },
		{ "a=m2/86400000", 0, "taken 1" } } },
	{ "all or none over windows", {
		{ "a=m5/3600000,m2/86400000", 0, "taken 1,1" },
		{ "a=m5/3600000,m2/86400000", 0, "taken 2,2" },
		{ "a=m5/3600000,m2/86400000", 0, "refused 0.1 2,2" } } },
	{ "messages and recipients in one limit", {
		{ "a=m5/86400000,r5/86400000", 4, "taken 1,4" },
		{ "a=m5/86400000,r5/86400000", 4, "refused 0.1 1,4" } } },
	{ "the first that refuses is named, in request order", {
		{ "a=m1/86400000 b=m1/86400000", 0, "taken 1 1" },
		{ "c=m1/86400000 a=m1/86400000 b=m1/86400000", 0,
		  "refused 1.0 0 1 1" },
		{ "b=m1/86400000 a=m1/86400000", 0, "refused 0.0 1 1" } } },
	{ "a refusal costs nothing, however often", {
		{ "a=m9/86400000 b=m1/86400000", 0, "taken 1 1" },
		{ "a=m9/86400000 b=m1/86400000", 0, "refused 1.0 1 1" },
		{ "a=m9/86400000 b=m1/86400000", 0, "refused 1.0 1 1" },
		{ "a=m9/86400000", 0, "taken 2" } } },
	{ "observed buckets never refuse", {
		{ "?a=m1/86400000", 0, "taken 1" },
		{ "?a=m1/86400000", 0, "taken would=1 1" },
		{ "b=m2/86400000 ?a=m1/86400000", 0, "taken would=2 1 1" } } },
	{ "observed buckets are all or none among themselves", {
		{ "?a=m1/86400000", 0, "taken 1" },
		{ "?a=m1/86400000 ?b=m9/86400000", 0, "taken would=1 1 0" },
		{ "?b=m9/86400000", 0, "taken 1" } } },
	{ "each observed bucket that would refuse is told", {
		{ "?a=m1/86400000 ?c=m1/86400000", 0, "taken 1 1" },
		{ "?a=m1/86400000 ?b=m1/86400000 ?c=m1/86400000", 0,
		  "taken would=5 1 0 1" } } },
	{ "observed buckets are not charged for refused mail", {
		{ "a=m1/86400000 ?b=m9/86400000", 0, "taken 1 1" },
		{ "a=m1/86400000 ?b=m9/86400000", 0, "refused 0.0 1 1" },
		{ "?b=m9/86400000 a=m1/86400000", 0, "refused 1.0 1 1" } } },
	{ "a shorter interval keeps the level in units", {
		{ "a=m4/86400000", 0, "taken 1" },
		{ "a=m4/86400000", 0, "taken 2" },
		{ "a=m8/86400000", 0, "taken 3" } } },
	{ "a longer interval keeps the level in units", {
		{ "a=m8/86400000", 0, "taken 1" },
		{ "a=m4/86400000", 0, "taken 2" },
		{ "a=m8/86400000", 0, "taken 3" } } },
	{ "a smaller burst clamps the level", {
		{ "a=m8/86400000", 0, "taken 1" },
		{ "a=m8/86400000", 0, "taken 2" },
		{ "a=m8/86400000", 0, "taken 3" },
		{ "a=m2/86400000", 0, "refused 0.0 2" },
		{ "a=m8/86400000b1", 0, "refused 0.0 1" },
		{ "a=m8/86400000", 0, "taken 4" } } },
	{ "a refusal that is counted gives nothing away", {
		{ "a=m8/86400000", 0, "taken 1" },
		{ "a=m8/86400000", 0, "taken 2" },
		{ "a=m8/86400000", 0, "taken 3" },
		{ "a=m2/86400000,hm9/86400000,sm9/86400000", 0, "refused 0.0 2,h1,s1" },
		{ "a=m8/86400000b1,sm9/86400000", 0, "refused 0.0 1,s2" },
		{ "a=m8/86400000", 0, "taken 4" } } },
	{ "windows of another policy are kept", {
		{ "a=m5/86400000,r9/3600000", 2, "taken 1,2" },
		{ "a=m7/43200000", 0, "taken 1" },
		{ "a=m5/86400000,r9/3600000", 2, "taken 2,4" },
		{ "a=m7/43200000", 0, "taken 2" } } },
	{ "unit and period say which window it is", {
		{ "a=m5/86400000", 0, "taken 1" },
		{ "a=r5/86400000", 0, "taken 1" },
		{ "a=r5/86400000,m5/86400000", 0, "taken 2,2" } } },
	{ "what is held is charged to the budget, until it is spent", {
		{ "a=m1/86400000,hm2/86400000", 0, "taken 1,h0" },
		{ "a=m1/86400000,hm2/86400000", 0, "refused 0.0 1,h1" },
		{ "a=m1/86400000,hm2/86400000", 0, "refused 0.0 1,h2" },
		{ "a=m1/86400000,hm2/86400000", 0, "refused 0.0 spent 1,h2" } } },
	{ "a budget of recipients", {
		{ "a=m1/86400000,hr5/86400000", 9, "taken 1,h0" },
		{ "a=m1/86400000,hr5/86400000", 3, "refused 0.0 1,h3" },
		{ "a=m1/86400000,hr5/86400000", 6, "refused 0.0 spent 1,h3" },
		{ "a=m1/86400000,hr5/86400000", 3, "refused 0.0 spent 1,h3" },
		{ "a=m1/86400000,hr5/86400000", 2, "refused 0.0 1,h5" } } },
	{ "the refusal that is one too many, and the count begins anew", {
		{ "a=m1/86400000,sm3/86400000", 0, "taken 1,s0" },
		{ "a=m1/86400000,sm3/86400000", 0, "refused 0.0 1,s1" },
		{ "a=m1/86400000,sm3/86400000", 0, "refused 0.0 1,s2" },
		{ "a=m1/86400000,sm3/86400000", 0, "refused 0.0 struck 1,s0" },
		{ "a=m1/86400000,sm3/86400000", 0, "refused 0.0 1,s1" } } },
	{ "one refusal may be enough", {
		{ "a=m1/86400000,sm1/86400000", 0, "taken 1,s0" },
		{ "a=m1/86400000,sm1/86400000", 0, "refused 0.0 struck 1,s0" },
		{ "a=m1/86400000,sm1/86400000", 0, "refused 0.0 struck 1,s0" } } },
	{ "a refusal counts although nothing more may be held", {
		{ "a=m1/86400000,hm1/86400000,sm3/86400000", 0, "taken 1,h0,s0" },
		{ "a=m1/86400000,hm1/86400000,sm3/86400000", 0,
		  "refused 0.0 1,h1,s1" },
		{ "a=m1/86400000,hm1/86400000,sm3/86400000", 0,
		  "refused 0.0 spent 1,h1,s2" },
		{ "a=m1/86400000,hm1/86400000,sm3/86400000", 0,
		  "refused 0.0 spent struck 1,h1,s0" } } },
	{ "only the limit that refuses first is charged for it", {
		{ "a=m9/86400000,hm9/86400000,sm9/86400000 "
		  "b=m1/86400000,hm9/86400000,sm9/86400000 "
		  "c=m1/86400000,hm9/86400000,sm9/86400000", 0,
		  "taken 1,h0,s0 1,h0,s0 1,h0,s0" },
		{ "a=m9/86400000,hm9/86400000,sm9/86400000 "
		  "b=m1/86400000,hm9/86400000,sm9/86400000 "
		  "c=m1/86400000,hm9/86400000,sm9/86400000", 0,
		  "refused 1.0 1,h0,s0 1,h1,s1 1,h0,s0" },
		{ "c=m1/86400000,hm9/86400000,sm9/86400000 "
		  "b=m1/86400000,hm9/86400000,sm9/86400000", 0,
		  "refused 0.0 1,h1,s1 1,h1,s1" } } },
	{ "keys of one limit are held apart", {
		{ "a:1=m1/86400000,hm1/86400000", 0, "taken 1,h0" },
		{ "a:1=m1/86400000,hm1/86400000", 0, "refused 0.0 1,h1" },
		{ "a:2=m1/86400000,hm1/86400000", 0, "taken 1,h0" },
		{ "a:2=m1/86400000,hm1/86400000", 0, "refused 0.0 1,h1" } } },
	{ "an observed limit holds and counts nothing", {
		{ "?a=m1/86400000,hm1/86400000,sm1/86400000", 0, "taken 1,h0,s0" },
		{ "?a=m1/86400000,hm1/86400000,sm1/86400000", 0,
		  "taken would=1 1,h0,s0" } } },
	{ "a budget, a count and a window of one unit and period are three", {
		{ "a=m2/86400000,hm3/86400000,sm4/86400000", 0, "taken 1,h0,s0" },
		{ "a=m2/86400000,hm3/86400000,sm4/86400000", 0, "taken 2,h0,s0" },
		{ "a=m2/86400000,hm3/86400000,sm4/86400000", 0,
		  "refused 0.0 2,h1,s1" } } },
	{ "a budget that changes keeps its level", {
		{ "a=m1/86400000,hm4/86400000", 0, "taken 1,h0" },
		{ "a=m1/86400000,hm4/86400000", 0, "refused 0.0 1,h1" },
		{ "a=m1/86400000,hm8/86400000", 0, "refused 0.0 1,h2" },
		{ "a=m1/86400000,hm2/86400000", 0, "refused 0.0 spent 1,h2" } } },
	{ "a count that changes keeps its level", {
		{ "a=m1/86400000,sm8/86400000", 0, "taken 1,s0" },
		{ "a=m1/86400000,sm8/86400000", 0, "refused 0.0 1,s1" },
		{ "a=m1/86400000,sm4/86400000", 0, "refused 0.0 1,s2" },
		{ "a=m1/86400000,sm2/86400000", 0, "refused 0.0 struck 1,s0" } } },
	{ "a policy that has no budget leaves it alone", {
		{ "a=m1/86400000,hm4/86400000", 0, "taken 1,h0" },
		{ "a=m1/86400000,hm4/86400000", 0, "refused 0.0 1,h1" },
		{ "a=m2/86400000", 0, "taken 2" },
		{ "a=m1/86400000,hm4/86400000", 0, "refused 0.0 1,h2" } } },
};

/* Peek tells beforehand what it will be, and takes nothing. */
static void
check_peek(struct store *s, struct store_text *t, uint64_t now_us, const char *want)
{
	struct store *peek = peek_new(s);
	struct store_outcome o;
	char got[256];
	size_t len;

	t->q.now_us = now_us;
	store_take(peek, &t->q, &o);
	store_text_outcome(&(struct store_request){ 0 }, &o, got, sizeof(got));
	len = strlen(got);
	if (strncmp(got, want, len) != 0 || (want[len] != ' ' && want[len] != '\0'))
		fail_msg("got '%s' of peek, want '%s'", got, want);
	store_free(peek);
}

static void
play(struct store *s, const struct row *r, bool is_real)
{
	for (size_t i = 0; i < STEPS_MAX && r->step[i].ask != NULL; i++) {
		const struct step *step = &r->step[i];
		uint64_t now_us = is_real ? clock_monotonic_us() :
				  UINT64_C(1700000000000000);
		struct store_text t;

		store_text_parse(&t, step->ask);
		if (step->recipients != 0)
			t.q.recipients = step->recipients;
		check_peek(s, &t, now_us, step->want);
		store_text_check(s, &t, now_us, step->want);
	}
	store_free(s);
}

static void
on_memory(void **state)
{
	play(memory_new(100), *state, false);
}

static void
on_redis(void **state)
{
	const struct target t = { .address = server.address };
	struct store *s = redis_store_new(&t, "test", TIMEOUT_US);
	struct conn *c = private_redis_open(&server);
	struct error e = { "" };

	reply_free(conn_ask(c, clock_monotonic_us() + TIMEOUT_US, &e, "FLUSHALL",
			    NULL));
	conn_close(c);
	if (!redis_store_probe(s, &e))
		fail_msg("got '%s', want a Redis", e.text);
	play(s, *state, true);
}

int
main(void)
{
	struct CMUnitTest tests[2 * N_ROWS(rows)];
	char name[N_ROWS(tests)][100];
	size_t n = 0;

	ROWS(tests, &n, rows, on_memory);
	ROWS(tests, &n, rows, on_redis);
	for (size_t i = 0; i < n; i++) {
		snprintf(name[i], sizeof(name[i]), "%s: %s",
			 i < N_ROWS(rows) ? "memory" : "redis", tests[i].name);
		tests[i].name = name[i];
	}
	return cmocka_run_group_tests_name("store", tests, server_start, server_stop);
}
