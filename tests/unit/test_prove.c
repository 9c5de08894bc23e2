/*
 * test_prove.c - which policies have a hole, what it is, and what is idle.
 */
#include "told.h"

#define OWN "own networks { 127.0.0.0/8, 192.0.2.0/24 }\n"
#define LOCAL "limit loc { for local mail allow 9 messages/hour else hold }\n"
#define AUTH "limit aut { for authenticated mail by login " \
	     "allow 9 messages/hour else tempfail }\n"
#define RELAY "limit rel { for relayed mail by client/64 " \
	      "allow 9 messages/hour else tempfail }\n"
#define FOR(name, mail) "limit " name " { for " mail \
			" allow 9 messages/hour else hold }\n"
#define EXEMPT(clauses) "exempt x { " clauses " allow 9 messages/hour " \
			"else hold }\n"

struct row {
	const char *name;
	const char *text;		/* after OWN */
	const char *want;		/* "": nothing is said */
};

static const struct row coverage[] = {
	{ "each class has its limit", LOCAL AUTH RELAY, "" },
	{ "one for all", FOR("a", "outbound mail"), "" },
	{ "all classes alike", FOR("a", "outbound mail when recipients < 50"),
	  "2:7 error: outbound mail with more than 49 recipients meets no limit: "
	  "add 'limit NAME { for outbound mail " },
	{ "a claimed fact in all classes",
	  "limit a { for outbound mail by sender allow 9 messages/hour else hold }",
	  "2:7 error: outbound mail meets no limit that its sender cannot avoid" },
	{ "neither script nor uid", AUTH RELAY
	  "limit s { for local mail by script allow 9 messages/hour else hold }\n"
	  "limit u { for local mail by uid allow 9 messages/hour else hold }",
	  "5:7 error: mail handed to sendmail(1) by a script that sets no "
	  "X-PHP-Originating-Script, whose user id the site does not show, meets" },
	{ "no limit for a class", AUTH RELAY,
	  "3:80 error: mail handed to sendmail(1) meets no limit: add" },
	{ "only by a claimed fact", AUTH RELAY
	  "limit s { for local mail by script allow 9 messages/hour else hold }",
	  "4:7 error: mail handed to sendmail(1) by a script that sets no "
	  "X-PHP-Originating-Script meets no limit: add 'limit NAME { for local "
	  "mail  allow 600 messages/hour  else hold }'" },
	{ "a claimed fact with a name for the rest", AUTH RELAY
	  "limit s { for local mail by script or \"none\" "
	  "allow 9 messages/hour else hold }",
	  "4:7 error: mail handed to sendmail(1) meets no limit that its sender "
	  "cannot avoid: add" },
	{ "by uid", AUTH RELAY
	  "limit u { for local mail by uid allow 9 messages/hour else hold }",
	  "4:7 error: mail handed to sendmail(1) whose user id the site does not "
	  "show meets no limit: add" },
	{ "by uid, and a name for the rest", AUTH RELAY
	  "limit u { for local mail by uid or \"none\" "
	  "allow 9 messages/hour else hold }", "" },
	{ "by uid, and another for those without", AUTH RELAY
	  "limit u { for local mail by uid allow 9 messages/hour else hold }"
	  FOR("v", "local mail when not uid like \"*\""), "" },
	{ "observe refuses nothing", AUTH RELAY
	  "limit o { for local mail allow 9 messages/hour else observe }",
	  "4:7 error: mail handed to sendmail(1) meets no limit: add" },
	{ "hold up to refuses", AUTH RELAY
	  "limit o { for local mail allow 9 messages/hour "
	  "else hold up to 9 messages/day then reject even local }", "" },
	{ "recipients, nearly", LOCAL RELAY
	  FOR("a", "authenticated mail when recipients <= 50"),
	  "4:7 error: authenticated mail with more than 50 recipients meets no "
	  "limit: add" },
	{ "recipients, all but one", LOCAL RELAY
	  FOR("a", "authenticated mail when recipients < 50")
	  FOR("b", "authenticated mail when recipients > 50"),
	  "5:7 error: authenticated mail with 50 recipients meets no limit" },
	{ "recipients, a range", LOCAL RELAY
	  FOR("a", "authenticated mail when recipients < 50")
	  FOR("b", "authenticated mail when recipients >= 60"),
	  "5:7 error: authenticated mail with 50 to 59 recipients meets" },
	{ "recipients, few", LOCAL RELAY
	  FOR("a", "authenticated mail when recipients > 1"),
	  "4:7 error: authenticated mail with 1 recipient meets" },
	{ "recipients, all", LOCAL RELAY
	  FOR("a", "authenticated mail when recipients < 50")
	  FOR("b", "authenticated mail when recipients >= 50"), "" },
	{ "a condition and its opposite", LOCAL RELAY
	  FOR("a", "authenticated mail when sender like \"*@a\" and login = b")
	  FOR("b", "authenticated mail when not (sender like \"*@a\" and login = b)"),
	  "" },
	{ "the null sender", LOCAL RELAY
	  FOR("a", "authenticated mail when not sender = \"<>\""),
	  "4:7 error: authenticated mail with the null sender <> meets no limit" },
	{ "others have no domain, too", LOCAL RELAY
	  FOR("a", "authenticated mail when sender.domain like \"*\" or "
	      "sender = \"<>\""),
	  "4:7 error: authenticated mail whose sender has no domain meets no limit" },
	{ "the null sender has no domain", LOCAL RELAY
	  FOR("a", "authenticated mail when sender.domain like \"*\""),
	  "4:7 error: authenticated mail with the null sender <> meets no limit" },
	{ "no domain, and no sender but <>", LOCAL RELAY
	  FOR("a", "authenticated mail when sender.domain like \"*\"")
	  FOR("b", "authenticated mail when not sender.domain like \"*\""), "" },
	{ "a domain follows from its sender", LOCAL RELAY
	  FOR("a", "authenticated mail when sender.domain = b.example")
	  FOR("b", "authenticated mail when not (sender = \"a@b.example\" or "
	      "sender.domain = b.example)"), "" },
	{ "another pattern", LOCAL RELAY
	  FOR("a", "authenticated mail when sender like \"*@shop.example\""),
	  "4:7 error: authenticated mail whose sender is not like "
	  "\"*@shop.example\" (the null sender <> never is) meets no limit: add" },
	{ "another login", LOCAL RELAY
	  FOR("a", "authenticated mail when login = anna"),
	  "4:7 error: authenticated mail whose login is not \"anna\" meets" },
	{ "neither login", LOCAL RELAY
	  FOR("a", "authenticated mail when login = anna")
	  FOR("b", "authenticated mail when login = bert"),
	  "5:7 error: authenticated mail whose login is neither \"anna\" nor "
	  "\"bert\" meets no limit: add" },
	{ "a set without patterns, and its members", LOCAL RELAY
	  "set s { anna, bert }\n"
	  FOR("a", "authenticated mail when login = anna or login = bert")
	  FOR("b", "authenticated mail when not login in s"), "" },
	{ "outside a set", LOCAL RELAY
	  "set s { anna, bert, \"c*\" }\n"
	  FOR("a", "authenticated mail when login in s"),
	  "5:7 error: authenticated mail whose login is not in s meets" },
	{ "time", LOCAL RELAY
	  FOR("a", "authenticated mail when time 20:00-07:00")
	  FOR("b", "authenticated mail when time 08:00-20:00"),
	  "5:7 error: authenticated mail from 07:00 to 08:00 meets no limit" },
	{ "all day", LOCAL RELAY
	  FOR("a", "authenticated mail when time 20:00-08:00")
	  FOR("b", "authenticated mail when time 08:00-20:00"), "" },
	{ "days", LOCAL RELAY
	  FOR("a", "authenticated mail when day sat, sun")
	  FOR("b", "authenticated mail when day mon, tue, wed, fri"),
	  "5:7 error: authenticated mail on a Thursday meets no limit: add" },
	{ "a header", LOCAL RELAY
	  FOR("a", "authenticated mail when header \"X-Bulk\" = yes")
	  FOR("b", "authenticated mail when header \"x-bulk\" like \"*\" and "
	      "not header \"X-Bulk\" = yes"),
	  "5:7 error: authenticated mail without a header \"x-bulk\" meets" },
	{ "own networks, one by one", LOCAL AUTH
	  FOR("a", "relayed mail when client in 127.0.0.0/8")
	  FOR("b", "relayed mail when client in 192.0.2.0/24"), "" },
	{ "half an own network", LOCAL AUTH
	  FOR("a", "relayed mail when client in 127.0.0.0/8")
	  FOR("b", "relayed mail when client in 192.0.2.0/25"),
	  "5:7 error: relayed mail from 192.0.2.128 meets no limit: add 'limit "
	  "NAME { for relayed mail  by client/64" },
	{ "what an exemption takes needs no limit", LOCAL RELAY
	  EXEMPT("for authenticated mail when login = anna")
	  FOR("a", "authenticated mail when not login = anna"), "" },
	{ "what it leaves does", LOCAL RELAY
	  EXEMPT("for authenticated mail when login = anna and recipients < 9")
	  FOR("a", "authenticated mail when not login = anna"),
	  "5:7 error: authenticated mail with more than 8 recipients, whose login "
	  "is \"anna\", meets no limit: add" },
};

static const struct row exempts[] = {
	{ "by login", LOCAL AUTH RELAY
	  EXEMPT("for authenticated mail when login = a and sender like \"*@b\""),
	  "" },
	{ "in each part", LOCAL AUTH RELAY
	  EXEMPT("for authenticated mail when login = a or client in 192.0.2.1"),
	  "" },
	{ "by uid", LOCAL AUTH RELAY EXEMPT("for local mail when uid = 33"), "" },
	{ "without a condition", LOCAL AUTH RELAY
	  EXEMPT("for authenticated mail"),
	  "5:16 error: authenticated mail is exempt, whoever sends it: add 'and "
	  "login = \"newsletter\"'" },
	{ "by a claimed fact", LOCAL AUTH RELAY "set s { \"a@b.example\", \"*@c\" }\n"
	  EXEMPT("for authenticated mail when sender in s"),
	  "6:40 error: authenticated mail whose sender is" },
	{ "in one part only", LOCAL AUTH RELAY
	  EXEMPT("for authenticated mail when login = a or sender = \"a@b.c\""),
	  "5:40 error: authenticated mail whose sender is \"a@b.c\" is exempt, "
	  "whoever sends it" },
	{ "not somebody", LOCAL AUTH RELAY
	  EXEMPT("for authenticated mail when not login = a"),
	  "5:40 error: authenticated mail is exempt, whoever sends it" },
	{ "anybody with a login", LOCAL AUTH RELAY
	  EXEMPT("for authenticated mail when login like \"*\" and recipients = 1"),
	  "5:40 error: authenticated mail with 1 recipient is exempt" },
	{ "the whole internet", LOCAL AUTH RELAY
	  EXEMPT("for authenticated mail when client in 0.0.0.0/0 and recipients = 1"),
	  "5:40 error: authenticated mail" },
	{ "one class has no such fact", LOCAL AUTH RELAY
	  EXEMPT("for local, authenticated mail when login = a or recipients = 1"),
	  "5:47 error: mail handed to sendmail(1) with 1 recipient is exempt, "
	  "whoever sends it: add 'and uid = 1000'" },
	{ "counted by a claimed fact", LOCAL AUTH RELAY
	  EXEMPT("for authenticated mail when login = a by sender"),
	  "5:53 error: what is exempt meets no other limit, and its sender "
	  "chooses 'sender' as he likes" },
	{ "observed", LOCAL AUTH RELAY
	  "exempt x { for authenticated mail when login = a "
	  "allow 9 messages/hour else observe }",
	  "5:77 error: what is exempt meets no other limit, so with 'observe' all "
	  "of it goes" },
	{ "from a freeze", LOCAL AUTH RELAY
	  "frozen { " EXEMPT("for authenticated mail when recipients = 1") "}",
	  "5:49 error: authenticated mail with 1 recipient is exempt" },
};

static const struct row uses[] = {
	{ "two logins", LOCAL AUTH RELAY
	  FOR("a", "authenticated mail when login = a and login = b"),
	  "5:39 warning: no message can be like this, so the limit never applies" },
	{ "the part that contradicts", LOCAL AUTH RELAY
	  FOR("a", "authenticated mail when sender like \"*@a\" and "
	      "(recipients > 9 and recipients < 5)"),
	  "5:62 warning: no message can be like this" },
	{ "its key is never there", LOCAL AUTH RELAY
	  "limit a { for local mail when not script like \"*\" by script "
	  "allow 9 messages/hour else hold }",
	  "5:31 warning: no message can be like this" },
	{ "relayed from elsewhere", LOCAL AUTH RELAY
	  FOR("a", "relayed mail when client in 198.51.100.0/24"),
	  "5:33 warning: no such client sends this mail" },
	{ "always", LOCAL AUTH RELAY
	  FOR("a", "authenticated mail when recipients > 5 or recipients < 9"),
	  "5:39 warning: all of this mail is like this: remove 'when'" },
	{ "always there", LOCAL AUTH RELAY
	  FOR("a", "authenticated mail when login like \"*\""),
	  "5:39 warning: all of this mail is like this" },
	{ "no value of a set", LOCAL AUTH RELAY
	  "set s { 198.51.100.1, 203.0.113.0/24 }\n"
	  FOR("a", "relayed mail when client in s or recipients > 5"),
	  "6:33 warning: none of this mail can be like this" },
	{ "sometimes in one class", LOCAL AUTH RELAY
	  FOR("a", "local, relayed mail when uid = 33"), "" },
	{ "shadowed", LOCAL AUTH RELAY
	  EXEMPT("for authenticated mail when login = a")
	  "exempt y { for authenticated mail when login = a and recipients > 5 "
	  "allow 9 messages/hour else hold }",
	  "6:8 warning: the exemptions before 'y' take all of its mail" },
	{ "shadowed by a set", LOCAL AUTH RELAY "set s { a, b }\n"
	  EXEMPT("for authenticated mail when login in s")
	  "exempt y { for authenticated mail when login = b "
	  "allow 9 messages/hour else hold }",
	  "7:8 warning: the exemptions before 'y'" },
	{ "not shadowed", LOCAL AUTH RELAY "set s { a, b }\n"
	  EXEMPT("for authenticated mail when login = b")
	  "exempt y { for authenticated mail when login in s "
	  "allow 9 messages/hour else hold }", "" },
};

static void
test_row(void **state)
{
	const struct row *row = *state;
	char text[4000];

	snprintf(text, sizeof(text), "%s%s", OWN, row->text);
	assert_told(text, row->want);
}

/* Many limits, each for one login: a plan holds what one message meets. */
static void
put_logins(char *text, size_t size, const char *rest)
{
	size_t len = (size_t)snprintf(text, size, "%s%s%s", OWN LOCAL RELAY,
				      rest, "");

	for (int i = 0; i < 2000; i++)
		len += (size_t)snprintf(text + len, size - len,
			"limit l%d { for authenticated mail when login = u%d and "
			"recipients < %d by login allow 9 messages/hour "
			"else hold }\n", i, i, 5 + i);
}

static void
test_many_logins(void **state)
{
	size_t size = 400000;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	put_logins(text, size, AUTH);
	assert_told(text, "");
	put_logins(text, size, "");
	assert_told(text, "2003:7 error: authenticated mail whose login is none "
		    "of the 2000 that the conditions name meets no limit");
	free(text);
}

/* 3^24 ways to be met, and the opposite: too many to look at. */
static void
put_hard(char *text, size_t size)
{
	size_t len = (size_t)snprintf(text, size, "(");

	for (int i = 0; i < 24; i++)
		len += (size_t)snprintf(text + len, size - len,
			"%s(sender like \"a%d*\" or sender like \"b%d*\")",
			i == 0 ? "" : " and ", i, i);
	snprintf(text + len, size - len, ")");
}

static void
test_hard(void **state)
{
	char hard[2000], text[8000];

	(void)state;
	put_hard(hard, sizeof(hard));
	snprintf(text, sizeof(text), OWN LOCAL RELAY
		 FOR("a", "authenticated mail when %s")
		 FOR("b", "authenticated mail when not %s"), hard, hard);
	assert_told(text, "5:7 error: the conditions are too many to see whether "
		    "all authenticated mail meets a limit: add");
	snprintf(text, sizeof(text), OWN LOCAL RELAY AUTH
		 EXEMPT("for authenticated mail when %s and not %s or login = a"),
		 hard, hard);
	assert_told(text, "5:40 error: this asks too much to see whom it is for");
}

/* Limits that one message may meet; of those for a login, only its own. */
static void
test_plan(void **state)
{
	static const struct { int all, anna, bert; const char *want; } rows[] = {
		{ 16, 0, 0, "" },
		{ 17, 0, 0, "18:17 error: one more limit that authenticated mail "
		  "may meet: there can be 16, and here are 17" },
		{ 10, 6, 6, "" },
		{ 10, 6, 7, "24:17 error: one more limit that authenticated mail" },
		{ 0, 17, 0, "18:17 error: one more limit that" },
	};
	char text[8000];

	(void)state;
	for (size_t i = 0; i < N_ROWS(rows); i++) {
		size_t len = (size_t)snprintf(text, sizeof(text), "%s", OWN);
		int all = rows[i].all, n = all + rows[i].anna + rows[i].bert;

		for (int j = 0; j < n; j++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
				"limit l%02d { for authenticated mail%s by login "
				"allow %d messages/day else tempfail }\n", j,
				j < all ? "" : j < all + rows[i].anna ?
				" when login = anna" : " when login = bert",
				j + 1);
		snprintf(text + len, sizeof(text) - len, "%s", LOCAL RELAY);
		assert_told(text, rows[i].want);
	}
}

static void
test_no_limit(void **state)
{
	(void)state;
	assert_told(OWN, "1:43 error: there is no limit, so all mail goes");
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(coverage) + N_ROWS(exempts) +
				N_ROWS(uses) + 4];
	size_t n = 0;

	ROWS(tests, &n, coverage, test_row);
	ROWS(tests, &n, exempts, test_row);
	ROWS(tests, &n, uses, test_row);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_many_logins);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_hard);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_plan);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_no_limit);
	return _cmocka_run_group_tests("prove", tests, n, NULL, NULL);
}
