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
	const char *want_frozen;	/* the same of frozen mail */
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

static const char more_rules[] =
	OWN
	"set tags { two, \"th*\" }\n"
	"limit night { for outbound mail when time 20:00-07:00 "
	"allow 9 messages/hour else observe }\n"
	"limit noon { for outbound mail when time 12:00-13:00 "
	"allow 9 messages/hour else observe }\n"
	"limit evening { for outbound mail when time 19:00-24:00 "
	"allow 9 messages/hour else observe }\n"
	"limit weekend { for outbound mail when day sat, sun "
	"allow 9 messages/hour else observe }\n"
	"limit many { for outbound mail when recipients >= 9 "
	"allow 9 messages/hour else observe }\n"
	"limit two { for outbound mail when recipients <= 2 and not recipients <= 1 "
	"allow 9 messages/hour else observe }\n"
	"exempt bulk { for authenticated mail when login = bulk and recipients < 50 "
	"allow 9 recipients/hour else tempfail }\n"
	"limit tagged { for outbound mail when header \"X-Tag\" = one or header \"x-tag\" "
	"in tags or header \"X-Other\" like \"o*\" allow 9 messages/hour else observe }\n"
	"limit by-tag { for outbound mail by header \"X-Tag\" "
	"allow 9 messages/hour else observe }\n"
	"limit named { for authenticated mail by sender.domain or \"none\" "
	"allow 9 messages/hour else observe }\n"
	"exempt any-bulk { for authenticated mail when login = bulk "
	"by login allow 9 messages/hour else tempfail }\n"
	REST
	"frozen { exempt alarm { for authenticated mail when login = monitor "
	"allow 9 recipients/hour else tempfail }\n"
	"exempt root { for local mail when uid = 0 by uid "
	"allow 9 messages/hour else hold } }\n";

#define CLOCK(day, hour, minutes) M(weekday) = (day), M(minute) = (hour) * 60 + (minutes)

static const struct row more_rows[] = {
	{ "midnight", CLOCK(1, 0, 0), .want = "night rest" },
	{ "a minute to seven", CLOCK(1, 6, 59), .want = "night rest" },
	{ "seven is outside", CLOCK(1, 7, 0), .want = "rest" },
	{ "a minute to twelve", CLOCK(1, 11, 59), .want = "rest" },
	{ "twelve", CLOCK(1, 12, 0), .want = "noon rest" },
	{ "one is outside", CLOCK(1, 13, 0), .want = "rest" },
	{ "a minute to eight", CLOCK(1, 19, 59), .want = "evening rest" },
	{ "eight", CLOCK(1, 20, 0), .want = "night evening rest" },
	{ "a minute to midnight", CLOCK(1, 23, 59), .want = "night evening rest" },
	{ "sunday", CLOCK(0, 9, 0), .want = "weekend rest" },
	{ "friday", CLOCK(5, 9, 0), .want = "rest" },
	{ "saturday", CLOCK(6, 9, 0), .want = "weekend rest" },
	{ "one too few", CLOCK(1, 9, 0), M(recipients) = 8, .want = "rest" },
	{ "just enough", CLOCK(1, 9, 0), M(recipients) = 9, .want = "many rest" },
	{ "two at most, and not one", CLOCK(1, 9, 0), M(recipients) = 2, .want = "two rest" },
	{ "three are more", CLOCK(1, 9, 0), M(recipients) = 3, .want = "rest" },
	{ "header", CLOCK(1, 9, 0), M(header[0]) = "one", .want = "tagged by-tag rest" },
	{ "header in a set", CLOCK(1, 9, 0), M(header[0]) = "three", .want = "tagged by-tag rest" },
	{ "header of another value", CLOCK(1, 9, 0), M(header[0]) = "four", .want = "by-tag rest" },
	{ "another header", CLOCK(1, 9, 0), M(header[1]) = "one", .want = "tagged rest" },
	{ "a key with a name for those without", AUTH, CLOCK(1, 9, 0), M(sender) = "<>",
	  .want = "named rest" },
	{ "exempt: the first that matches is all", AUTH, CLOCK(0, 9, 0), M(login) = "bulk",
	  .want = "bulk" },
	{ "exempt, and it can never pass", AUTH, CLOCK(0, 9, 0), M(login) = "bulk",
	  M(recipients) = 10, .want = "bulk!0" },
	{ "exempt by the second", AUTH, M(login) = "bulk", M(recipients) = 50,
	  .want = "any-bulk" },
	{ "exempt is for its class", RELAY, CLOCK(1, 9, 0), M(login) = "bulk", .want = "rest" },
	{ "frozen, and it goes", AUTH, CLOCK(1, 9, 0), M(login) = "monitor",
	  .want = "named rest", .want_frozen = "alarm" },
	{ "frozen, and it can never pass", AUTH, CLOCK(1, 9, 0), M(login) = "monitor",
	  M(recipients) = 10, .want = "many named rest", .want_frozen = "alarm!0" },
	{ "frozen, and exempt for others", AUTH, M(login) = "bulk", .want = "bulk" },
	{ "frozen, and it goes by the second", LOCAL, CLOCK(1, 9, 0), M(uid) = "0",
	  .want = "rest", .want_frozen = "root" },
	{ "frozen, and it has not the key", LOCAL, CLOCK(1, 9, 0), .want = "rest" },
	{ "frozen, inbound", M(class) = POLICY_INBOUND, M(login) = "monitor", .want = "" },
};

static void
check_names(const struct policy *p, const struct policy_plan *plan, const char *want)
{
	char text[256] = "";
	size_t n = 0;

	for (unsigned i = 0; i < plan->n; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
				      i == 0 ? "" : " ",
				      policy_limit(p, plan->limit[i]).name);
		if (plan->never == (int)i)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "!%u",
					      plan->never_window);
	}
	assert_string_equal(text, want == NULL ? "" : want);
	assert_false(plan->is_over);
}

static void
check_plans(const char *text, const struct row *r)
{
	struct policy *p = compile(text);
	struct policy_facts f;
	struct policy_plan plan;

	facts_of(&r->message, &f);
	policy_eval(p, &f, &plan);
	check_names(p, &plan, r->want);
	policy_eval_frozen(p, &f, &plan);
	check_names(p, &plan, r->want_frozen);
	policy_free(p);
}

static void
plan(void **state)
{
	check_plans(rules, *state);
}

static void
more_plan(void **state)
{
	check_plans(more_rules, *state);
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

static const char whole[] =
	OWN
	"nodes 3\nrecipient delimiter \"+-\"\n"
	"limit a { for local mail by header \"X-Tag\" allow 9 messages/hour warn at 80% "
	"else hold up to 50 recipients/day then reject even local \"Spent\" "
	"freeze after 9 refusals in 10 minutes for 1 hour }\n"
	"exempt b { for authenticated mail when login = b allow 9 messages/hour "
	"else hold up to 5 messages/day then tempfail freeze after 9 refusals in 1 hour }\n"
	REST
	"frozen { exempt c { for authenticated mail when login = c allow 9 messages/hour "
	"else reject \"No\" } }\n"
	"outage { local reject even local \"Later\" lease 2 minutes }\n";

static void
views_of_the_whole_language(void **state)
{
	struct policy *p = compile(whole);
	struct policy_limit a = policy_limit(p, 1), b = policy_limit(p, 0);
	struct policy_limit rest = policy_limit(p, 2), c = policy_limit(p, 3);

	(void)state;
	assert_int_equal(policy_limits(p), 4);
	assert_int_equal(a.kind, POLICY_LIMIT);
	assert_int_equal(a.warn_percent, 80);
	assert_int_equal(a.budget->count, 50);
	assert_int_equal(a.budget->unit, POLICY_RCPTS);
	assert_int_equal(a.spent, POLICY_REJECT);
	assert_string_equal(a.spent_text, "Spent");
	assert_int_equal(a.strikes->burst, 9);
	assert_int_equal(a.strikes->period_us, 600000000);
	assert_int_equal(a.freeze_us, 3600000000u);
	assert_int_equal(b.kind, POLICY_EXEMPT);
	assert_null(b.spent_text);
	assert_int_equal(b.spent, POLICY_TEMPFAIL);
	assert_int_equal(b.freeze_us, 0);
	assert_int_equal(rest.warn_percent, 0);
	assert_null(rest.budget);
	assert_null(rest.strikes);
	assert_int_equal(c.kind, POLICY_FROM_FREEZE);
	assert_string_equal(c.text, "No");
	assert_int_equal(policy_headers(p), 1);
	assert_string_equal(policy_header(p, 0), "x-tag");
	assert_int_equal(policy_outage(p, POLICY_LOCAL).action, POLICY_REJECT);
	assert_string_equal(policy_outage(p, POLICY_LOCAL).text, "Later");
	assert_int_equal(policy_outage(p, POLICY_RELAYED).action, POLICY_TEMPFAIL);
	assert_int_equal(policy_site(p).nodes, 3);
	assert_int_equal(policy_site(p).lease_us, 120000000);
	assert_false(policy_site(p).is_two_person);
	assert_string_equal(policy_site(p).delimiters, "+-");
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
check_trace(const char *policy, const struct message *m, const char *want,
	    void (*trace)(const struct policy *, const struct policy_facts *, FILE *))
{
	struct policy *p = compile(policy);
	struct policy_facts f;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	facts_of(m, &f);
	trace(p, &f, out);
	fclose(out);
	assert_string_equal(text, want);
	free(text);
	policy_free(p);
}

static void
trace_tells_the_path(void **state)
{
	const struct message m = { .class = POLICY_LOCAL, .script = "33:a.php" };
	const struct message frozen = { .class = POLICY_AUTHENTICATED, .login = "c" };

	(void)state;
	check_trace(rules, &m,
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
		    "charge rest, key -\n", policy_trace);
	check_trace(whole, &frozen,
		    "class authenticated: yes\n"
		    "login = \"c\": yes\n"
		    "charge exempt c, key -\n", policy_trace_frozen);
}

int
main(void)
{
	struct CMUnitTest tests[4 + N_ROWS(rows) + N_ROWS(more_rows) + N_ROWS(class_rows)] = {
		cmocka_unit_test(views),
		cmocka_unit_test(views_of_the_whole_language),
		cmocka_unit_test(interval_is_rounded_up),
		cmocka_unit_test(trace_tells_the_path),
	};
	size_t n = 4;

	ROWS(tests, &n, rows, plan);
	ROWS(tests, &n, more_rows, more_plan);
	ROWS(tests, &n, class_rows, classify);
	return cmocka_run_group_tests_name("eval", tests, NULL, NULL);
}
