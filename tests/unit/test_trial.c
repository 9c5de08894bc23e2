/*
 * test_trial.c - what becomes of mail in a trial: each row is a policy whose
 * numbers were worked out by hand.
 */
#include "told.h"

#define OWN "own networks { 127.0.0.0/8, 2001:db8::/32 }\n"
#define SMTP "limit smtp { for authenticated, relayed mail " \
	     "allow 10000 messages/hour else tempfail }\n"
#define LOCAL "limit local { for local mail allow 10000 messages/hour else hold }\n"
#define TRIAL "trial \"t\" {\n"

struct row {
	const char *name;
	const char *text;
};

/* One message a second for a minute, mostly. */
static const struct row rows[] = {
	{ "the first at once, the others evenly",
	  OWN SMTP "limit a { for local mail allow 60 messages/minute burst 1 else hold }\n"
	  TRIAL "60 messages/minute for 1 minute local expect accepted = 60 }" },
	{ "a little faster: every second one is too early",
	  OWN SMTP "limit a { for local mail allow 60 messages/minute burst 1 else hold }\n"
	  TRIAL "100 messages/minute for 1 minute local "
	  "expect accepted = 50, held = 50, first refusal < 1 second }" },
	{ "burst, then the rate",
	  OWN SMTP "limit a { for local mail allow 6 messages/minute burst 20 else hold }\n"
	  TRIAL "60 messages/minute for 1 minute local expect accepted = 25, held = 35 }" },
	{ "per 10 minutes",
	  OWN SMTP "limit a { for local mail allow 6 messages per 10 minutes else hold }\n"
	  TRIAL "6 messages/minute for 10 minutes local expect accepted = 11 }" },
	{ "streams start together, ties in file order",
	  OWN SMTP "limit a { for local mail allow 3 messages/hour else hold }\n"
	  TRIAL "1 message/minute for 3 minutes local uid 1\n"
	  "1 message/minute for 3 minutes local uid 2\n"
	  "expect uid 1 accepted = 2, held = 1 expect uid 2 accepted = 1, held = 2 }" },
	{ "a fast stream between the messages of a slow one",
	  OWN SMTP "limit a { for local mail allow 10 messages/hour else hold }\n"
	  TRIAL "1 message/minute for 2 minutes local uid 1\n"
	  "60 messages/minute for 1 minute local uid 2\n"
	  "expect uid 1 accepted = 1 expect uid 2 accepted = 9 }" },
	{ "many streams, each by itself",
	  OWN SMTP LOCAL "limit a { for local mail by uid allow 2 messages/hour else hold }\n"
	  TRIAL "5 messages/minute for 1 minute local uid 1\n"
	  "7 messages/minute for 1 minute local uid 2\n"
	  "1 message/minute for 1 minute local uid 3\n"
	  "9 messages/minute for 1 minute local uid 4\n"
	  "expect accepted = 7, held = 15 expect uid 4 held = 7 expect uid 3 refused = 0 }" },
	{ "an expect is about all that have its facts",
	  OWN LOCAL "limit a { for authenticated, relayed mail allow 2 messages/hour else tempfail }\n"
	  TRIAL "4 messages/minute for 1 minute authenticated login \"A\" sender \"x@y.example\"\n"
	  "4 messages/minute for 1 minute authenticated login \"b\" sender \"x@y.example\"\n"
	  "4 messages/minute for 1 minute local sender \"x@y.example\"\n"
	  "expect sender \"X@Y.example\" accepted = 6, tempfailed = 6\n"
	  "expect authenticated accepted = 2 expect login \"a\" tempfailed = 3\n"
	  "expect local refused = 0 }" },

	{ "all or none: what one limit refuses, another is not charged",
	  OWN SMTP "limit a { for local mail allow 20 messages/hour else hold }\n"
	  "limit b { for local mail by uid allow 2 messages/hour else hold }\n"
	  TRIAL "60 messages/minute for 1 minute local uid 1\n"
	  "60 messages/minute for 1 minute local uid 2\n"
	  "60 messages/minute for 1 minute local\n"
	  "expect uid 1 accepted = 2 expect uid 2 accepted = 2 expect accepted = 20 }" },
	{ "the first in the file decides what is answered",
	  OWN LOCAL "limit a { for authenticated, relayed mail allow 2 messages/hour else reject }\n"
	  "limit b { for authenticated mail by login allow 1 message/hour else tempfail }\n"
	  TRIAL "4 messages/minute for 1 minute authenticated login \"a\"\n"
	  "4 messages/minute for 1 minute authenticated login \"b\"\n"
	  "expect login \"a\" accepted = 1, tempfailed = 0, rejected = 3\n"
	  "expect login \"b\" accepted = 1, rejected = 3 }" },
	{ "recipients cost what they are",
	  OWN SMTP "limit a { for local mail allow 10 recipients/hour else hold }\n"
	  TRIAL "60 messages/minute for 1 minute local recipients 3 expect accepted = 3 }" },
	{ "it can never pass: held where it is local",
	  OWN SMTP "limit a { for local mail allow 10 recipients/hour else hold "
	  "freeze after 2 refusals in 1 hour }\n"
	  TRIAL "60 messages/minute for 1 minute local recipients 11 "
	  "expect held = 60, frozen = 0 }" },
	{ "it can never pass: rejected over SMTP",
	  OWN LOCAL "limit a { for authenticated, relayed mail allow 10 recipients/hour else tempfail }\n"
	  TRIAL "60 messages/minute for 1 minute relayed client 127.0.0.9 recipients 11 "
	  "expect rejected = 60, tempfailed = 0 }" },
	{ "observe never refuses",
	  OWN SMTP LOCAL "limit a { for local mail allow 1 message/day else observe }\n"
	  TRIAL "60 messages/minute for 1 minute local expect accepted = 60 }" },
	{ "observe: too many recipients for it",
	  OWN SMTP LOCAL "limit a { for local mail allow 1 recipient/day else observe }\n"
	  TRIAL "60 messages/minute for 1 minute local recipients 9 expect accepted = 60 }" },

	{ "held up to a budget, then rejected",
	  OWN LOCAL "limit a { for authenticated, relayed mail allow 10 messages/hour "
	  "else hold up to 3 messages/day then reject }\n"
	  TRIAL "60 messages/minute for 1 minute authenticated login \"a\" "
	  "expect accepted = 10, held = 3, rejected = 47 }" },
	{ "a budget of recipients",
	  OWN LOCAL "limit a { for authenticated, relayed mail allow 10 messages/hour "
	  "else hold up to 8 recipients/day then tempfail }\n"
	  TRIAL "60 messages/minute for 1 minute authenticated login \"a\" recipients 3 "
	  "expect accepted = 10, held = 2, tempfailed = 48 }" },
	{ "a budget for each key",
	  OWN LOCAL SMTP "limit a { for authenticated mail by login allow 10 messages/hour "
	  "else hold up to 3 messages/day then reject }\n"
	  TRIAL "60 messages/minute for 1 minute authenticated login \"a\"\n"
	  "60 messages/minute for 1 minute authenticated login \"b\"\n"
	  "expect login \"a\" held = 3 expect login \"b\" held = 3 expect rejected = 94 }" },

	{ "frozen for ever",
	  OWN SMTP "limit a { for local mail allow 10 messages/hour else hold "
	  "freeze after 5 refusals in 1 minute }\n"
	  TRIAL "60 messages/minute for 2 hours local "
	  "expect accepted = 10, held = 5, frozen = 7185, refused = 7190 }" },
	{ "refusals that are too rare",
	  OWN SMTP "limit a { for local mail allow 1 message/hour else hold "
	  "freeze after 5 refusals in 1 minute }\n"
	  TRIAL "5 messages/minute for 1 hour local expect accepted = 1, frozen = 0 }" },
	{ "frozen for a while, and again",
	  OWN SMTP "limit a { for local mail allow 10 messages/hour else hold "
	  "freeze after 5 refusals in 1 minute for 20 seconds }\n"
	  TRIAL "60 messages/minute for 1 minute local "
	  "expect accepted = 10, held = 12, frozen = 38 }" },
	{ "frozen: one key and no other",
	  OWN SMTP LOCAL "limit a { for local mail by uid allow 10 messages/hour else hold "
	  "freeze after 5 refusals in 1 minute }\n"
	  TRIAL "60 messages/minute for 1 minute local uid 1\n"
	  "12 messages/minute for 1 minute local uid 2\n"
	  "expect uid 1 frozen = 45 expect uid 2 accepted = 10, held = 2, frozen = 0 }" },
	{ "frozen: charged to nobody",
	  OWN SMTP "limit a { for local mail allow 20 messages/hour else hold }\n"
	  "limit b { for local mail by uid allow 2 messages/hour else hold "
	  "freeze after 1 refusals in 1 hour }\n"
	  TRIAL "60 messages/minute for 1 minute local uid 1\n"
	  "60 messages/minute for 1 minute local\n"
	  "expect uid 1 accepted = 2, held = 1, frozen = 57 expect accepted = 20 }" },
	{ "a budget, and then a freeze",
	  OWN LOCAL "limit a { for authenticated, relayed mail allow 10 messages/hour "
	  "else hold up to 3 messages/day then reject freeze after 5 refusals in 1 minute }\n"
	  TRIAL "60 messages/minute for 1 minute authenticated login \"a\" "
	  "expect accepted = 10, held = 3, rejected = 2, frozen = 45 }" },
	{ "a way out of a freeze",
	  OWN SMTP LOCAL "limit a { for local mail by uid allow 10 messages/hour else hold "
	  "freeze after 1 refusals in 1 hour }\n"
	  "frozen { exempt alarm { for local mail when uid = 33 and sender = \"alarm@x.example\" "
	  "allow 2 messages/hour else hold } }\n"
	  TRIAL "60 messages/minute for 1 minute local uid 33\n"
	  "6 messages/minute for 1 minute local uid 33 sender \"alarm@x.example\"\n"
	  "expect frozen = 50 expect sender \"alarm@x.example\" accepted = 3, held = 3 }" },
	{ "too large for the way out: it stays frozen",
	  OWN SMTP LOCAL "limit a { for local mail by uid allow 10 messages/hour else hold "
	  "freeze after 1 refusals in 1 hour }\n"
	  "frozen { exempt alarm { for local mail when uid = 33 "
	  "allow 2 recipients/hour else hold } }\n"
	  TRIAL "60 messages/minute for 1 minute local uid 33 recipients 3\n"
	  "expect accepted = 10, held = 1, frozen = 49 }" },

	{ "an exemption replaces the limits",
	  OWN LOCAL "exempt news { for authenticated mail when login = \"news\" "
	  "allow 30 messages/hour else tempfail }\n"
	  "limit a { for authenticated, relayed mail allow 10 messages/hour else reject }\n"
	  TRIAL "60 messages/minute for 1 minute authenticated login \"news\"\n"
	  "60 messages/minute for 1 minute authenticated login \"anna\"\n"
	  "expect login \"news\" accepted = 30, tempfailed = 30\n"
	  "expect login \"anna\" accepted = 10, rejected = 50 }" },
	{ "by night",
	  OWN SMTP LOCAL "limit a { for local mail when time 20:00-07:00 allow 10 messages/hour else hold }\n"
	  TRIAL "starting sunday 19:59 60 messages/minute for 2 minutes local "
	  "expect accepted = 70, held = 50, first refusal = 70 seconds }" },
	{ "the night ends",
	  OWN SMTP LOCAL "limit a { for local mail when time 20:00-07:00 allow 10 messages/hour else hold }\n"
	  TRIAL "starting sunday 06:59 60 messages/minute for 2 minutes local "
	  "expect accepted = 70, held = 50 }" },
	{ "a new day begins",
	  OWN SMTP LOCAL "limit a { for local mail when day sat, sun allow 10 messages/hour else hold }\n"
	  TRIAL "starting fri 23:59 60 messages/minute for 2 minutes local "
	  "expect accepted = 70, held = 50 }" },
	{ "and a new week",
	  OWN SMTP LOCAL "limit a { for local mail when day sat, sun allow 10 messages/hour else hold }\n"
	  TRIAL "starting sunday 23:59 60 messages/minute for 2 minutes local "
	  "expect accepted = 70, held = 50 }" },
	{ "monday, if nothing is said",
	  OWN SMTP LOCAL "limit a { for local mail when day mon and time 00:00-00:01 "
	  "allow 10 messages/hour else hold }\n"
	  TRIAL "60 messages/minute for 2 minutes local expect accepted = 70 }" },

	{ "a new sender each time",
	  OWN SMTP LOCAL "limit a { for local mail by sender allow 1 message/day else hold }\n"
	  TRIAL "60 messages/minute for 1 minute local sender \"x*@spam.example\" expect accepted = 60 }" },
	{ "and the domain is the same",
	  OWN SMTP LOCAL "limit a { for local mail by sender.domain allow 1 message/day else hold }\n"
	  TRIAL "60 messages/minute for 1 minute local sender \"x*@spam.example\" expect accepted = 1 }" },
	{ "a new domain each time",
	  OWN SMTP LOCAL "limit a { for local mail by sender.domain allow 1 message/day else hold }\n"
	  TRIAL "60 messages/minute for 1 minute local sender \"x@spam*.example\" expect accepted = 60 }" },
	{ "the number is that of the message in its stream",
	  OWN SMTP LOCAL "limit a { for local mail when script = \"33:x7.php\" or script = \"33:y60y.php\" "
	  "allow 1 message/day else hold }\n"
	  TRIAL "60 messages/minute for 1 minute local script \"33:x*.php\"\n"
	  "60 messages/minute for 1 minute local script \"33:y*y.php\" expect held = 1 }" },
	{ "two numbers, and a uid of one",
	  OWN SMTP LOCAL "limit a { for local mail when uid = 1010 and script = \"10:10.php\" "
	  "allow 1 message/day else hold }\n"
	  TRIAL "20 messages/minute for 1 minute local uid \"10*\" script \"*:*.php\"\n"
	  "1 message/hour for 1 hour local uid 1010 script \"10:10.php\"\n"
	  "expect uid 1010 accepted = 1 expect uid \"10*\" held = 1 }" },
	{ "header",
	  OWN SMTP LOCAL "limit a { for local mail by header \"X-Site\" allow 1 message/day else hold }\n"
	  TRIAL "60 messages/minute for 1 minute local header \"x-site\" \"a\"\n"
	  "60 messages/minute for 1 minute local\n"
	  "60 messages/minute for 1 minute local header \"X-Site\" \"b*\"\n"
	  "expect held = 59, accepted = 121 }" },
	{ "client and its network",
	  OWN LOCAL SMTP "limit a { for relayed mail by client allow 1 message/day else tempfail }\n"
	  TRIAL "60 messages/minute for 1 minute relayed client 2001:db8::1\n"
	  "60 messages/minute for 1 minute relayed client 2001:db8::2\n"
	  "60 messages/minute for 1 minute relayed client 127.0.0.2\n"
	  "expect client 127.0.0.2 accepted = 1 expect accepted = 2 }" },
	{ "the listener is smtpd, if nothing is said",
	  OWN LOCAL SMTP "limit a { for authenticated mail when listener = \"smtpd\" "
	  "allow 1 message/day else tempfail }\n"
	  TRIAL "60 messages/minute for 1 minute authenticated login \"a\"\n"
	  "60 messages/minute for 1 minute authenticated login \"a\" listener \"submission\"\n"
	  "expect accepted = 61 }" },
	{ "the sender is somebody, if nothing is said",
	  OWN LOCAL SMTP "limit a { for local mail when sender = \"<>\" or not sender like \"*@*\" "
	  "allow 1 message/day else hold }\n"
	  TRIAL "60 messages/minute for 1 minute local\n"
	  "60 messages/minute for 1 minute local sender \"<>\"\n"
	  "expect sender \"<>\" accepted = 1 expect accepted = 61 }" },
	{ "what comes in meets what is said of it",
	  OWN LOCAL SMTP "limit a { for inbound mail allow 1 message/day else tempfail }\n"
	  TRIAL "60 messages/minute for 1 minute inbound client 198.51.100.1 "
	  "expect accepted = 1, tempfailed = 59 }" },
	{ "and nothing else",
	  OWN LOCAL SMTP
	  TRIAL "60000 messages/minute for 1 minute inbound client 198.51.100.1 "
	  "expect accepted = 60000, first refusal > 1 hour }" },
	{ "more messages than microseconds",
	  OWN SMTP LOCAL
	  TRIAL "1000000000 messages/day for 1 second local expect accepted <= 10010 }" },
	{ "two trials know nothing of each other",
	  OWN SMTP "limit a { for local mail allow 10 messages/day else hold }\n"
	  "trial \"one\" { 10 messages/minute for 1 minute local expect accepted = 10 }\n"
	  "trial \"two\" { 10 messages/minute for 1 minute local expect accepted = 10 }" },
};

static void
row(void **state)
{
	const struct row *r = *state;
	char got[4000];

	if (!told(r->text, got, sizeof(got)))
		fail_msg("got '%s', want no error", got);
}

/* One message is charged to as many limits as there may be. */
static void
full_plan(void **state)
{
	char text[8000], got[4000];
	size_t n = (size_t)snprintf(text, sizeof(text), OWN SMTP);

	(void)state;
	for (int i = 1; i < POLICY_PLAN_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "limit l%d { for "
				      "local mail by uid allow %d messages/hour "
				      "else hold }\n", i, 40 - i);
	snprintf(text + n, sizeof(text) - n, LOCAL TRIAL "60 messages/minute for 1 "
		 "minute local uid 1 expect accepted = %d }", 41 - POLICY_PLAN_MAX);
	if (!told(text, got, sizeof(got)))
		fail_msg("got '%s', want no error", got);
}

int
main(void)
{
	struct CMUnitTest tests[1 + N_ROWS(rows)] = {
		cmocka_unit_test(full_plan),
	};
	size_t n = 1;

	ROWS(tests, &n, rows, row);
	return cmocka_run_group_tests_name("trial", tests, NULL, NULL);
}
