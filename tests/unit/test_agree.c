/*
 * test_agree.c - memory.c and take.lua give one answer to one history.
 *
 * Random requests go to a real Redis, and then to memory at the time that Redis
 * gave. Rates are from milliseconds to seconds, so that buckets fill up again,
 * run empty, expire and change their intervals while the test runs.
 */
#include "test.h"

#include <inttypes.h>

#include "../../milter/clock.h"
#include "../../milter/store/memory.h"
#include "../../milter/store/redis_store.h"
#include "private_redis.h"
#include "store_text.h"

#define ROUNDS 30000
#define TIMEOUT_US 10000000
#define LIMITS 6
#define KEYS 5

static uint64_t seed = 20240601;

static uint32_t
pick(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % n;
}

/* One of eight tags, as many as memory keeps of one bucket. */
static struct policy_window
random_window(unsigned tag)
{
	static const uint64_t period_us[] = { 2000, 30000, 500000, 60000000 };
	struct policy_window w = {
		.unit = tag % 2 == 0 ? POLICY_MESSAGES : POLICY_RCPTS,
		.period_us = period_us[tag / 2],
		.count = 1 + pick(3) * 7,
		.burst = 1 + pick(15),
	};

	w.interval_us = (w.period_us + w.count - 1) / w.count;
	return w;
}

static void
random_request(struct store_text *t)
{
	static const char *const limit[LIMITS] = { "a", "b", "c", "d", "e", "f" };
	unsigned first = pick(LIMITS);

	memset(t, 0, sizeof(*t));
	t->q.recipients = 1 + pick(4);
	t->q.n = pick(5);
	for (unsigned i = 0; i < t->q.n; i++) {
		struct store_bucket *b = &t->q.bucket[i];
		unsigned l = (first + i) % LIMITS, tag = pick(8);

		b->limit = limit[l];
		b->id[0] = (uint8_t)(8 * (l * KEYS + pick(KEYS)));
		b->window = t->window[i];
		b->n_windows = 1 + pick(3);
		b->is_observed = pick(4) == 0;
		for (unsigned k = 0; k < b->n_windows; k++)
			t->window[i][k] = random_window((tag + 3 * k) % 8);
	}
}

/* Around now, past and future, for one bucket in eight. */
static void
random_floors(struct store_text *t)
{
	for (unsigned i = 0; i < t->q.n; i++)
		for (unsigned k = 0; k < t->q.bucket[i].n_windows; k++)
			if (pick(8) == 0)
				t->q.floor_us[i][k] = clock_real_us() - 50000 +
					pick(100000) * (1 + pick(1000));
}

static void
compare(const struct store_text *t, const struct store_outcome *redis,
	const struct store_outcome *memory, int round)
{
	char got[512], want[512];

	if (memcmp(redis, memory, sizeof(*redis)) == 0)
		return;
	store_text_outcome(&t->q, redis, got, sizeof(got));
	store_text_outcome(&t->q, memory, want, sizeof(want));
	fail_msg("round %d: got '%s' wait=%" PRIu64 " of Redis, want '%s' wait=%"
		 PRIu64 " as memory has it", round, got, redis->wait_us, want,
		 memory->wait_us);
}

static void
agree(void **state)
{
	struct private_redis server;
	struct store *redis, *memory = memory_new(1024);
	unsigned n[2] = { 0, 0 };
	struct error e = { "" };

	(void)state;
	private_redis_init(&server);
	redis = redis_store_new(server.address, "test", TIMEOUT_US);
	if (!redis_store_probe(redis, &e))
		fail_msg("got '%s', want a Redis", e.text);
	for (int i = 0; i < ROUNDS; i++) {
		struct store_text t;
		struct store_outcome o, here;

		random_request(&t);
		random_floors(&t);
		t.q.now_us = clock_monotonic_us();
		store_take(redis, &t.q, &o);
		if (o.answer != STORE_TAKEN && o.answer != STORE_REFUSED)
			fail_msg("round %d: got %d, want an answer", i, o.answer);
		t.q.now_us = o.now_us;
		store_take(memory, &t.q, &here);
		compare(&t, &o, &here, i);
		n[o.answer == STORE_REFUSED]++;
	}
	if (n[0] < ROUNDS / 10 || n[1] < ROUNDS / 10)
		fail_msg("got %u taken and %u refused, want many of both", n[0], n[1]);
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
