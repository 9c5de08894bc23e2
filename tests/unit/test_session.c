/*
 * test_session.c - what a session believes of whom, and how it asks.
 *
 * The policy, the key, the ledger and the memory store are real; the store that
 * answers from a script is there for what memory never answers.
 */
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "../../milter/daemon/session.h"
#include "../../milter/log.h"
#include "../../milter/store/memory/memory.h"

static const char policy_text[] =
	"own networks { 192.0.2.0/24 }\n"
	"limit scripts { for local mail by script allow 1 message/day else hold }\n"
	"limit users { for local mail by uid allow 2 messages/day else hold }\n"
	"limit local { for local mail allow 100 recipients/day else hold }\n"
	"limit logins { for authenticated mail by login\n"
	"	allow 1 message/day, 5 recipients/day else reject \"50% of it\" }\n"
	"limit senders { for relayed mail by sender allow 1 message/day else tempfail }\n"
	"limit hosts { for relayed mail by client allow 5 messages/day else tempfail }\n"
	"limit ports { for inbound mail when sender = \"port@x\" by listener\n"
	"	allow 1 message/day else reject }\n"
	"limit nobody { for inbound mail when sender = \"who@x\" by client\n"
	"	allow 1 message/day else reject }\n"
	"frozen { local hold smtp tempfail \"Suspended\" }\n";

#define PHP "X-PHP-Originating-Script"
#define UID "X-Local-Submitter"

struct message_in {
	const char *name, *port, *client;	/* of the connection */
	const char *sender, *login;
	const char *header[3][2];
	unsigned rcpts;				/* 0: one */
};

#define LOCAL .name = "LOCAL", .port = "0", .client = "127.0.0.1"
#define OTHER_LOCAL .name = "host", .port = "0", .client = "127.0.0.1"
#define OURS .name = "smtpd", .port = "25", .client = "192.0.2.1"
#define WORLD .name = "smtpd", .port = "25", .client = "203.0.113.1"

/* The first message is accepted; the second shows what they share. */
static const struct row {
	const char *name;
	struct message_in first, second;
	enum verdict want;
	unsigned submitters;
} rows[] = {
	{ "one script, twice", { LOCAL, .header = { { PHP, "33:a.php" } } },
	  { LOCAL, .header = { { PHP, "33:a.php" } } }, VERDICT_HOLD, 0 },
	{ "two scripts", { LOCAL, .header = { { PHP, "33:a.php" } } },
	  { LOCAL, .header = { { PHP, "33:b.php" } } }, VERDICT_ACCEPT, 0 },
	{ "a listener without a name is one",
	  { .port = "25", .client = "203.0.113.1", .sender = "port@x" },
	  { .name = "", .port = "25", .client = "203.0.113.2", .sender = "port@x" },
	  VERDICT_REJECT, 0 },
	{ "a client without an address is one",
	  { .port = "25", .client = "unknown", .sender = "who@x" },
	  { .port = "25", .sender = "who@x" }, VERDICT_REJECT, 0 },
	{ "a forged second script", { LOCAL, .header = { { PHP, "33:a.php" } } },
	  { LOCAL, .header = { { PHP, "33:a.php" }, { PHP, "33:b.php" } } },
	  VERDICT_HOLD, 0 },
	{ "a forged second script is not charged",
	  { LOCAL, .header = { { PHP, "33:a.php" }, { PHP, "33:b.php" } } },
	  { LOCAL, .header = { { PHP, "33:b.php" } } }, VERDICT_ACCEPT, 0 },
	{ "a malformed first, a forged second",
	  { LOCAL, .header = { { PHP, "33:a.php" } } },
	  { LOCAL, .header = { { PHP, "?" }, { PHP, "33:a.php" } } }, VERDICT_ACCEPT, 0 },
	{ "a header name in another case", { LOCAL, .header = { { PHP, "33:a.php" } } },
	  { LOCAL, .header = { { "x-php-originating-SCRIPT", "33:a.php" } } },
	  VERDICT_HOLD, 0 },
	{ "a script over SMTP", { OURS, .header = { { PHP, "33:a.php" } } },
	  { OURS, .sender = "b@example.test", .header = { { PHP, "33:a.php" } } },
	  VERDICT_ACCEPT, 0 },
	{ "a uid header is taken out", { LOCAL },
	  { LOCAL, .header = { { UID, "uid=33" }, { UID, "uid=0" } } },
	  VERDICT_ACCEPT, 2 },
	{ "a uid header elsewhere stays", { LOCAL },
	  { OTHER_LOCAL, .header = { { UID, "uid=33" } } }, VERDICT_ACCEPT, 0 },
	{ "a uid header over SMTP stays", { LOCAL },
	  { .name = "LOCAL", .port = "25", .client = "192.0.2.1",
	    .header = { { UID, "uid=33" } } }, VERDICT_ACCEPT, 0 },
	{ "localhost over SMTP is not local", { LOCAL, .header = { { PHP, "33:a.php" } } },
	  { .name = "LOCAL", .port = "25", .client = "127.0.0.1",
	    .header = { { PHP, "33:a.php" } } }, VERDICT_ACCEPT, 0 },
	{ "no {daemon_port} is not local", { LOCAL, .header = { { PHP, "33:a.php" } } },
	  { .name = "LOCAL", .client = "127.0.0.1", .header = { { PHP, "33:a.php" } } },
	  VERDICT_ACCEPT, 0 },
	{ "one login, twice", { WORLD, .login = "Ann" }, { OURS, .login = "ann" },
	  VERDICT_REJECT, 0 },
	{ "an empty login is none", { WORLD, .login = "" }, { WORLD, .login = "" },
	  VERDICT_ACCEPT, 0 },
	{ "more recipients than ever fit", { WORLD, .login = "ann" },
	  { WORLD, .login = "bob", .rcpts = 6 }, VERDICT_REJECT, 0 },
	{ "one sender in two spellings", { OURS, .sender = "<Joe+x@Example.test>" },
	  { OURS, .sender = "joe@example.test" }, VERDICT_TEMPFAIL, 0 },
	{ "the null sender", { OURS, .sender = "" }, { OURS, .sender = "<>" },
	  VERDICT_TEMPFAIL, 0 },
	{ "no sender is the null sender", { OURS, .sender = NULL },
	  { OURS, .sender = "" }, VERDICT_TEMPFAIL, 0 },
	{ "the world", { WORLD }, { WORLD, .rcpts = 1000 }, VERDICT_ACCEPT, 0 },
};

struct fixture {
	char dir[64], policy[96], key[96];
	struct counters counters;
	struct site site;
	unsigned syncs;
	bool is_sync_good;
	unsigned strikes;
	struct strike strike;		/* the last one */
};

static void
note_strike(void *arg, const struct strike *s)
{
	struct fixture *fx = arg;

	fx->strikes++;
	fx->strike = *s;
}

static bool
count_sync(void *arg, uint64_t deadline_us)
{
	struct fixture *fx = arg;

	(void)deadline_us;
	fx->syncs++;
	return fx->is_sync_good;
}

static void
write_policy(struct fixture *fx)
{
	FILE *f = fopen(fx->policy, "w");

	assert_non_null(f);
	fputs(policy_text, f);
	fclose(f);
	chmod(fx->policy, 0644);
}

/* Takes store. */
static void
open_site(struct fixture *fx, struct store *store)
{
	struct keys *keys;
	struct error e = { "" };

	memset(fx, 0, sizeof(*fx));
	snprintf(fx->dir, sizeof(fx->dir), "/tmp/sluice-session.XXXXXX");
	assert_non_null(mkdtemp(fx->dir));
	snprintf(fx->policy, sizeof(fx->policy), "%s/policy", fx->dir);
	snprintf(fx->key, sizeof(fx->key), "%s/key", fx->dir);
	write_policy(fx);
	keys = keys_open(fx->key, true, &e);
	fx->site = (struct site){
		.live = live_new(fx->policy),
		.store = store,
		.keys = keys,
		.ledger = ledger_open(fx->dir, keys, &e),
		.counters = &fx->counters,
		.warn = warn_new(),
		.local_name = "LOCAL",
		.is_clear_log = true,
		.timeout_us = 250000,
		.sync = count_sync,
		.sync_arg = fx,
		.freeze = note_strike,
		.freeze_arg = fx,
	};
	if (!live_load(fx->site.live, stderr, &e) || fx->site.ledger == NULL)
		fail_msg("%s", e.text);
}

static void
close_site(struct fixture *fx)
{
	static const char *const made[] = { "policy", "key", "ledger", "ledger.head",
					    "node", "lock" };
	char path[128];

	store_free(fx->site.store);
	warn_free(fx->site.warn);
	ledger_free(fx->site.ledger);
	live_free(fx->site.live);
	keys_free((struct keys *)(uintptr_t)fx->site.keys);
	for (size_t i = 0; i < N_ROWS(made); i++) {
		snprintf(path, sizeof(path), "%s/%s", fx->dir, made[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(fx->dir), 0);
}

static void
tell(struct session *s, const struct message_in *m)
{
	session_connect(s, m->name, m->port, m->client);
	session_mail(s, m->sender, m->login);
	for (unsigned i = 0; i < (m->rcpts > 0 ? m->rcpts : 1); i++)
		session_rcpt(s);
	for (size_t i = 0; i < 3 && m->header[i][0] != NULL; i++)
		session_header(s, m->header[i][0], m->header[i][1]);
}

static void
two_messages(void **state)
{
	const struct row *r = *state;
	struct verdict_reply reply;
	struct fixture fx;
	struct session *s;

	open_site(&fx, memory_new(64));
	s = session_new(&fx.site);
	tell(s, &r->first);
	assert_string_equal(verdict_word(session_decide(s, "1", &reply)), "accept");
	session_end(s);
	tell(s, &r->second);
	assert_string_equal(verdict_word(session_decide(s, "2", &reply)),
			    verdict_word(r->want));
	assert_int_equal(session_submitters(s), r->submitters);
	session_free(s);
	close_site(&fx);
}

/* Answers what it was told to, and remembers what it was asked. */
struct scripted {
	struct store store;
	enum store_answer answer[2];
	unsigned asked;
	uint64_t now_us[2];
};

static enum store_answer
scripted_take(struct store *store, const struct store_request *q,
	      struct store_outcome *o)
{
	struct scripted *s = (struct scripted *)store;

	assert_in_range(s->asked, 0, 1);
	s->now_us[s->asked] = q->now_us;
	memset(o, 0, sizeof(*o));
	return o->answer = s->answer[s->asked++];
}

static void
scripted_free(struct store *store)
{
	(void)store;
}

static const struct answer_row {
	const char *name;
	struct message_in message;
	enum store_answer answer[2];
	bool is_sync_good;
	enum verdict want;
	unsigned asked, syncs;
} answer_rows[] = {
	{ "taken", { LOCAL }, { STORE_TAKEN }, true, VERDICT_ACCEPT, 1, 0 },
	{ "stale, then taken", { LOCAL }, { STORE_STALE, STORE_TAKEN }, true,
	  VERDICT_ACCEPT, 2, 1 },
	{ "stale, then refused", { OURS }, { STORE_STALE, STORE_REFUSED }, true,
	  VERDICT_TEMPFAIL, 2, 1 },
	{ "stale twice, local", { LOCAL }, { STORE_STALE, STORE_STALE }, true,
	  VERDICT_HOLD, 2, 1 },
	{ "stale twice, SMTP", { OURS }, { STORE_STALE, STORE_STALE }, true,
	  VERDICT_TEMPFAIL, 2, 1 },
	{ "stale, and no exchange", { LOCAL }, { STORE_STALE }, false, VERDICT_HOLD,
	  1, 1 },
	{ "down, local", { LOCAL }, { STORE_DOWN }, true, VERDICT_HOLD, 1, 0 },
	{ "down, login", { WORLD, .login = "ann" }, { STORE_DOWN }, true,
	  VERDICT_TEMPFAIL, 1, 0 },
	{ "what can never pass is not asked", { WORLD, .login = "ann", .rcpts = 6 },
	  { STORE_TAKEN }, true, VERDICT_REJECT, 0, 0 },
	{ "inbound mail without a limit is not asked", { WORLD }, { STORE_TAKEN },
	  true, VERDICT_ACCEPT, 0, 0 },
};

static void
answers(void **state)
{
	const struct answer_row *r = *state;
	struct scripted store = {
		.store = { scripted_take, scripted_free },
		.answer = { r->answer[0], r->answer[1] },
	};
	struct verdict_reply reply;
	struct fixture fx;
	struct session *s;

	open_site(&fx, &store.store);
	fx.is_sync_good = r->is_sync_good;
	s = session_new(&fx.site);
	tell(s, &r->message);
	assert_string_equal(verdict_word(session_decide(s, NULL, &reply)),
			    verdict_word(r->want));
	assert_int_equal(store.asked, r->asked);
	assert_int_equal(fx.syncs, r->syncs);
	if (r->asked == 2)	/* both under the deadline of the first */
		assert_int_equal(store.now_us[0], store.now_us[1]);
	session_free(s);
	close_site(&fx);
}

/* A session that libmilter made for a callback out of order. */
static void
no_message(void **state)
{
	struct verdict_reply reply;
	struct fixture fx;
	struct session *s;

	(void)state;
	open_site(&fx, memory_new(64));
	s = session_new(&fx.site);
	session_rcpt(s);
	session_header(s, PHP, "33:a.php");
	assert_string_equal(verdict_word(session_decide(s, NULL, &reply)), "tempfail");
	session_end(s);
	session_free(s);
	session_free(NULL);
	close_site(&fx);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + N_ROWS(answer_rows) + 1];
	size_t n = 0;

	log_open("test_session", false, LOG_LEVEL_ERROR);
	ROWS(tests, &n, rows, two_messages);
	ROWS(tests, &n, answer_rows, answers);
	tests[n] = (struct CMUnitTest)cmocka_unit_test(no_message);
	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
