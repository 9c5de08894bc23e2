/*
 * test_trial_report.c - what a trial that fails says: the whole text.
 */
#include "test.h"

#include "../../policy/diag.h"
#include "../../policy/policy.h"

/* The policy before the trial; it is lines 1 to 7. */
#define POLICY \
	"own networks { 127.0.0.0/8 }\n" \
	"limit smtp { for authenticated, relayed mail allow 10 recipients/hour else tempfail } " \
	"limit seen { for inbound mail allow 5 messages/day else observe }\n" \
	"limit host { for local mail allow 100 messages/hour else hold }\n" \
	"limit user { for local mail by uid allow 3 messages/minute, 5 recipients/hour else hold }\n" \
	"limit file { for local mail when recipients = 1 by uid, script allow 4 messages/day\n" \
	"	else hold freeze after 3 refusals in 1 hour }\n" \
	"limit news { for authenticated mail by login allow 2 messages/day\n" \
	"	else hold up to 1 message/day then reject }\n" \
	"trial \"t\" {\n"

struct row {
	const char *name;
	const char *trial;	/* from line 10 on */
	const char *want;	/* without the source lines */
};

static const struct row rows[] = {
	{ "more were accepted than expected",
	  "60 messages/minute for 2 minutes local uid 1 recipients 2 expect accepted <= 1",
	  "p:10:66: error: expected accepted <= 1, got 2: the 2nd message was accepted after 1 s\n"
	  "p:10:1: note: this was message 2 of this stream\n"
	  "p:4:7: note: limit 'user' let it through, after 1 s: 5 recipients/hour is at 4 of 5 for key 1\n"
	  "p:4:7: note: limit 'user' refused first, after 2 s: 5 recipients/hour is at 4 of 5 for key 1, and it has 2 recipients\n" },
	{ "= is exceeded",
	  "60 messages/minute for 3 minutes authenticated login \"a\" expect accepted = 1",
	  "p:10:65: error: expected accepted = 1, got 2: the 2nd message was accepted after 1 s\n"
	  "p:10:1: note: this was message 2 of this stream\n"
	  "p:7:7: note: limit 'news' let it through, after 1 s: 2/day is at 2 of 2 for key a\n"
	  "p:7:7: note: limit 'news' refused first, after 2 s: 2/day is at 2 of 2 for key a\n" },
	{ "< is exceeded, by another stream",
	  "1 message/minute for 5 minutes local uid 1\n"
	  "60 messages/minute for 1 minute local uid 2\n"
	  "expect accepted < 4",
	  "p:12:8: error: expected accepted < 4, got 10: the 4th message was accepted after 2 s\n"
	  "p:11:1: note: this was message 3 of this stream\n"
	  "p:4:7: note: limit 'user' let it through, after 2 s: 3/minute is at 3 of 3 for key 2\n"
	  "p:4:7: note: limit 'user' refused first, after 3 s: 3/minute is at 3 of 3 for key 2\n" },
	{ "more than expected, and no limit refused",
	  "60 messages/minute for 1 minute local expect accepted <= 11",
	  "p:10:46: error: expected accepted <= 11, got 60: the 12th message was accepted after 11 s\n"
	  "p:10:1: note: this was message 12 of this stream; no limit refused any\n"
	  "p:3:7: note: limit 'host' let it through, after 11 s: 100/hour is at 12 of 100\n" },
	{ "and the one that applies only observes",
	  "60 messages/minute for 1 minute inbound client 198.51.100.1 expect accepted <= 12",
	  "p:10:68: error: expected accepted <= 12, got 60: the 13th message was accepted after 12 s\n"
	  "p:10:1: note: this was message 13 of this stream; no limit refused any\n"
	  "p:10:1: note: no limit that refuses applies to it\n" },
	{ "fewer were accepted: the first refusal",
	  "60 messages/minute for 1 minute local uid 1 expect accepted = 50",
	  "p:10:52: error: expected accepted = 50, got 5: the first refusal came after 3 s\n"
	  "p:10:1: note: this was message 4 of this stream\n"
	  "p:4:7: note: limit 'user' refused first, after 3 s: 3/minute is at 3 of 3 for key 1\n" },
	{ "and none was refused",
	  "60 messages/minute for 1 minute local expect accepted > 60",
	  "p:10:46: error: expected accepted > 60, got 60: no more were sent\n" },
	{ "none held, none refused",
	  "1 message/hour for 1 hour local expect held > 0",
	  "p:10:40: error: expected held > 0, got 0: no message was held, and no limit refused one\n" },
	{ "none rejected, others refused",
	  "12 messages/minute for 1 minute local uid 1 expect rejected >= 1",
	  "p:10:52: error: expected rejected >= 1, got 0: no message was rejected\n"
	  "p:10:1: note: this was message 4 of this stream\n"
	  "p:4:7: note: limit 'user' refused first, after 15 s: 3/minute is at 3 of 3 for key 1\n" },
	{ "held, and fewer than that",
	  "60 messages/minute for 1 minute authenticated login \"a\" expect held = 2",
	  "p:10:64: error: expected held = 2, got 1: the last message was held after 2 s\n"
	  "p:10:1: note: this was message 3 of this stream\n"
	  "p:7:7: note: limit 'news' refused it, after 2 s: 2/day is at 2 of 2 for key a\n" },
	{ "too many rejected: what may be held is spent",
	  "60 messages/minute for 1 minute authenticated login \"a\" expect rejected <= 9",
	  "p:10:64: error: expected rejected <= 9, got 57: the 10th message was rejected after 12 s\n"
	  "p:10:1: note: this was message 13 of this stream\n"
	  "p:7:7: note: limit 'news' refused it, after 12 s: 2/day is at 2 of 2 for key a, and what may be held is spent\n" },
	{ "too many frozen",
	  "60 messages/minute for 1 minute local uid 1 script \"1:a.php\" expect frozen < 10",
	  "p:10:69: error: expected frozen < 10, got 17: the 10th message was frozen after 52 s\n"
	  "p:10:1: note: this was message 53 of this stream\n"
	  "p:5:7: note: limit 'file' refused it, after 52 s: mail is frozen for key 1,1:a.php\n" },
	{ "too few frozen",
	  "60 messages/minute for 1 minute local uid 1 script \"1:a.php\" expect frozen >= 200",
	  "p:10:69: error: expected frozen >= 200, got 17: the last message was frozen after 59 s\n"
	  "p:10:1: note: this was message 60 of this stream\n"
	  "p:5:7: note: limit 'file' refused it, after 59 s: mail is frozen for key 1,1:a.php\n" },
	{ "it can never pass",
	  "1 message/minute for 70 minutes relayed client 127.0.0.1 recipients 11 expect refused < 64",
	  "p:10:79: error: expected refused < 64, got 70: the 64th message was refused after 1 hour 3 minutes\n"
	  "p:10:1: note: this was message 64 of this stream\n"
	  "p:2:7: note: limit 'smtp' refused it, after 1 hour 3 minutes: 10 recipients/hour never has room for 11 at once\n" },
	{ "by hours",
	  "1 message/hour for 5 hours local uid 1 recipients 5\n"
	  "expect accepted < 4",
	  "p:11:8: error: expected accepted < 4, got 5: the 4th message was accepted after 3 hours\n"
	  "p:10:1: note: this was message 4 of this stream; no limit refused any\n"
	  "p:4:7: note: limit 'user' let it through, after 3 hours: 5 recipients/hour is at 5 of 5 for key 1\n" },
	{ "the first refusal too late",
	  "60 messages/minute for 1 minute local uid 1 expect first refusal <= 2 seconds",
	  "p:10:52: error: expected first refusal <= 2 s, got 3 s\n"
	  "p:10:1: note: this was message 4 of this stream\n"
	  "p:4:7: note: limit 'user' refused first, after 3 s: 3/minute is at 3 of 3 for key 1\n" },
	{ "too early",
	  "60 messages/minute for 1 minute local uid 1 expect first refusal > 1 minute",
	  "p:10:52: error: expected first refusal > 1 minute, got 3 s\n"
	  "p:10:1: note: this was message 4 of this stream\n"
	  "p:4:7: note: limit 'user' refused first, after 3 s: 3/minute is at 3 of 3 for key 1\n" },
	{ "never",
	  "1 message/minute for 1 minute local uid 1 expect first refusal < 1 minute",
	  "p:10:50: error: expected first refusal < 1 minute, got none: all messages were accepted\n" },
	{ "two bounds, each by itself",
	  "60 messages/minute for 1 minute local uid 1\n"
	  "30 messages/minute for 1 minute local uid 2\n"
	  "expect uid 1 accepted > 30, held < 3 expect uid 2 refused = 0",
	  "p:12:14: error: expected accepted > 30, got 5: the first refusal came after 3 s\n"
	  "p:10:1: note: this was message 4 of this stream\n"
	  "p:4:7: note: limit 'user' refused first, after 3 s: 3/minute is at 3 of 3 for key 1\n"
	  "p:12:29: error: expected held < 3, got 55: the 3rd message was held after 5 s\n"
	  "p:10:1: note: this was message 6 of this stream\n"
	  "p:4:7: note: limit 'user' refused it, after 5 s: 3/minute is at 3 of 3 for key 1\n"
	  "p:12:51: error: expected refused = 0, got 25: the 1st message was refused after 6 s\n"
	  "p:11:1: note: this was message 4 of this stream\n"
	  "p:4:7: note: limit 'user' refused it, after 6 s: 3/minute is at 3 of 3 for key 2\n" },
};

/* Of what was printed, the messages: source lines and carets are left out. */
static void
keep_messages(char *printed, char *got, size_t size)
{
	char *save, *line = strtok_r(printed, "\n", &save);
	size_t len = 0;

	got[0] = '\0';
	for (; line != NULL; line = strtok_r(NULL, "\n", &save))
		if (line[0] != ' ')
			len += (size_t)snprintf(got + len, size - len, "%s\n", line);
}

static void
row(void **state)
{
	const struct row *r = *state;
	struct diags *d = diags_new();
	char text[4000], got[4000], *printed = NULL;
	size_t len;
	FILE *out = open_memstream(&printed, &len);

	assert_non_null(d);
	assert_non_null(out);
	snprintf(text, sizeof(text), POLICY "%s\n}\n", r->trial);
	assert_null(policy_compile("p", text, strlen(text), NULL, d));
	diags_print(d, out);
	fclose(out);
	keep_messages(printed, got, sizeof(got));
	free(printed);
	diags_free(d);
	assert_string_equal(got, r->want);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, row);
	return cmocka_run_group_tests_name("trial_report", tests, NULL, NULL);
}
