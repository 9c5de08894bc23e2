/*
 * test_nth.c - whatever call fails, the store keeps its word.
 *
 * One life of a store, before a real Redis, is lived again and again: the first
 * call of a kind fails, then the second, and so on, until none does. Nothing is
 * let through that was not granted, nothing leaks, and it recovers.
 */
#include "test.h"

#include <dirent.h>
#include <errno.h>

#include "../../milter/clock.h"
#include "../../milter/log.h"
#include "../../milter/store/memory/memory.h"
#include "../../milter/store/outage.h"
#include "../../milter/store/redis_store.h"
#include "log_catch.h"
#include "nth.h"
#include "server.h"
#include "store_text.h"

#define PATIENT_US 10000000
#define DAY "86400000"
#define BURST 4
#define HELD 3
#define LIMIT "a=m4/" DAY ",hm3/" DAY ",sm50/" DAY
#define N_MAX 500		/* calls of a kind in one life, at most */

static int
start(void **state)
{
	log_open("test", false, LOG_LEVEL_ERROR);
	return server_start(state);
}

struct life {
	char ns[32];
	struct target target;
	struct store *s;	/* NULL: it did not come to be */
	unsigned taken, held;
};

static unsigned
open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void
open_store(struct life *l)
{
	struct store *redis = redis_store_new(&l->target, l->ns, PATIENT_US);
	struct store *memory = memory_new(100);

	if (redis != NULL && memory != NULL)
		l->s = outage_new(redis, memory);
	if (l->s != NULL)
		return;
	store_free(redis);
	store_free(memory);
}

/* A message; it is of the limit that is counted unless a token is given. */
static enum store_answer
ask(struct life *l, const char *token)
{
	struct store_outcome o;
	struct store_text t;

	store_text_parse(&t, token == NULL ? LIMIT : "b=m9/" DAY);
	snprintf(t.q.token, sizeof(t.q.token), "%s",
		 token == NULL ? STORE_ANY_TOKEN : token);
	t.q.now_us = clock_monotonic_us();
	store_take(l->s, &t.q, &o);
	if (token == NULL) {
		l->taken += o.answer == STORE_TAKEN;
		l->held += o.answer == STORE_REFUSED && !o.is_spent;
	}
	return o.answer;
}

/* Redis, an outage, Redis again: as much as there is, and more is asked for. */
static void
live(struct life *l)
{
	open_store(l);
	if (l->s == NULL)
		return;
	outage_probe(l->s);
	ask(l, NULL);
	ask(l, NULL);
	ask(l, "other");
	outage_begin(l->s, "the test says so");
	ask(l, NULL);
	outage_probe(l->s);
	outage_settle(l->s, clock_monotonic_us());
	for (unsigned i = 0; i < BURST + HELD; i++)
		ask(l, NULL);
}

/* Nothing fails any more: it works, and gives no more than there is. */
static void
recover(struct life *l)
{
	if (l->s == NULL)
		open_store(l);
	assert_non_null(l->s);
	assert_true(outage_probe(l->s));
	assert_true(outage_settle(l->s, clock_monotonic_us()));
	assert_int_equal(ask(l, "other"), STORE_STALE);
	assert_int_equal(ask(l, STORE_ANY_TOKEN), STORE_TAKEN);
	for (unsigned i = 0; i < BURST + HELD; i++)
		ask(l, NULL);
	assert_in_range(l->taken, 1, BURST);
	assert_in_range(l->held, 1, HELD);
}

static const struct row {
	const char *name;
	struct nth what;
} rows[] = {
	{ "malloc", { NTH_MALLOC, ENOMEM, false } },
	{ "malloc, for good", { NTH_MALLOC, ENOMEM, true } },
	{ "calloc", { NTH_CALLOC, ENOMEM, false } },
	{ "strdup", { NTH_STRDUP, ENOMEM, false } },
	{ "socket", { NTH_SOCKET, EMFILE, false } },
	{ "socket, for good", { NTH_SOCKET, EMFILE, true } },
	{ "connect", { NTH_CONNECT, ECONNREFUSED, false } },
	{ "send", { NTH_SEND, EPIPE, false } },
	{ "send, for good", { NTH_SEND, ECONNRESET, true } },
	{ "a short send", { NTH_SEND, 0, false } },
	{ "only short sends", { NTH_SEND, 0, true } },
	{ "recv", { NTH_RECV, ECONNRESET, false } },
	{ "recv, for good", { NTH_RECV, ETIMEDOUT, true } },
	{ "an interrupted recv", { NTH_RECV, EINTR, false } },
	{ "a short recv", { NTH_RECV, 0, false } },
	{ "only short recvs", { NTH_RECV, 0, true } },
	{ "ppoll", { NTH_PPOLL, ENOMEM, false } },
	{ "ppoll, for good", { NTH_PPOLL, ENOMEM, true } },
	{ "an interrupted ppoll", { NTH_PPOLL, EINTR, false } },
};

/* Returns whether a call failed. Without a failure everything is granted. */
static bool
one_life(const struct row *row, unsigned n)
{
	struct life l = { .target.address = server.address };
	unsigned files = open_files();
	struct log_catch log;
	char text[100];
	bool is_failed;

	snprintf(l.ns, sizeof(l.ns), "%zu-%u", (size_t)(row - rows), n);
	log_catch_begin(&log);
	nth_arm(&row->what, n);
	live(&l);
	is_failed = nth_disarm();
	log_catch_end(&log, text, sizeof(text));
	if (!is_failed)
		assert_int_equal(l.taken * 10 + l.held, BURST * 10 + HELD);
	recover(&l);
	store_free(l.s);
	assert_int_equal(open_files(), files);
	return is_failed;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	unsigned n = 1;

	while (n < N_MAX && one_life(row, n))
		n++;
	assert_in_range(n, 2, N_MAX - 1);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, test_row);
	return _cmocka_run_group_tests("nth", tests, n, start, server_stop);
}
