/*
 * test_eval.c - which limits a message meets, by which key, and why.
 */
#include "message.h"

static const char rules[] =
	OWN
	"set news { \"news@shop.example\", \"*@lists.example\" }\n"
	"set lan { 192.0.2.0/25, 2001:db8:1::/48 }\n"
	"limit script { for local mail by script "
	"allow 2 messages/minute, 9 recipients/hour burst 20 else hold }\n"
	"limit login { for authenticated mail by login "
	"allow 5 messages/day else tempfail \"Wait\" }\n"
	"limit news { for authenticated mail when sender in news "
	"allow 5 messages/day else tempfail }\n"
	"limit not-news { for authenticated mail when not sender in news "
	"allow 5 messages/day else tempfail }\n"
	"limit pair { for authenticated mail by sender, login "
	"allow 5 messages/day else tempfail }\n"
	"limit big { for authenticated mail when recipients > 10 or recipients = 3 "
	"allow 5 recipients/day else observe }\n"
	"limit small { for relayed mail when recipients < 3 and sender like "
	"\"*@a.test\" by client allow 5 recipients/day else reject }\n"
	"limit lan { for relayed mail when client in lan by client/4:24, sender.domain "
	"allow 5 recipients/day else reject }\n"
	"limit smtpd { for relayed mail when listener = \"smtpd\" "
	"allow 5 recipients/day else reject }\n"
	"limit rest { for outbound mail allow 15 recipients/hour else tempfail even local }\n"
	"frozen { local reject even local \"Closed\" }\n";

#define LOCAL .message.class = POLICY_LOCAL
#define AUTH .message.class = POLICY_AUTHENTICATED
#define RELAY .message.class = POLICY_RELAYED
#define M(field) .message.field

struct row {
	const char *name;
	struct message message;
	const char *want;	/* names; ! and a window behind the first that never fits */
};

static const struct row rows[] = {
	{ "local, script", LOCAL, M(script) = "33:a.php", .want = "script rest" },
	{ "local, no script", LOCAL, .want = "rest" },
	{ "local, login means nothing", LOCAL, M(login) = "a", .want = "rest" },
	{ "login", AUTH, M(login) = "a", M(sender) = "x@a.test", .want = "login not-news pair rest" },
	{ "a member", AUTH, M(login) = "a", M(sender) = "news@shop.example", .want = "login news pair rest" },
	{ "a pattern", AUTH, M(login) = "a", M(sender) = "x@lists.example", .want = "login news pair rest" },
	{ "absent fact: in is false, not in is true", AUTH, M(login) = "a", .want = "login not-news rest" },
	{ "both facts are needed", AUTH, M(sender) = "x@a.test", .want = "not-news rest" },
	{ "equal number", AUTH, M(login) = "a", M(recipients) = 3, .want = "login not-news big rest" },
	{ "greater number, observed: never is not asked", AUTH, M(login) = "a", M(recipients) = 11,
	  .want = "login not-news big rest" },
	{ "can never pass", AUTH, M(login) = "a", M(recipients) = 16, .want = "login not-news big rest!0" },
	{ "never, second window; only the first is told", LOCAL, M(script) = "33:a.php",
	  M(recipients) = 21, .want = "script!1 rest" },
	{ "just fits", LOCAL, M(script) = "33:a.php", M(recipients) = 15, .want = "script rest" },
	{ "glob and number", RELAY, M(client) = "10.0.0.1", M(sender) = "x@a.test", .want = "small rest" },
	{ "glob of an absent fact", RELAY, M(client) = "10.0.0.1", .want = "rest" },
	{ "glob does not match", RELAY, M(client) = "10.0.0.1", M(sender) = "x@b.test", .want = "rest" },
	{ "number too great", RELAY, M(client) = "10.0.0.1", M(sender) = "x@a.test", M(recipients) = 3,
	  .want = "rest" },
	{ "network", RELAY, M(client) = "192.0.2.5", M(sender) = "x@b.test", .want = "lan rest" },
	{ "IPv6 network", RELAY, M(client) = "2001:db8:1::5", M(sender) = "x@b.test", .want = "lan rest" },
	{ "null sender has no domain", RELAY, M(client) = "192.0.2.5", M(sender) = "<>", .want = "rest" },
	{ "equal text", RELAY, M(listener) = "smtpd", .want = "smtpd rest" },
	{ "other text", RELAY, M(listener) = "smtpd2", .want = "rest" },
	{ "no address", RELAY, M(sender) = "x@a.test", .want = "rest" },
	{ "inbound meets nothing", M(class) = POLICY_INBOUND, M(sender) = "x@a.test", .want = "" },
};

static void
plan(void **state)
{
	const struct row *r = *state;
	struct policy *p = compile(rules);
	struct policy_facts f;
	struct policy_plan got;
	char text[256] = "";
	size_t n = 0;

	facts_of(&r->message, &f);
	policy_eval(p, &f, &got);
	for (unsigned i = 0; i < got.n; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
				      i == 0 ? "" : " ",
				      policy_limit(p, got.limit[i]).name);
		if (got.never == (int)i)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "!%u",
					      got.never_window);
	}
	assert_string_equal(text, r->want);
	policy_free(p);
}

struct class_row {
	const char *name;
	bool is_local;
	const char *login, *client;
	enum policy_class want;
};

static const struct class_row class_rows[] = {
	{ "class, local", true, NULL, NULL, POLICY_LOCAL },
	{ "class, local before login", true, "alice", "127.0.0.1", POLICY_LOCAL },
	{ "class, login", false, "alice", "10.0.0.1", POLICY_AUTHENTICATED },
	{ "class, login before network", false, "alice", "127.0.0.1", POLICY_AUTHENTICATED },
	{ "class, empty login", false, "", "127.0.0.1", POLICY_RELAYED },
	{ "class, own network", false, NULL, "127.9.9.9", POLICY_RELAYED },
	{ "class, own IPv6 network", false, NULL, "2001:db8::1", POLICY_RELAYED },
	{ "class, mapped own network", false, NULL, "::ffff:127.0.0.1", POLICY_RELAYED },
	{ "class, elsewhere", false, NULL, "10.0.0.1", POLICY_INBOUND },
	{ "class, no address", false, NULL, NULL, POLICY_INBOUND },
};

static void
classify(void **state)
{
	const struct class_row *r = *state;
	struct message m = { .login = r->login, .client = r->client };
	struct policy *p = compile(rules);
	struct policy_facts f;

	facts_of(&m, &f);
	assert_int_equal(policy_classify(p, r->is_local, &f), r->want);
	policy_free(p);
}

static void
views(void **state)
{
	struct policy *p = compile(rules);
	struct policy_limit l = policy_limit(p, 0);

	(void)state;
	assert_int_equal(policy_limits(p), 10);
	assert_string_equal(l.name, "script");
	assert_int_equal(l.action, POLICY_HOLD);
	assert_null(l.text);
	assert_int_equal(l.n_windows, 2);
	assert_int_equal(l.window[0].burst, 2);
	assert_int_equal(l.window[0].interval_us, 30000000);
	assert_int_equal(l.window[1].unit, POLICY_RCPTS);
	assert_int_equal(l.window[1].burst, 20);
	assert_int_equal(l.window[1].interval_us, 400000000);
	assert_string_equal(policy_limit(p, 1).text, "Wait");
	assert_int_equal(policy_frozen(p, POLICY_LOCAL).action, POLICY_REJECT);
	assert_string_equal(policy_frozen(p, POLICY_LOCAL).text, "Closed");
	assert_int_equal(policy_frozen(p, POLICY_RELAYED).action, POLICY_TEMPFAIL);
	assert_null(policy_frozen(p, POLICY_RELAYED).text);
	policy_free(p);
}

/* An interval is rounded up, so that rounding never admits more. */
static void
interval_is_rounded_up(void **state)
{
	struct policy *p = compile(OWN "limit a { for outbound mail allow 7 "
				   "messages/second else tempfail even local }");

	(void)state;
	assert_int_equal(policy_limit(p, 0).window[0].interval_us, 142858);
	policy_free(p);
}

static void
trace_tells_the_path(void **state)
{
	static const char want[] =
		"class local: yes\n"
		"has script: yes\n"
		"charge script, key 33:a.php\n"
		"class authenticated: no\n"
		"class authenticated: no\n"
		"class authenticated: no\n"
		"class authenticated: no\n"
		"class authenticated: no\n"
		"class relayed: no\n"
		"class relayed: no\n"
		"class relayed: no\n"
		"class local authenticated relayed: yes\n"
		"charge rest, key -\n";
	struct message m = { .class = POLICY_LOCAL, .script = "33:a.php" };
	struct policy *p = compile(rules);
	struct policy_facts f;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	facts_of(&m, &f);
	policy_trace(p, &f, out);
	fclose(out);
	assert_string_equal(text, want);
	free(text);
	policy_free(p);
}

int
main(void)
{
	struct CMUnitTest tests[3 + N_ROWS(rows) + N_ROWS(class_rows)] = {
		cmocka_unit_test(views),
		cmocka_unit_test(interval_is_rounded_up),
		cmocka_unit_test(trace_tells_the_path),
	};
	size_t n = 3;

	ROWS(tests, &n, rows, plan);
	ROWS(tests, &n, class_rows, classify);
	return cmocka_run_group_tests_name("eval", tests, NULL, NULL);
}
