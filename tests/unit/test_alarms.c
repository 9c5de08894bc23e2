/*
 * test_alarms.c - what is amiss around a node is told when it begins, when it
 * changes and when it ends.
 */
#include "test.h"

#include "../../milter/clock.h"
#include "../../milter/daemon/alarms.h"
#include "ledger_room.h"
#include "log_catch.h"
#include "private_redis.h"

#define NOW_US UINT64_C(1700000000000000)
#define HOUR_US (INT64_C(3600) * 1000000)
#define PATIENT_US 10000000
#define OURS 0x1111
#define NODES_MAX 4
#define LOOKS_MAX 4
#define ADVICE(names, n) "reason=\"more nodes than the policy says use this Redis (" \
	names "); write 'nodes " n "' into the policy of each\"\n"

struct look {
	unsigned allowed;		/* 0: no more looks */
	struct {
		const char *name;	/* NULL: no more nodes */
		int64_t age_us;		/* of its heartbeat; -1: there was none */
		uint64_t digest;	/* 0: an earlier version, which told none */
	} node[NODES_MAX];
};

static const struct nodes_row {
	const char *name;
	struct look look[LOOKS_MAX];
	unsigned nodes;			/* at the end */
	const char *names, *strangers, *log;
} nodes_rows[] = {
	{ "one alone", { { 1, { { "a", 0, OURS } } } }, 1, "a", "", "" },
	{ "as many as the policy says", {
		{ 2, { { "a", 0, OURS }, { "b", 0, OURS } } } }, 2, "a, b", "", "" },
	{ "fewer", { { 3, { { "a", 0, OURS } } } }, 1, "a", "", "" },
	{ "more", { { 1, { { "a", 0, OURS }, { "b", 0, OURS } } } }, 2, "a, b", "",
	  "nodes seen=2 allowed=1 " ADVICE("a, b", "2") },
	{ "told once", {
		{ 1, { { "a", 0, OURS }, { "b", 0, OURS } } },
		{ 1, { { "a", 0, OURS }, { "b", 0, OURS } } } }, 2, "a, b", "",
	  "nodes seen=2 allowed=1 " ADVICE("a, b", "2") },
	{ "one more than that", {
		{ 1, { { "a", 0, OURS }, { "b", 0, OURS } } },
		{ 1, { { "a", 0, OURS }, { "b", 0, OURS }, { "c", 0, OURS } } } },
	  3, "a, b, c", "",
	  "nodes seen=2 allowed=1 " ADVICE("a, b", "2")
	  "nodes seen=3 allowed=1 " ADVICE("a, b, c", "3") },
	{ "the policy says so now", {
		{ 1, { { "a", 0, OURS }, { "b", 0, OURS } } },
		{ 2, { { "a", 0, OURS }, { "b", 0, OURS } } },
		{ 2, { { "a", 0, OURS }, { "b", 0, OURS } } } }, 2, "a, b", "",
	  "nodes seen=2 allowed=1 " ADVICE("a, b", "2") "nodes seen=2 allowed=2\n" },
	{ "the policy no longer says so", {
		{ 2, { { "a", 0, OURS }, { "b", 0, OURS } } },
		{ 1, { { "a", 0, OURS }, { "b", 0, OURS } } } }, 2, "a, b", "",
	  "nodes seen=2 allowed=1 " ADVICE("a, b", "2") },
	{ "one goes", {
		{ 1, { { "a", 0, OURS }, { "b", 0, OURS } } },
		{ 1, { { "a", 0, OURS } } } }, 1, "a", "",
	  "nodes seen=2 allowed=1 " ADVICE("a, b", "2") "nodes seen=1 allowed=1\n" },
	{ "a day is not over", {
		{ 1, { { "a", 0, OURS }, { "b", 24 * HOUR_US, OURS } } } }, 2, "a, b",
	  "", "nodes seen=2 allowed=1 " ADVICE("a, b", "2") },
	{ "older than a day", {
		{ 1, { { "a", 0, OURS }, { "b", 24 * HOUR_US + 1, 2 } } } }, 1, "a", "",
	  "" },
	{ "remembered, and not heard of", {
		{ 1, { { "a", 0, OURS }, { "b", -1, 0 } } } }, 1, "a", "", "" },
	{ "ahead of Redis's clock, which went back", {
		{ 1, { { "a", 0, OURS }, { "b", -HOUR_US, OURS } } } }, 2, "a, b", "",
	  "nodes seen=2 allowed=1 " ADVICE("a, b", "2") },
	{ "another policy", {
		{ 3, { { "a", 0, OURS }, { "b", 0, 2 }, { "c", 0, 3 } } } }, 3,
	  "a, b, c", "b, c", "" },
	{ "the same again", {
		{ 2, { { "a", 0, OURS }, { "b", 0, 2 } } },
		{ 2, { { "a", 0, OURS }, { "b", 0, OURS } } } }, 2, "a, b", "", "" },
	{ "an earlier version is no stranger", {
		{ 2, { { "a", 0, OURS }, { "b", 0, 0 } } } }, 2, "a, b", "", "" },
};

static void
see(struct alarms *w, const struct look *l)
{
	struct mirror_node node[NODES_MAX];
	size_t n;

	memset(node, 0, sizeof(node));
	for (n = 0; n < NODES_MAX && l->node[n].name != NULL; n++) {
		snprintf(node[n].name, sizeof(node[n].name), "%s", l->node[n].name);
		if (l->node[n].age_us != -1)
			node[n].seen_us = NOW_US - (uint64_t)l->node[n].age_us;
		node[n].has_beat = l->node[n].digest != 0;
		node[n].beat.digest = l->node[n].digest;
	}
	alarms_nodes(w, node, n, NOW_US, l->allowed, OURS);
}

static void
nodes(void **state)
{
	const struct nodes_row *r = *state;
	struct log_catch l;
	struct alarms w;
	char log[4000];

	memset(&w, 0, sizeof(w));
	log_catch_begin(&l);
	for (size_t i = 0; i < LOOKS_MAX && r->look[i].allowed > 0; i++)
		see(&w, &r->look[i]);
	log_catch_end(&l, log, sizeof(log));
	assert_int_equal(w.status.nodes, r->nodes);
	assert_string_equal(w.status.names, r->names);
	assert_string_equal(w.status.strangers, r->strangers);
	assert_string_equal(log, r->log);
}

/* More names than there is room for: cut, and the number is right. */
static void
crowd(void **state)
{
	struct mirror_node node[100];
	struct log_catch l;
	struct alarms w;
	char log[4000];

	(void)state;
	memset(&w, 0, sizeof(w));
	memset(node, 0, sizeof(node));
	for (size_t i = 0; i < N_ROWS(node); i++) {
		snprintf(node[i].name, sizeof(node[i].name), "node%02zu-5f3a9c", i);
		node[i].seen_us = NOW_US;
	}
	log_catch_begin(&l);
	alarms_nodes(&w, node, N_ROWS(node), NOW_US, 1, OURS);
	log_catch_end(&l, log, sizeof(log));
	assert_int_equal(w.status.nodes, 100);
	assert_int_equal(strlen(w.status.names), ALARMS_NAMES_MAX - 1);
	assert_non_null(strstr(log, "write 'nodes 100' into the policy of each\"\n"));
}

#define OFF(by) "clock state=off redis=" by "s reason=\"Redis's clock and this " \
	"machine's differ; keep both by NTP\"\n"

static const struct clock_row {
	const char *name;
	int64_t ahead_us[4];		/* ends at 0 */
	bool is_off;			/* at the end */
	const char *log;
} clock_rows[] = {
	{ "a little", { 1999999, -1999999 }, false, "" },
	{ "two seconds", { 2000000, -2000000 }, false, "" },
	{ "more", { 2000001 }, true, OFF("+2.0") },
	{ "behind", { -2500000 }, true, OFF("-2.5") },
	{ "told once", { 3000000, 9000000, -3000000 }, true, OFF("+3.0") },
	{ "less, and still off", { 3000000, 1000000 }, true, OFF("+3.0") },
	{ "good again", { 3000000, 999999 }, false,
	  OFF("+3.0") "clock state=good redis=+1.0s\n" },
	{ "good again, and a little off", { 3000000, -999999, 1999999 }, false,
	  OFF("+3.0") "clock state=good redis=-1.0s\n" },
	{ "off again", { 3000000, -1, -HOUR_US }, true,
	  OFF("+3.0") "clock state=good redis=-0.0s\n" OFF("-3600.0") },
};

static void
clocks(void **state)
{
	const struct clock_row *r = *state;
	struct log_catch l;
	struct alarms w;
	char log[4000];

	memset(&w, 0, sizeof(w));
	log_catch_begin(&l);
	for (size_t i = 0; i < N_ROWS(r->ahead_us) && r->ahead_us[i] != 0; i++) {
		alarms_clock(&w, NOW_US + (uint64_t)r->ahead_us[i], NOW_US);
		assert_int_equal(w.status.clock_us, r->ahead_us[i]);
	}
	log_catch_end(&l, log, sizeof(log));
	assert_int_equal(w.status.is_clock_off, r->is_off);
	assert_string_equal(log, r->log);
}

struct genesis_room {
	struct room dir;
	struct private_redis server;
	struct alarms w;
};

/* As a start of sluiced that then looks once. */
static void
start(struct genesis_room *m)
{
	struct conn *c = private_redis_open(&m->server);
	struct error e = { "" };

	if (!alarms_init(&m->w, m->dir.dir, &e) ||
	    !alarms_genesis(&m->w, c, "test", clock_monotonic_us() + PATIENT_US, &e))
		fail_msg("got '%s', want a look", e.text);
	conn_close(c);
}

static void
flush(struct genesis_room *m)
{
	struct conn *c = private_redis_open(&m->server);
	struct error e = { "" };

	reply_free(conn_ask(c, clock_monotonic_us() + PATIENT_US, &e, "FLUSHALL", NULL));
	conn_close(c);
}

/* What Redis loses while no node runs is told by the next start. */
static void
remembers(void **state)
{
	static const unsigned losses[] = { 0, 0, 1, 0 };
	struct genesis_room m;
	struct log_catch l;
	char log[4000];

	(void)state;
	room_init(&m.dir, NULL);
	private_redis_init(&m.server);
	log_catch_begin(&l);
	for (size_t i = 0; i < N_ROWS(losses); i++) {
		if (i == 2)
			flush(&m);
		start(&m);
		assert_int_equal(m.w.status.losses, losses[i]);
		assert_int_equal(m.w.status.lost_us > 0, losses[i]);
		alarms_fini(&m.w);
	}
	log_catch_end(&l, log, sizeof(log));
	assert_memory_equal(log, "redis state=lost reason=", 24);
	assert_int_equal(strcspn(log, "\n") + 1, strlen(log));
	private_redis_fini(&m.server);
	room_fini(&m.dir);
}

/* No memory of it is a first start. */
static void
damaged(void **state)
{
	struct genesis_room m;

	(void)state;
	room_init(&m.dir, NULL);
	room_write(&m.dir, "genesis", "nonsense\n", 9);
	private_redis_init(&m.server);
	start(&m);
	assert_int_equal(m.w.status.losses + m.w.status.restarts, 0);
	alarms_fini(&m.w);
	private_redis_fini(&m.server);
	room_fini(&m.dir);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(nodes_rows) + N_ROWS(clock_rows) + 3] = {
		{ "more than can be named", crowd, NULL, NULL, NULL },
		{ "over a restart of sluiced", remembers, NULL, NULL, NULL },
		{ "a damaged file", damaged, NULL, NULL, NULL },
	};
	size_t n = 3;

	ROWS(tests, &n, nodes_rows, nodes);
	ROWS(tests, &n, clock_rows, clocks);
	return cmocka_run_group_tests_name("alarms", tests, NULL, NULL);
}
