/*
 * test_format.c - the canonical form: what is moved, and what is kept.
 *
 * That it stays the same program is shown on the golden policies.
 */
#include "test.h"

#include "../../policy/diag.h"
#include "../../policy/policy.h"

struct row {
	const char *name;
	const char *text;
	const char *want;		/* NULL: it does not parse */
};

#define LIMIT(rest) "limit x {\n\tfor   local mail\n" rest "\telse  hold\n}\n"
#define EXPECT "\texpect accepted = 1\n}\n"

static const struct row rows[] = {
	{ "nothing", "", "" },
	{ "blank", "\n \r\n\t\n", "" },
	{ "a comment only", "\n\n  # hm \r\n", "# hm\n" },
	{ "no newline at the end", "nodes 2", "nodes 2\n" },
	{ "a byte order mark", "\xef\xbb\xbfnodes 2\n", "nodes 2\n" },
	{ "statements on one line", "nodes 2 two-person set a { x }",
	  "nodes 2\ntwo-person\nset a { x }\n" },
	{ "at most one empty line", "nodes 2\n\n\n\ntwo-person\nset a { x }\n",
	  "nodes 2\n\ntwo-person\nset a { x }\n" },
	{ "comments keep their places",
	  "# a\n\nnodes 2 # b\n# c\ntwo-person\n\n# d\n",
	  "# a\n\nnodes 2  # b\n# c\ntwo-person\n\n# d\n" },

	{ "set in a line", "set a{x,\"y\" ,\n\tz,}\n", "set a { x, \"y\", z }\n" },
	{ "set over lines",
	  "set a { aaaaaaaaaaaaaaaaaaaaaa@shop.example, b@shop.example, "
	  "cccccccccccccccccccccc@shop.example, d@shop.example }",
	  "set a {\n"
	  "\taaaaaaaaaaaaaaaaaaaaaa@shop.example, b@shop.example,\n"
	  "\tcccccccccccccccccccccc@shop.example, d@shop.example\n}\n" },
	{ "set with comments",
	  "set a { # 1\n x # 2\n, y, # 3\n\n # 4\n z\n # 5\n}",
	  "set a {  # 1\n\tx,  # 2\n\ty,  # 3\n\n\t# 4\n\tz\n\t# 5\n}\n" },
	{ "a value that is a statement", "set a { x, limit } # 1",
	  "set a { x, limit }  # 1\n" },
	{ "the same, first of its line",
	  "set a { x, # 1\n y, limit,# 2\n z }",
	  "set a {\n\tx,  # 1\n\ty, limit,  # 2\n\tz\n}\n" },

	{ "clauses", "limit x{for local mail by uid or \"-\",script "
	  "allow 1 message/hour warn at 9% else hold}",
	  LIMIT("\tby    uid or \"-\", script\n\tallow 1 message/hour\n"
		"\twarn  at 9%\n") },
	{ "freeze after, and what comes then",
	  "limit x{freeze after 3 refusals in 1 hour for 2 days for local mail "
	  "allow 1 message/hour else hold}",
	  "limit x {\n\tfreeze after 3 refusals in 1 hour for 2 days\n"
	  "\tfor   local mail\n\tallow 1 message/hour\n\telse  hold\n}\n" },
	{ "a value that is a clause",
	  "limit x{for local mail when script=for and script like by "
	  "allow 1 message/hour else hold}",
	  "limit x {\n\tfor   local mail when script = for and script like by\n"
	  "\tallow 1 message/hour\n\telse  hold\n}\n" },
	{ "windows over lines",
	  "limit x{for local mail allow 30 messages/minute,100 messages/hour,"
	  "300 messages/day,300 recipients/hour else hold}",
	  LIMIT("\tallow 30 messages/minute, 100 messages/hour, "
		"300 messages/day,\n\t      300 recipients/hour\n") },
	{ "a condition over lines",
	  "limit x{for local mail when not(uid=33)and(uid>=\"1\"or "
	  "script=\"33:contact.php\")and recipients<=5 and uid=1 "
	  "allow 1 message/hour else hold}", NULL },
	{ "a condition of two lines",
	  "limit x{for local mail when not(uid=33)and(uid=1 or "
	  "script=\"33:contact.php\")and recipients<=50 and not uid=1 "
	  "allow 1 message/hour else hold}",
	  "limit x {\n\tfor   local mail\n"
	  "\t      when not (uid = 33) and (uid = 1 or "
	  "script = \"33:contact.php\")\n"
	  "\t      and recipients <= 50 and not uid = 1\n"
	  "\tallow 1 message/hour\n\telse  hold\n}\n" },
	{ "an answer", "limit x{for local mail allow 1 message/hour else hold up "
	  "to 9 messages/day then reject even local \"What you should know: "
	  "no more\"}",
	  "limit x {\n\tfor   local mail\n\tallow 1 message/hour\n"
	  "\telse  hold up to 9 messages/day then reject even local\n"
	  "\t      \"What you should know: no more\"\n}\n" },
	{ "comments in a limit",
	  "limit x # 1\n{ # 2\n# 3\nfor local mail # 4\n\nallow # 5\n"
	  "1 message/hour\n# 6\nelse hold\n# 7\n}",
	  "limit x {  # 1\n\t# 2\n\t# 3\n\tfor   local mail  # 4\n\n"
	  "\tallow   # 5\n\t      1 message/hour\n\t# 6\n\telse  hold\n"
	  "\t# 7\n}\n" },

	{ "frozen in a line", "frozen{smtp reject \"No\" local hold}",
	  "frozen { smtp reject \"No\"   local hold }\n" },
	{ "even local is no answer", "frozen{local reject even local smtp hold}",
	  "frozen { local reject even local   smtp hold }\n" },
	{ "frozen with an exemption",
	  "frozen{local hold exempt x{for local mail when uid=0 "
	  "allow 1 message/hour else hold}}",
	  "frozen {\n\tlocal hold\n\texempt x {\n\t\tfor   local mail when uid = 0\n"
	  "\t\tallow 1 message/hour\n\t\telse  hold\n\t}\n}\n" },
	{ "outage", "outage{lease 60 seconds smtp tempfail}",
	  "outage { lease 60 seconds   smtp tempfail }\n" },

	{ "the columns of a trial",
	  "trial \"t\"{starting sunday 03:00 5000 messages/minute for 10 minutes "
	  "local uid 33 5 messages per 10 seconds for 1 day local "
	  "expect local uid 33 accepted=1,frozen>=2 expect local held<1}",
	  "trial \"t\" {\n\tstarting sunday 03:00\n"
	  "\t5000 messages/minute for 10 minutes      local uid 33\n"
	  "\t   5 messages per 10 seconds for 1 day   local\n"
	  "\texpect local uid 33 accepted = 1, frozen >= 2\n"
	  "\texpect local        held < 1\n}\n" },
	{ "numbers of a trial",
	  "trial \"t\"{1 message/day for 1 day local recipients 5 uid 7 "
	  "1 message/day for 1 day local header \"X\" \"5\" "
	  "expect first refusal>5 minutes expect accepted = 1}",
	  "trial \"t\" {\n"
	  "\t1 message/day for 1 day   local recipients 5 uid 7\n"
	  "\t1 message/day for 1 day   local header \"X\" \"5\"\n"
	  "\texpect first refusal > 5 minutes\n" EXPECT },

	{ "what does not parse", "limit x {", NULL },
	{ "bytes that are none", "nodes 2 ;\n", NULL },
};

static char *
format(const char *text, bool *is_done)
{
	struct diags *d = diags_new();
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	assert_non_null(d);
	assert_non_null(f);
	*is_done = policy_format("f", text, strlen(text), f, d);
	fclose(f);
	assert_int_equal(*is_done, diags_errors(d) == 0);
	diags_free(d);
	return out;
}

static void
test_format(void **state)
{
	const struct row *row = *state;
	bool is_done;
	char *got = format(row->text, &is_done), *again;

	if (is_done != (row->want != NULL))
		fail_msg("got %s, want %s", is_done ? got : "errors",
			 row->want != NULL ? row->want : "errors");
	if (is_done && strcmp(got, row->want) != 0)
		fail_msg("got '%s', want '%s'", got, row->want);
	if (is_done) {
		again = format(got, &is_done);
		if (strcmp(again, got) != 0)
			fail_msg("got '%s' again, want '%s'", again, got);
		free(again);
	}
	free(got);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, test_format);
	return _cmocka_run_group_tests("fmt", tests, n, NULL, NULL);
}
