/*
 * test_refuse.c - what check refuses, or doubts, and in which words.
 */
#include "told.h"

#define OWN "own networks { 127.0.0.0/8 }\n"
#define ALL "limit all { for outbound mail allow 9 messages/hour else hold }\n"

struct row {
	const char *name;
	const char *text;		/* on line 3, after OWN and ALL */
	const char *want;		/* "": nothing is said */
};

#define LIMIT(mail, by, rest) "limit a { for " mail " mail " by \
			      " allow 9 messages/hour " rest " }"
#define WHEN(mail, when) LIMIT(mail " mail when " when " or recipients = 9 " \
			       "allow 9 messages/hour else hold }" \
			       " limit b { for outbound", "", "else hold")

static const struct row limits[] = {
	{ "warn", LIMIT("local", "", "warn at 80% else hold"), "" },
	{ "warn at nothing", LIMIT("local", "", "warn at 0% else hold"),
	  "3:49 error: a level is from 1% to 100%" },
	{ "warn above", LIMIT("local", "", "warn at 101% else hold"),
	  "3:49 error: a level is from 1% to 100%" },
	{ "freeze", LIMIT("local", "by uid, script", "else hold "
			  "freeze after 9 refusals in 5 minutes for 1 hour"), "" },
	{ "freeze of all", LIMIT("local", "", "else hold "
				 "freeze after 9 refusals in 5 minutes"), "" },
	{ "freeze by a claimed key", LIMIT("local", "by script", "else hold "
					   "freeze after 9 refusals in 5 minutes"),
	  "3:29 warning: who forges a 'script' can have it frozen for everybody: "
	  "count by a proven fact as well, as 'by uid, script'" },
	{ "freeze after nothing", LIMIT("local", "", "else hold "
					"freeze after 0 refusals in 5 minutes"),
	  "3:72 error: a freeze comes after 1 to 1000000 refusals" },
	{ "freeze after many", LIMIT("local", "", "else hold "
				     "freeze after 1000001 refusals in 5 minutes"),
	  "3:72 error: a freeze comes after 1 to 1000000 refusals" },
	{ "freeze over years", LIMIT("local", "", "else hold "
				     "freeze after 9 refusals in 400 days"),
	  "3:72 error: refusals are counted over 1 second to 366 days" },
	{ "freeze for years", LIMIT("local", "", "else hold "
		"freeze after 9 refusals in 5 minutes for 400 days"),
	  "3:100 error: a freeze that ends by itself lasts 1 second to 366 days" },
	{ "freeze for no time", LIMIT("local", "", "else hold "
		"freeze after 9 refusals in 5 minutes for 0 minutes"),
	  "3:100 error: a freeze that ends by itself lasts 1 second to 366 days" },
	{ "freeze and observe", LIMIT("local", "", "else observe "
				      "freeze after 9 refusals in 5 minutes"),
	  "3:62 error: 'observe' refuses nothing" },
	{ "freeze of what comes in", LIMIT("inbound", "by client", "else hold "
					   "freeze after 9 refusals in 5 minutes"),
	  "3:70 error: no freeze stops inbound mail, and whoever sends it could "
	  "have others frozen" },
	{ "freeze of what comes in, too", LIMIT("relayed, inbound", "", "else hold "
						"freeze after 9 refusals in 5 minutes"),
	  "3:70 error: no freeze stops inbound mail" },
	{ "freeze what goes although frozen",
	  "frozen { exempt a { for local mail when uid = 33 allow 9 messages/hour "
	  "else hold freeze after 9 refusals in 1 day } }",
	  "3:82 error: this mail goes although it is frozen" },
	{ "hold up to", LIMIT("local", "", "else hold up to 9 messages/day then "
			      "tempfail even local \"Later\""), "" },
	{ "hold up to, and tempfail", LIMIT("local", "", "else hold up to 9 "
					    "messages/day then tempfail"),
	  "3:85 error: a tempfailed local message stays in maildrop" },
	{ "hold up to, and reject", LIMIT("local", "", "else hold up to 9 "
					  "messages/day then reject"),
	  "3:85 warning: a rejected local message is bounced" },
	{ "hold up to nothing", LIMIT("relayed", "", "else hold up to 0 "
				      "messages/day then reject"),
	  "3:67 error: up to 0 nothing is held" },
	{ "burst of one recipient", "limit a { for local mail "
	  "allow 1 recipient/hour else hold }",
	  "3:32 warning: a message with two recipients can never pass" },
	{ "a name twice", "exempt all { for local mail when uid = 33 "
	  "allow 9 messages/hour else hold }",
	  "3:8 error: there is already a limit or exemption 'all'" },
};

#define ALLOW(windows) "limit a { for relayed mail allow " windows " else hold }"

static const struct row windows[] = {
	{ "no period", ALLOW("1 message per 0 hours"),
	  "3:34 error: a period lasts from 1 second to 366 days" },
	{ "nothing", ALLOW("0 messages/hour"), "3:34 error: a window of 0 stops" },
	{ "too fast", ALLOW("2000000 messages/second"),
	  "3:34 error: no more than 1000000 a second" },
	{ "no burst", ALLOW("1 message/hour burst 0"),
	  "3:55 error: a burst of 0 lets nothing through" },
	{ "a large burst", ALLOW("1 message/hour burst 1000000001"),
	  "3:55 error: the largest burst is 1000000000" },
	{ "a burst for ever", ALLOW("1 message/day burst 999999"),
	  "3:54 error: a burst of 999999 at this rate needs more than 142 years" },
	{ "one period twice", ALLOW("1 message/day, 2 messages/day"),
	  "3:49 error: there is already a window of this unit and period" },
	{ "the second never refuses", ALLOW("1 message/day, 99 messages/hour"),
	  "3:49 warning: this window never refuses anything" },
	{ "the first never refuses", ALLOW("99 messages/hour, 1 message/day"),
	  "3:34 warning: this window never refuses anything" },
	{ "an empty text", LIMIT("relayed", "", "else reject \"\""),
	  "3:63 error: the reply text is empty" },
	{ "a text that is not ASCII", LIMIT("relayed", "", "else reject \"N\xc3\xb6\""),
	  "3:65 error: SMTP carries plain ASCII only" },
	{ "a text for nobody", LIMIT("relayed", "", "else hold \"No\""),
	  "3:61 warning: nobody reads this text" },
};

static const struct row keys[] = {
	{ "or", LIMIT("local", "by script or \"none\"", "else hold"), "" },
	{ "or for a class that never has it",
	  LIMIT("outbound", "by uid or \"none\"", "else hold"), "" },
	{ "or where it is always there",
	  LIMIT("authenticated", "by login or \"none\"", "else tempfail"),
	  "3:46 warning: all of this mail has a 'login', so nothing is ever "
	  "counted as 'none'" },
	{ "or where it is never there",
	  LIMIT("local", "by login or \"none\"", "else hold"),
	  "3:29 error: none of this mail has a 'login', so all of it would" },
	{ "or an empty name", LIMIT("local", "by script or \"\"", "else hold"),
	  "3:39 error: the name after 'or' is empty" },
	{ "or a name that is not ASCII",
	  LIMIT("local", "by script or \"n\xc3\xb6\"", "else hold"),
	  "3:39 error: the name after 'or' is plain ASCII" },
	{ "or a long name", LIMIT("local", "by script or "
		"\"123456789012345678901234567890123\"", "else hold"),
	  "3:39 error: the name after 'or' has 33 characters; the limit is 32" },
	{ "client, or", LIMIT("relayed, local", "by client/48 or \"here\"",
			      "else hold"), "" },
	{ "client/24", LIMIT("relayed", "by client/24", "else tempfail"),
	  "3:31 warning: these are 24 bits of IPv6, which whole providers share: "
	  "write 'client/4:24' if IPv4 is meant, or 'client/64'" },
	{ "more bits than a host has", LIMIT("relayed", "by client/65", "else hold"),
	  "3:31 warning: one host has all addresses of an IPv6 /64, and here as many "
	  "counters as it likes: write 'client/64'" },
	{ "client/4:24", LIMIT("relayed", "by client/4:24", "else tempfail"), "" },
	{ "time", LIMIT("local", "by time", "else hold"),
	  "3:29 error: 'time' is nobody" },
	{ "day", LIMIT("local", "by day", "else hold"),
	  "3:29 error: 'day' is nobody" },
	{ "a header", LIMIT("local", "by header \"X-Mailer\"", "else hold"), "" },
	{ "a header twice",
	  LIMIT("local", "by header \"X-One\", header \"x-one\"", "else hold"),
	  "3:45 error: 'header' is already a key of this limit" },
	{ "a header without a name", LIMIT("local", "by header \"\"", "else hold"),
	  "3:36 error: a header has a name" },
	{ "a header with a colon", LIMIT("local", "by header \"X-A:\"", "else hold"),
	  "3:40 error: the name of a header is plain ASCII" },
	{ "a long header", LIMIT("local", "by header \"X-3456789012345678901234567"
		"890123456789012345678901234567890123456789\"", "else hold"),
	  "3:36 error: the name of this header has " },
};

static const struct row conditions[] = {
	{ "time is a time", WHEN("local", "time = 5"),
	  "3:31 error: 'time' is a time of day: write 'time 20:00-07:00'" },
	{ "day is a day", WHEN("local", "day like \"s*\""),
	  "3:31 error: 'day' is a day of the week: write 'day sat, sun'" },
	{ "no time", WHEN("local", "time 20:00-20:00"),
	  "3:31 error: this is no time at all" },
	{ "a number is not like", WHEN("local", "recipients like \"5*\""),
	  "3:31 error: 'recipients' is a number: compare it with" },
	{ "a header is text", WHEN("local", "header \"X-A\" >= 5"),
	  "3:31 error: 'header' is not a number" },
	{ "a header may be an address", WHEN("local", "header \"X-A\" = 192.0.2.1"),
	  "" },
	{ "host bits", WHEN("relayed", "client in 127.0.0.1/24"),
	  "3:43 warning: '127.0.0.1/24' is a host with the size of a network: "
	  "write '127.0.0.0/24' for the network, or '127.0.0.1' for the host" },
	{ "an extension", WHEN("relayed", "sender = \"news+a@shop.example\""),
	  "3:42 warning: what follows '+' is cut from every sender, so this is "
	  "about all mail of 'news@shop.example'" },
	{ "a pattern of extensions", WHEN("relayed", "sender like \"news+*@b.c\""),
	  "3:45 warning: what follows '+' is cut from every sender, so this is "
	  "never the case" },
	{ "a pattern with a plus in front", WHEN("relayed", "sender like \"+*@b.c\""),
	  "" },
	{ "a script with its directory", WHEN("local", "script = \"33:/a/b.php\""),
	  "3:40 warning: PHP names a file without its directory" },
	{ "a script without a uid", WHEN("local", "script like \"b*.php\""),
	  "3:43 error: 'b*.php' can never be a script" },
	{ "a uid with a letter", WHEN("local", "uid like \"w*\""),
	  "3:40 error: 'w*' can never be a uid" },
	{ "a domain with an @", WHEN("local", "sender.domain like \"*@b.c\""),
	  "3:50 error: '*@b.c' can never be a sender.domain" },
	{ "a login is no address", WHEN("authenticated", "login = 192.0.2.1"),
	  "3:47 error: '192.0.2.1' can never be a login: a login is a name" },
	{ "a sender is an address", WHEN("relayed", "sender = shop.example"),
	  "3:42 error: 'shop.example' can never be a sender: a sender is" },
	{ "a client is no name", WHEN("relayed", "client = shop.example"),
	  "3:42 error: 'shop.example' can never be a client: a client is" },
	{ "a listener is ASCII", WHEN("relayed", "listener = \"B\xc3\xbcro\""),
	  "3:44 error: 'B\xc3\xbcro' can never be a listener" },
	{ "a header is not blank", WHEN("relayed", "header \"X-A\" = \"  \""),
	  "3:48 error: '  ' can never be a header: the value of a header" },
	{ "a pattern is ASCII", WHEN("relayed", "sender like \"*@b\xc3\xbc\""),
	  "3:45 error: a pattern is plain ASCII: write the domain as 'xn--...'" },
	{ "a pattern after =", WHEN("relayed", "sender = \"*@b.c\""),
	  "3:42 error: '=' compares the whole value: write 'like'" },
	{ "a client is not like", WHEN("relayed", "client like \"192.*\""),
	  "3:33 error: 'client' is an address: write 'client in 192.0.2.0/24'" },
	{ "in a text", WHEN("relayed", "sender in \"a@b.c\""),
	  "3:43 error: after 'sender in' stands the name of a set" },
	{ "more recipients than there are", WHEN("relayed", "recipients > 4294967296"),
	  "3:33 error: no message has that many recipients" },
	{ "a set of something else", "set s { \"b.c\" } "
	  WHEN("relayed", "sender in s"),
	  "3:9 error: 'b.c' can never be a sender" },
	{ "a set of two facts", "set s { b.c } "
	  WHEN("relayed", "sender.domain in s and listener in s"),
	  "3:82 error: set 's' is compared with 'listener' here: write a second" },
	{ "no such set", "set hosts { b.c } "
	  WHEN("relayed", "sender.domain in host"),
	  "3:68 error: there is no set 'host': did you mean 'hosts'?" },
	{ "never known", WHEN("relayed", "script = \"33:a.php\""),
	  "3:33 error: 'script' is never known for this mail" },
};

static const struct row sites[] = {
	{ "nodes", "nodes 2", "" },
	{ "no node", "nodes 0", "3:7 error: 1 to 1000 nodes" },
	{ "many nodes", "nodes 1001", "3:7 error: 1 to 1000 nodes" },
	{ "two persons", "two-person", "3:1 warning: this version records" },
	{ "delimiters", "recipient delimiter \"+-\"", "" },
	{ "no delimiter", "recipient delimiter none", "" },
	{ "a delimiter that divides", "recipient delimiter \"+@\"",
	  "3:23 error: this cannot divide an address" },
	{ "a letter", "recipient delimiter \"x\"", "3:22 error: this cannot divide" },
	{ "nine delimiters", "recipient delimiter \"+-=+-=+-=\"",
	  "3:21 error: 9 delimiters are too many; the limit is 8" },
	{ "outage", "nodes 2 outage { local hold smtp reject \"No\" "
	  "lease 2 minutes }", "" },
	{ "outage of one", "outage { local hold }",
	  "3:1 warning: one node by itself knows every freeze" },
	{ "short lease", "nodes 2 outage { lease 5 seconds }",
	  "3:24 error: a lease lasts from 10 seconds to 1 hour" },
	{ "long lease", "nodes 2 outage { lease 2 hours }",
	  "3:24 error: a lease lasts from 10 seconds to 1 hour" },
	{ "observe in an outage", "nodes 2 outage { smtp observe }",
	  "3:23 error: mail in an outage does not go" },
	{ "tempfail of local mail", "frozen { local tempfail }",
	  "3:16 error: a tempfailed local message stays in maildrop" },
	{ "even local of other mail", "frozen { smtp reject even local }",
	  "3:15 error: 'even local' means nothing here" },
	{ "frozen, up to", "frozen { local hold up to 9 messages/day then reject }",
	  "3:16 error: only a limit holds up to a number" },
	{ "own networks", "", "" },
};

#define TRIAL(streams, expects) "trial \"t\" { " streams " " expects " }"
#define STREAM "5 messages/minute for 1 hour local uid 33"

#define STARS "********************"

static const struct row trials[] = {
	{ "a trial", TRIAL(STREAM, "expect uid 33 accepted <= 30"), "" },
	{ "the first refusal", TRIAL(STREAM, "expect first refusal <= 9 minutes"),
	  "" },
	{ "no stream", TRIAL("", "expect accepted = 30"),
	  "3:7 error: nobody sends anything here" },
	{ "no expect", TRIAL(STREAM, ""), "3:7 error: nothing is expected" },
	{ "no class has it", TRIAL("5 messages/minute for 1 hour local login a",
				   "expect accepted <= 30"),
	  "3:48 error: local mail has no 'login'" },
	{ "no login", TRIAL("5 messages/minute for 1 hour authenticated",
			    "expect accepted <= 30"),
	  "3:42 error: authenticated mail has a login: add it" },
	{ "no client", TRIAL("5 messages/minute for 1 hour relayed",
			     "expect accepted <= 30"),
	  "3:42 error: relayed mail has a client: add it" },
	{ "not ours", TRIAL("5 messages/minute for 1 hour relayed client 192.0.2.1",
			    "expect accepted <= 30"),
	  "3:57 error: '192.0.2.1' is not in 'own networks'" },
	{ "ours", TRIAL("5 messages/minute for 1 hour inbound client 127.0.0.1",
			"expect accepted <= 30"),
	  "3:57 error: '127.0.0.1' is in 'own networks'" },
	{ "a network", TRIAL("5 messages/minute for 1 hour relayed "
			     "client 127.0.0.0/24", "expect accepted <= 30"),
	  "3:57 error: a message comes from one address" },
	{ "no recipient", TRIAL(STREAM " recipients 0", "expect accepted <= 30"),
	  "3:55 error: a message has 1 to" },
	{ "a fact twice", TRIAL(STREAM " uid 34", "expect accepted <= 30"),
	  "3:55 error: 'uid' is already given" },
	{ "numbered", TRIAL("5 messages/minute for 1 hour local uid \"1*\" "
			    "script \"3:*.php\" sender \"a*@b*.example\"",
			    "expect uid \"1*\" accepted <= 30"), "" },
	{ "no such script", TRIAL("5 messages/minute for 1 hour local script a.php",
				  "expect accepted <= 30"),
	  "3:55 error: 'a.php' can never be a script" },
	{ "many numbers", TRIAL("5 messages/minute for 1 hour local sender \""
		STARS STARS STARS STARS STARS "@b.c\"", "expect accepted <= 30"),
	  "3:55 error: '****" },
	{ "other spellings", TRIAL("5 messages/minute for 1 hour local "
				   "sender \"<A+x@B.example>\"",
				   "expect sender \"a@b.example\" accepted <= 30"),
	  "" },
	{ "nobody is like that", TRIAL(STREAM, "expect uid 34 accepted <= 30"),
	  "3:62 error: no stream of this trial is like that" },
	{ "another class", TRIAL(STREAM, "expect relayed accepted <= 30"),
	  "3:62 error: no stream of this trial is like that" },
	{ "no messages", TRIAL("0 messages/minute for 1 hour local",
			       "expect accepted <= 30"),
	  "3:13 error: a stream is of 1 to 1000000000 messages" },
	{ "less than one", TRIAL("1 message/hour for 1 minute local",
				 "expect accepted <= 30"),
	  "3:13 error: this is less than one message" },
	{ "too many", TRIAL("60 messages/second for 1 day local",
			    "expect accepted <= 30"),
	  "3:7 error: 5184000 messages are too many for one trial; the limit is "
	  "1000000" },
	{ "for years", TRIAL("1 message/day for 400 days local",
			     "expect accepted <= 30"),
	  "3:13 error: a stream lasts from 1 second to 366 days" },
	{ "bounds apart", TRIAL(STREAM, "expect accepted > 30, accepted < 30"),
	  "3:77 error: no number is like this" },
	{ "no bound", TRIAL(STREAM, "expect accepted >= 0"),
	  "3:62 warning: every number is like this" },
	{ "no start", "limit n { for local mail when time 20:00-07:00 "
	  "allow 9 messages/hour else hold } "
	  TRIAL(STREAM, "expect accepted <= 30"),
	  "3:88 warning: the policy asks for the time" },
};

static const struct row networks[] = {
	{ "everybody", "own networks { 0.0.0.0/0 }\n" ALL,
	  "1:16 error: '0.0.0.0/0' is everybody" },
	{ "host bits", "own networks { 2001:db8::1/32 }\n" ALL,
	  "1:16 warning: '2001:db8::1/32' is a host with the size of a network: "
	  "write '2001:db8::/32'" },
};

static void
test_row(void **state)
{
	const struct row *row = *state;
	char text[2000];

	snprintf(text, sizeof(text), "%s%s%s\n", OWN, ALL, row->text);
	assert_told(text, row->want);
}

static void
test_whole(void **state)
{
	const struct row *row = *state;

	assert_told(row->text, row->want);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(limits) + N_ROWS(windows) +
				N_ROWS(keys) +
				N_ROWS(conditions) + N_ROWS(sites) +
				N_ROWS(trials) + N_ROWS(networks)];
	size_t n = 0;

	ROWS(tests, &n, limits, test_row);
	ROWS(tests, &n, windows, test_row);
	ROWS(tests, &n, keys, test_row);
	ROWS(tests, &n, conditions, test_row);
	ROWS(tests, &n, sites, test_row);
	ROWS(tests, &n, trials, test_row);
	ROWS(tests, &n, networks, test_whole);
	return _cmocka_run_group_tests("refuse", tests, n, NULL, NULL);
}
