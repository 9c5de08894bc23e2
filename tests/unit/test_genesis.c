/*
 * test_genesis.c - a real Redis that has lost its data is known by it.
 */
#include "test.h"

#include <signal.h>

#include "../../milter/clock.h"
#include "../../milter/redis/genesis.h"
#include "private_redis.h"

#define PATIENT_US 10000000
#define KEY "sluice:{test}:genesis"
#define OTHER "00112233445566778899aabbccddeeff"
#define STEPS_MAX 8

/* A step is `look WANT`, `kill`, `start`, or a command of Redis. WANT is the news,
 * or a part of the error. */
struct row {
	const char *name;
	const char *step[STEPS_MAX];
};

static const struct row rows[] = {
	{ "the first look is no news", { "look same" } },
	{ "nor is the next", { "look same", "look same" } },
	{ "a restart with its data", {
		"look same", "SAVE", "kill", "start", "look restarted", "look same" } },
	{ "a restart without", {
		"look same", "kill", "start", "look lost", "look same" } },
	{ "a restart with older data than ours", {
		"SET a b", "SAVE", "look same", "kill", "start", "look lost" } },
	{ "FLUSHALL", { "look same", "FLUSHALL", "look lost", "look same" } },
	{ "this key alone", { "look same", "DEL " KEY, "look lost" } },
	{ "all but this key", { "look same", "SET a b", "DEL a", "look same" } },
	{ "twice", { "look same", "FLUSHALL", "look lost", "FLUSHALL", "look lost" } },
	{ "another Redis", { "look same", "SET " KEY " " OTHER, "look lost", "look same" } },
	{ "another program's value is no loss yet", {
		"look same", "SET " KEY " hello",
		"look another program wrote to '" KEY "' in Redis; run: redis-cli DEL",
		"DEL " KEY, "look lost" } },
	{ "as long as ours", {
		"SET " KEY " 00112233445566778899aabbccddeefg", "look another program" } },
	{ "and one digit more", { "SET " KEY " " OTHER "0", "look another program" } },
	{ "a list", { "LPUSH " KEY " a", "look WRONGTYPE" } },
	{ "no room for it", { "CONFIG SET maxmemory 1", "look OOM" } },
	{ "which is told when there is", {
		"look same", "FLUSHALL", "CONFIG SET maxmemory 1", "look OOM",
		"CONFIG SET maxmemory 0", "look lost" } },
};

static const char *
look(struct genesis *g, struct private_redis *server, struct error *e)
{
	static const char *const word[] = {
		[GENESIS_SAME] = "same", [GENESIS_RESTARTED] = "restarted",
		[GENESIS_LOST] = "lost",
	};
	struct conn *c = private_redis_open(server);
	struct genesis was = *g;
	enum genesis_news news;
	bool ok;

	ok = genesis_look(g, c, "test", clock_monotonic_us() + PATIENT_US, &news, e);
	conn_close(c);
	if (!ok)
		assert_memory_equal(g, &was, sizeof(was));
	return ok ? word[news] : e->text;
}

/* In words of at most four. */
static void
command(struct private_redis *server, const char *text)
{
	char copy[128], *word[5] = { NULL }, *rest = copy;
	struct conn *c = private_redis_open(server);
	struct error e = { "" };
	struct reply *r;

	snprintf(copy, sizeof(copy), "%s", text);
	for (size_t i = 0; i < 4 && rest != NULL; i++)
		word[i] = strsep(&rest, " ");
	r = conn_ask(c, clock_monotonic_us() + PATIENT_US, &e, word[0], word[1],
		     word[2], word[3], NULL);
	if (r == NULL || reply_type(r) == REPLY_ERROR)
		fail_msg("%s: got '%s', want a reply", text, e.text);
	reply_free(r);
	conn_close(c);
}

static void
step(struct private_redis *server, struct genesis *g, const char *text)
{
	struct error e = { "" };
	const char *got;

	if (strcmp(text, "kill") == 0) {
		private_redis_signal(server, SIGKILL);
	} else if (strcmp(text, "start") == 0) {
		private_redis_start(server, NULL);
	} else if (strncmp(text, "look ", 5) == 0) {
		got = look(g, server, &e);
		if (strstr(got, text + 5) == NULL)
			fail_msg("got '%s', want '%s'", got, text + 5);
	} else {
		command(server, text);
	}
}

static void
news(void **state)
{
	const struct row *r = *state;
	struct genesis g = { .id = "" };
	struct private_redis server;

	private_redis_init(&server);
	for (size_t i = 0; i < STEPS_MAX && r->step[i] != NULL; i++)
		step(&server, &g, r->step[i]);
	private_redis_fini(&server);
}

/* Whoever comes first makes it. */
static void
nodes(void **state)
{
	struct genesis one = { .id = "" }, two = { .id = "" }, three = { .id = "" };
	struct private_redis server;

	(void)state;
	private_redis_init(&server);
	step(&server, &one, "look same");
	step(&server, &two, "look same");
	assert_string_equal(one.id, two.id);
	assert_string_equal(one.run, two.run);
	step(&server, &one, "FLUSHALL");
	step(&server, &two, "look lost");
	step(&server, &one, "look lost");
	step(&server, &three, "look same");
	assert_string_equal(one.id, three.id);
	private_redis_fini(&server);
}

#define RUN "0123456789012345678901234567890123456789"

static const struct text_row {
	const char *name, *text;
	bool want;
} text_rows[] = {
	{ "text", OTHER " " RUN "\n", true },
	{ "a shorter run_id", OTHER " 01\n", true },
	{ "nothing", "", false },
	{ "no run_id", OTHER "\n", false },
	{ "no run_id, but a blank", OTHER " \n", false },
	{ "cut short", "00112233 " RUN "\n", false },
	{ "not hexadecimal", "g0112233445566778899aabbccddeeff " RUN "\n", false },
	{ "longer than an id", OTHER "0 " RUN "\n", false },
};

static void
parsed(void **state)
{
	const struct text_row *r = *state;
	struct genesis g = { .id = "was" };
	char text[GENESIS_TEXT_MAX + 1];

	assert_int_equal(genesis_parse(&g, r->text), r->want);
	if (r->want)
		genesis_text(&g, text);
	assert_string_equal(r->want ? text : g.id, r->want ? r->text : "was");
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + N_ROWS(text_rows) + 1] = {
		{ "nodes agree", nodes, NULL, NULL, NULL },
	};
	size_t n = 1;

	ROWS(tests, &n, rows, news);
	ROWS(tests, &n, text_rows, parsed);
	return cmocka_run_group_tests_name("genesis", tests, NULL, NULL);
}
