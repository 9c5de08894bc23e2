/*
 * test_agree.c - memory.c and take.lua give one answer to one history.
 *
 * Random requests go to a real Redis, and then to memory at the time that Redis
 * gave. Rates are from milliseconds to seconds, so that buckets fill up again,
 * run empty, expire and change their intervals and bursts while the test runs;
 * some have a budget, some count their refusals. There are floors, debits, leases,
 * requests that only debit, and buckets that were stored under a clock that has
 * gone back since. AGREE_ROUNDS in the environment says how many.
 */
#include "test.h"

#include <inttypes.h>

#include "../../milter/clock.h"
#include "../../milter/store/memory/memory.h"
#include "../../milter/store/redis_store.h"
#include "private_redis.h"
#include "random.h"
#include "store_text.h"

#define ROUNDS 60000
#define TIMEOUT_US 10000000
#define LIMITS 6
#define KEYS 5
#define SLOTS 262144		/* so many that memory forgets none */

static uint64_t seed = 20240601;
static uint32_t lives[LIMITS][KEYS];	/* how often a bucket is another one */

static uint32_t
pick(uint32_t n)
{
	return (uint32_t)random_below(&seed, n);
}

static struct policy_window
random_window(enum policy_unit unit, uint64_t period_us, uint32_t burst_max)
{
	struct policy_window w = {
		.unit = unit,
		.period_us = period_us,
		.count = 1 + pick(3) * 7,
		.burst = 1 + pick(burst_max),
	};

	w.interval_us = (w.period_us + w.count - 1) / w.count;
	return w;
}

/* Six kinds of windows, two of budgets and two of strikes: as many as memory
 * keeps of one bucket. */
static void
random_windows(struct store_bucket *b, struct policy_window *window)
{
	static const uint64_t period_us[] = { 3000, 200000, 60000000 };
	unsigned kind = pick(6);

	b->window = window;
	b->n_windows = 1 + pick(3);
	for (unsigned k = 0; k < b->n_windows; k++, kind = (kind + 5) % 6)
		window[k] = random_window(kind % 2 == 0 ? POLICY_MESSAGES :
					  POLICY_RCPTS, period_us[kind / 2], 15);
	if (pick(3) == 0) {
		window[CHARGE_BUDGET] = random_window(
			pick(2) == 0 ? POLICY_MESSAGES : POLICY_RCPTS, period_us[1],
			60);
		b->budget = &window[CHARGE_BUDGET];
		b->is_leasing = pick(2) == 0;
	}
	if (pick(3) == 0) {
		window[CHARGE_STRIKES] = random_window(POLICY_MESSAGES,
						       period_us[1 + pick(2)], 15);
		b->strikes = &window[CHARGE_STRIKES];
	}
}

static void
random_bucket(struct store_text *t, unsigned i, unsigned limit, unsigned key)
{
	struct store_bucket *b = &t->q.bucket[i];
	uint64_t name = limit * KEYS + key + (uint64_t)lives[limit][key] * 1000;

	name = random_next(&name);
	memcpy(b->id, &name, sizeof(name));
	b->is_observed = pick(4) == 0;
	random_windows(b, t->window[i]);
}

static void
random_request(struct store_text *t)
{
	unsigned first = pick(LIMITS);

	memset(t, 0, sizeof(*t));
	snprintf(t->q.token, sizeof(t->q.token), "%s", STORE_ANY_TOKEN);
	t->q.recipients = 1 + pick(4);
	t->q.is_debit = pick(16) == 0;
	t->q.n = pick(5);
	for (unsigned i = 0; i < t->q.n; i++)
		random_bucket(t, i, (first + i) % LIMITS, pick(KEYS));
}

/* Around now, past and future, for one bucket in eight; and what is owed. */
static void
random_floors(struct store_text *t)
{
	for (unsigned i = 0; i < t->q.n; i++)
		for (unsigned k = 0; k < CHARGE_TIMES; k++) {
			if (store_window(&t->q.bucket[i], k) == NULL)
				continue;
			if (pick(8) == 0)
				t->q.floor_us[i][k] = clock_real_us() - 50000 +
					pick(100000) * (1 + pick(1000));
			if (pick(16) == 0)
				t->q.debit_us[i][k] = pick(10000) * (1 + pick(1000));
		}
}

/* A bucket that nobody has seen yet was stored at times far ahead. */
static void
go_back(struct conn *c, struct store *memory)
{
	struct store_text t;
	struct store_outcome o = { .now_us = clock_real_us() };
	unsigned limit = pick(LIMITS), key = pick(KEYS);

	memset(&t, 0, sizeof(t));
	lives[limit][key]++;
	t.q.n = 1;
	random_bucket(&t, 0, limit, key);
	for (unsigned k = 0; k < CHARGE_TIMES; k++)
		o.full_us[0][k] = o.now_us + pick(1000) * UINT64_C(1000000);
	store_text_put(c, &t.q.bucket[0], o.full_us[0]);
	memory_note(memory, &t.q, &o);
}

static void
compare(const struct store_text *t, const struct store_outcome *redis,
	struct store_outcome *memory, unsigned long round)
{
	char got[512], want[512];

	memset(memory->changed, 0, sizeof(memory->changed));
	if (memcmp(redis, memory, sizeof(*redis)) == 0)
		return;
	store_text_outcome(&t->q, redis, got, sizeof(got));
	store_text_outcome(&t->q, memory, want, sizeof(want));
	fail_msg("round %lu: got '%s' wait=%" PRIu64 " of Redis, want '%s' wait=%"
		 PRIu64 " as memory has it", round, got, redis->wait_us, want,
		 memory->wait_us);
}

/* How often it came to what. */
struct tally {
	unsigned long taken, refused, spent, struck, leased, would_refuse;
};

static void
count(struct tally *n, const struct store_outcome *o)
{
	n->taken += o->answer == STORE_TAKEN;
	n->refused += o->answer == STORE_REFUSED;
	n->spent += o->is_spent;
	n->struck += o->is_struck;
	n->leased += o->leased > 0;
	n->would_refuse += o->would_refuse != 0;
}

static void
check_tally(const struct tally *n, unsigned long rounds)
{
	if (n->taken < rounds / 10 || n->refused < rounds / 10 ||
	    n->spent < rounds / 100 || n->struck < rounds / 50 ||
	    n->leased < rounds / 100 || n->would_refuse < rounds / 50)
		fail_msg("got %lu taken, %lu refused, %lu spent, %lu struck, %lu leased, "
			 "%lu would refuse, want many of each", n->taken, n->refused,
			 n->spent, n->struck, n->leased, n->would_refuse);
}

static void
play(struct store *redis, struct store *memory, unsigned long round,
     struct tally *n)
{
	struct store_text t;
	struct store_outcome o, here;

	random_request(&t);
	random_floors(&t);
	t.q.now_us = clock_monotonic_us();
	store_take(redis, &t.q, &o);
	if (o.answer != STORE_TAKEN && o.answer != STORE_REFUSED)
		fail_msg("round %lu: got %d, want an answer", round, (int)o.answer);
	t.q.now_us = o.now_us;
	store_take(memory, &t.q, &here);
	compare(&t, &o, &here, round);
	count(n, &o);
}

static void
agree(void **state)
{
	const char *given = getenv("AGREE_ROUNDS");
	unsigned long rounds = given != NULL ? strtoul(given, NULL, 10) : ROUNDS;
	struct store *redis, *memory = memory_new(SLOTS);
	struct private_redis server;
	struct tally n = { 0 };
	struct conn *c;
	struct error e = { "" };

	(void)state;
	private_redis_init(&server);
	redis = redis_store_new(&(struct target){ .address = server.address },
				"test", TIMEOUT_US);
	c = private_redis_open(&server);
	if (!redis_store_probe(redis, &e))
		fail_msg("got '%s', want a Redis", e.text);
	for (unsigned long i = 0; i < rounds; i++) {
		if (pick(300) == 0)
			go_back(c, memory);
		play(redis, memory, i, &n);
	}
	check_tally(&n, rounds);
	conn_close(c);
	store_free(redis);
	store_free(memory);
	private_redis_fini(&server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "memory.c and take.lua agree", agree, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests_name("agree", tests, NULL, NULL);
}
