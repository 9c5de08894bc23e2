/*
 * test_decide.c - in which order it is asked, and who answers.
 *
 * Policy, key and ledger are real; the store answers from a script, with what
 * neither Redis nor memory says when it is wanted.
 */
#include "compile.h"

#include "../../milter/daemon/decide.h"
#include "../../milter/log.h"
#include "ledger_room.h"

static const char policy_text[] =
	"own networks { 192.0.2.0/24 }\n"
	"recipient delimiter \"-\"\n"
	"frozen {\n"
	"	local hold\n"
	"	smtp tempfail \"Frozen\"\n"
	"	exempt alarm {\n"
	"		for authenticated mail when login = \"alarm\" by login\n"
	"		allow 5 recipients/day\n"
	"		else reject \"No more alarms\"\n"
	"	}\n"
	"}\n"
	"outage { local reject even local \"Alone\" smtp reject \"Alone\" }\n"
	"limit scripts { for local mail by script allow 1 message/day\n"
	"	else hold up to 1 message/day then reject even local \"Spent\"\n"
	"	freeze after 3 refusals in 10 minutes for 2 hours }\n"
	"limit local { for local mail allow 9 recipients/day else hold }\n"
	"limit logins { for authenticated mail by login\n"
	"	allow 1 message/day, 9 recipients/day else tempfail }\n"
	"limit hosts { for relayed mail by client allow 5 messages/day else tempfail }\n";

/* What somebody froze, who writes, and what the store says. */
static const struct row {
	const char *name;
	const char *frozen;
	bool is_broken;
	const char *script, *login, *sender;	/* both NULL: relayed */
	uint32_t rcpts;
	enum store_answer answer;
	bool is_spent;

	enum cause cause;
	enum verdict verdict;
	const char *text;
	const char *asked;	/* limits of the question; NULL: none was asked */
	bool is_any_token;
} rows[] = {
	{ "taken", .script = "33:a.php", .answer = STORE_TAKEN, .verdict = VERDICT_ACCEPT,
	  .asked = "scripts local " },
	{ "held", .script = "33:a.php", .answer = STORE_REFUSED, .cause = CAUSE_LIMIT,
	  .verdict = VERDICT_HOLD, .asked = "scripts local " },
	{ "the budget is spent", .script = "33:a.php", .answer = STORE_REFUSED,
	  .is_spent = true, .cause = CAUSE_LIMIT, .verdict = VERDICT_REJECT,
	  .text = "Spent", .asked = "scripts local " },
	{ "alone, local", .script = "33:a.php", .answer = STORE_ALONE,
	  .cause = CAUSE_ALONE, .verdict = VERDICT_REJECT, .text = "Alone",
	  .asked = "scripts local " },
	{ "alone, SMTP", .answer = STORE_ALONE, .cause = CAUSE_ALONE,
	  .verdict = VERDICT_REJECT, .text = "Alone", .asked = "hosts " },
	{ "frozen is not alone", .frozen = "all", .answer = STORE_ALONE,
	  .cause = CAUSE_FROZEN, .verdict = VERDICT_TEMPFAIL, .text = "Frozen" },
	{ "never comes before frozen", .frozen = "all", .login = "ann", .rcpts = 10,
	  .cause = CAUSE_NEVER, .verdict = VERDICT_REJECT },
	{ "exempt from freezes", .frozen = "all", .login = "alarm",
	  .answer = STORE_TAKEN, .verdict = VERDICT_ACCEPT, .asked = "alarm " },
	{ "exempt, but only if it is frozen", .login = "alarm", .answer = STORE_TAKEN,
	  .verdict = VERDICT_ACCEPT, .asked = "logins " },
	{ "exempt, and refused by that", .frozen = "login:alarm", .login = "alarm",
	  .answer = STORE_REFUSED, .cause = CAUSE_LIMIT, .verdict = VERDICT_REJECT,
	  .text = "No more alarms", .asked = "alarm " },
	{ "what never passes the exemption is frozen", .frozen = "all",
	  .login = "alarm", .rcpts = 6, .cause = CAUSE_FROZEN,
	  .verdict = VERDICT_TEMPFAIL, .text = "Frozen" },
	{ "a broken ledger freezes", .is_broken = true, .login = "ann",
	  .cause = CAUSE_FROZEN, .verdict = VERDICT_TEMPFAIL, .text = "Frozen" },
	{ "and the exemption holds all the same", .is_broken = true, .login = "alarm",
	  .answer = STORE_TAKEN, .verdict = VERDICT_ACCEPT, .asked = "alarm ",
	  .is_any_token = true },
	{ "limit and key", .frozen = "limit/scripts/33:a.php", .script = "33:a.php",
	  .cause = CAUSE_FROZEN, .verdict = VERDICT_HOLD },
	{ "limit and another key", .frozen = "limit/scripts/33:b.php",
	  .script = "33:a.php", .answer = STORE_TAKEN, .verdict = VERDICT_ACCEPT,
	  .asked = "scripts local " },
	{ "the beginning of a key", .frozen = "limit/scripts/33:a.ph",
	  .script = "33:a.php", .answer = STORE_TAKEN, .verdict = VERDICT_ACCEPT,
	  .asked = "scripts local " },
	{ "a limit without a key", .frozen = "limit/local/-", .script = "33:a.php",
	  .cause = CAUSE_FROZEN, .verdict = VERDICT_HOLD },
	{ "a limit that it does not meet", .frozen = "limit/logins/ann",
	  .script = "33:a.php", .answer = STORE_TAKEN, .verdict = VERDICT_ACCEPT,
	  .asked = "scripts local " },
	{ "a limit that the policy has not", .frozen = "limit/gone/x",
	  .script = "33:a.php", .answer = STORE_TAKEN, .verdict = VERDICT_ACCEPT,
	  .asked = "scripts local " },
	{ "the exemption itself is frozen", .frozen = "all,limit/alarm/alarm",
	  .login = "alarm", .cause = CAUSE_FROZEN, .verdict = VERDICT_TEMPFAIL,
	  .text = "Frozen" },
	{ "a sender with the policy's extension", .frozen = "sender:joe-x@a.example",
	  .sender = "joe@a.example", .cause = CAUSE_FROZEN,
	  .verdict = VERDICT_TEMPFAIL, .text = "Frozen" },
	{ "a sender with another one", .frozen = "sender:joe+x@a.example",
	  .sender = "joe@a.example", .answer = STORE_TAKEN, .verdict = VERDICT_ACCEPT,
	  .asked = "hosts " },
};

struct scripted {
	struct store store;
	const struct row *row;
	const struct policy *policy;
	char asked[256];
	char token[STORE_TOKEN_MAX + 1];
};

/* The limit whose windows they are. */
static const char *
limit_of(const struct policy *p, const struct store_bucket *b)
{
	unsigned i = 0;

	while (policy_limit(p, i).window != b->window)
		i++;
	return policy_limit(p, i).name;
}

static enum store_answer
scripted_take(struct store *store, const struct store_request *q,
	      struct store_outcome *o)
{
	struct scripted *s = (struct scripted *)store;
	size_t n = 0;

	for (unsigned i = 0; i < q->n; i++)
		n += (size_t)snprintf(s->asked + n, sizeof(s->asked) - n, "%s ",
				      limit_of(s->policy, &q->bucket[i]));
	memcpy(s->token, q->token, sizeof(s->token));
	memset(o, 0, sizeof(*o));
	o->is_spent = s->row->is_spent;
	return o->answer = s->row->answer;
}

static bool
no_sync(void *arg, uint64_t deadline_us)
{
	(void)arg;
	(void)deadline_us;
	return false;
}

static void
freeze_all(struct ledger *l, const char *scopes)
{
	char list[256], *rest = list, *scope;
	struct record r;

	snprintf(list, sizeof(list), "%s", scopes);
	while ((scope = strsep(&rest, ",")) != NULL)
		room_freeze(l, scope, &r);
}

static struct message
message_of(const struct row *r, const struct policy *p)
{
	struct message m = {
		.policy = p,
		.is_local = r->script != NULL,
		.facts.recipients = r->rcpts > 0 ? r->rcpts : 1,
	};

	m.facts.text[POLICY_SCRIPT] = text_of(r->script);
	m.facts.text[POLICY_LOGIN] = text_of(r->login);
	m.facts.text[POLICY_SENDER] = text_of(r->sender);
	if (!m.is_local)
		assert_true(identity_client("192.0.2.1", 9, &m.facts.client));
	return m;
}

static void
decided(void **state)
{
	const struct row *r = *state;
	struct policy *p = compile(policy_text);
	struct scripted s = { .store = { .take = scripted_take }, .row = r, .policy = p };
	struct message m = message_of(r, p);
	struct decision *d = calloc(1, sizeof(*d));
	struct room room;
	struct site site = { .store = &s.store, .sync = no_sync, .timeout_us = 1 };

	room_init(&room, NULL);
	if (r->is_broken)
		room_write(&room, "ledger", "x\n", 2);
	site.keys = room.keys;
	site.ledger = room_open(&room);
	if (r->frozen != NULL)
		freeze_all(site.ledger, r->frozen);
	decide(&site, &m, d);
	assert_string_equal(cause_word(d->cause), cause_word(r->cause));
	assert_string_equal(verdict_word(d->verdict), verdict_word(r->verdict));
	assert_string_equal(d->text != NULL ? d->text : "", r->text != NULL ? r->text : "");
	assert_string_equal(s.asked, r->asked != NULL ? r->asked : "");
	assert_int_equal(strcmp(s.token, STORE_ANY_TOKEN) == 0, r->is_any_token);
	ledger_free(site.ledger);
	room_fini(&room);
	policy_free(p);
	free(d);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	log_open("test_decide", true, LOG_LEVEL_ERROR);
	ROWS(tests, &n, rows, decided);
	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
