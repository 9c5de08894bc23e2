/*
 * test_nth_session.c - whatever call fails, a message gets one verdict, and no
 * more are accepted than the policy allows.
 *
 * As test_nth.c, from the end of a message down to Redis; the policy is loaded
 * anew on the way.
 */
#include "test.h"

#include <errno.h>

#include "../../milter/clock.h"
#include "../../milter/daemon/session.h"
#include "../../milter/log.h"
#include "../../milter/store/memory/memory.h"
#include "../../milter/store/outage.h"
#include "../../milter/store/redis_store.h"
#include "ledger_room.h"
#include "log_catch.h"
#include "nth.h"
#include "private_redis.h"

#define PATIENT_US 10000000
#define BURST 3
#define N_MAX 500

static const char policy_text[] =
	"own networks { 192.0.2.0/24 }\n"
	"limit local { for local mail by script or \"none\"\n"
	"	allow 3 messages/day else hold up to 2 messages/day then reject }\n"
	"limit rest { for outbound mail allow 9 messages/day else tempfail even local }\n"
	"frozen { local hold smtp tempfail \"Suspended\" }\n";

static struct private_redis server;
static struct room room;

static int
start(void **state)
{
	(void)state;
	private_redis_init(&server);
	room_init(&room, NULL);
	room_write(&room, "policy", policy_text, sizeof(policy_text) - 1);
	log_open("test", false, LOG_LEVEL_ERROR);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	room_fini(&room);
	private_redis_fini(&server);
	return 0;
}

static bool
no_sync(void *arg, uint64_t deadline_us)
{
	(void)arg;
	(void)deadline_us;
	return false;
}

static void
no_freeze(void *arg, const struct strike *s)
{
	(void)arg;
	(void)s;
}

static struct store *
open_store(const char *ns)
{
	const struct target t = { .address = server.address };
	struct store *s = outage_new(redis_store_new(&t, ns, PATIENT_US),
				     memory_new(100));

	assert_non_null(s);
	return s;
}

struct life {
	struct site site;
	struct counters counters;
	FILE *out;		/* of diagnostics */
	unsigned accepted;
};

static void
open_site(struct life *l, const char *ns)
{
	static char policy[512];
	struct error e = { "" };

	snprintf(policy, sizeof(policy), "%s", room_path(&room, "policy"));
	l->out = fopen("/dev/null", "w");
	l->site = (struct site){
		.live = live_new(policy),
		.store = open_store(ns),
		.ledger = room_open(&room),
		.keys = room.keys,
		.counters = &l->counters,
		.warn = warn_new(),
		.local_name = "LOCAL",
		.timeout_us = PATIENT_US,
		.sync = no_sync,
		.freeze = no_freeze,
	};
	if (!live_load(l->site.live, l->out, &e))
		fail_msg("%s", e.text);
}

static void
close_site(struct life *l)
{
	store_free(l->site.store);
	warn_free(l->site.warn);
	ledger_free(l->site.ledger);
	live_free(l->site.live);
	fclose(l->out);
}

/* Without a session the daemon says tempfail. */
static void
send_one(struct life *l)
{
	struct session *s = session_new(&l->site);
	struct verdict_reply reply;
	enum verdict v;

	if (s == NULL)
		return;
	session_connect(s, "LOCAL", "0", "127.0.0.1");
	session_mail(s, "a@example.test", NULL);
	session_rcpt(s);
	session_header(s, "X-PHP-Originating-Script", "33:a.php");
	v = session_decide(s, "1", &reply);
	assert_in_range(v, VERDICT_ACCEPT, VERDICT_REJECT);
	l->accepted += v == VERDICT_ACCEPT;
	session_end(s);
	session_free(s);
}

static void
live(struct life *l)
{
	struct error e;

	outage_probe(l->site.store);
	send_one(l);
	send_one(l);
	live_load(l->site.live, l->out, &e);
	for (unsigned i = 0; i < BURST; i++)
		send_one(l);
}

static const struct row {
	const char *name;
	struct nth what;
} rows[] = {
	{ "malloc", { NTH_MALLOC, ENOMEM, false } },
	{ "malloc, for good", { NTH_MALLOC, ENOMEM, true } },
	{ "calloc", { NTH_CALLOC, ENOMEM, false } },
	{ "calloc, for good", { NTH_CALLOC, ENOMEM, true } },
	{ "send", { NTH_SEND, EPIPE, false } },
	{ "recv", { NTH_RECV, ECONNRESET, false } },
	{ "recv, for good", { NTH_RECV, ECONNRESET, true } },
	{ "ppoll", { NTH_PPOLL, ENOMEM, false } },
};

/* Returns whether a call failed. */
static bool
one_life(const struct row *row, unsigned n)
{
	struct life l = { .accepted = 0 };
	char ns[32], text[100];
	struct log_catch log;
	bool is_failed;

	snprintf(ns, sizeof(ns), "%zu-%u", (size_t)(row - rows), n);
	open_site(&l, ns);
	log_catch_begin(&log);
	nth_arm(&row->what, n);
	live(&l);
	is_failed = nth_disarm();
	log_catch_end(&log, text, sizeof(text));
	assert_in_range(l.accepted, is_failed ? 0 : BURST, BURST);
	assert_true(outage_probe(l.site.store));
	for (unsigned i = 0; i < BURST; i++)
		send_one(&l);
	assert_in_range(l.accepted, 1, BURST);
	close_site(&l);
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
	return _cmocka_run_group_tests("nth, session", tests, n, start, stop);
}
