/*
 * test_parse.c - each construct of the language, and the tree it becomes.
 */
#include "test.h"

#include "../../policy/language/parse.h"
#include "tree_text.h"

struct row {
	const char *name;
	const char *text;
	const char *want;
};

#define CLAUSES " allow 1 message/hour else hold }"
#define DONE " 1m/3600s hold\n"
#define WHEN "limit x { for relayed mail when "

static const struct row rows[] = {
	{ "nothing", "# nothing\n", "" },
	{ "own networks", "own networks { ::1, 10.0.0.0/8, 1.2.3.4, }",
	  "own /::1/128 /10.0.0.0/8/8 /1.2.3.4/32\n" },
	{ "sets", "set a { b, \"c d\", *@e, f?, 10.0.0.0/33, 5 } set b { own }",
	  "set a \"b\" \"c d\" ~*@e~ ~f?~ \"10.0.0.0/33\" \"5\"\n"
	  "set b \"own\"\n" },
	{ "statement words as values", "set a {\n\tlimit, frozen,\n\texempt\n}",
	  "set a \"limit\" \"frozen\" \"exempt\"\n" },
	{ "an address in brackets", "set a { \"[192.0.2.1]\", \"[::1]\" }",
	  "set a /[192.0.2.1]/32 /[::1]/128\n" },
	{ "nodes", "nodes 3", "nodes 3\n" },
	{ "two-person", "two-person", "two-person\n" },
	{ "delimiter", "recipient delimiter \"+-\"", "delimiter '+-'\n" },
	{ "delimiter, bare", "recipient delimiter +", "delimiter '+'\n" },
	{ "no delimiter", "recipient delimiter none", "delimiter ''\n" },

	{ "limit", "limit x { for local, inbound mail" CLAUSES,
	  "limit x 9" DONE },
	{ "outbound", "limit x { for outbound mail" CLAUSES, "limit x 7" DONE },
	{ "clauses in any order", "limit x { else reject \"No\" warn at 80% "
	  "allow 2 recipients/minute by uid for local mail }",
	  "limit x 1 by uid 2r/60s 80% reject'No'\n" },
	{ "clauses without a line to themselves", "limit x{for local mail\n"
	  "when uid=1 by uid allow 1 message/hour else hold}",
	  "limit x 1 (= uid \"1\") by uid" DONE },
	{ "exempt", "exempt x { for authenticated mail" CLAUSES,
	  "exempt x 2" DONE },
	{ "keys", "limit x { for relayed mail by client, client/48, "
	  "client/4:24, sender.domain" CLAUSES,
	  "limit x 4 by client/4:32/64 by client/4:32/48 by client/4:24/64 "
	  "by sender.domain" DONE },
	{ "key or name", "limit x { for local mail by script or \"none\", uid"
	  CLAUSES, "limit x 1 by script or 'none' by uid" DONE },
	{ "headers, once each", "limit x { for local mail "
	  "when header \"X-a\" = b by header \"B\", header \"x-A\"" CLAUSES,
	  "header x-a\nheader b\nlimit x 1 (= header0 \"b\") by header1 "
	  "by header0" DONE },

	{ "windows", "limit x { for local mail allow 1 message/second, "
	  "2 recipients per 10 minutes burst 5, 3 messages per day else hold }",
	  "limit x 1 1m/1s 2r/600s^5 3m/86400s hold\n" },
	{ "blanks round the slash", "limit x { for local mail allow "
	  "1 message / hour, 2 messages/ minute, 3 messages /day else hold }",
	  "limit x 1 1m/3600s 2m/60s 3m/86400s hold\n" },
	{ "numbers beyond all bounds", "limit x { for local mail allow "
	  "99999999999999999999 messages per 99999999999999999999 days else hold }",
	  "limit x 1 18446744073709551615m/18446744073709s hold\n" },
	{ "freeze", "limit x { for local mail allow 1 message/hour else hold "
	  "freeze after 200 refusals in 10 minutes }",
	  "limit x 1 1m/3600s hold freeze 200m/600s for 0s\n" },
	{ "freeze, for a time", "limit x { allow 1 message/hour else hold\n"
	  "freeze after 1 refusal in 1 hour for 2 days\nfor local mail }",
	  "limit x 1 1m/3600s hold freeze 1m/3600s for 172800s\n" },
	{ "freeze, and then for", "limit x { allow 1 message/hour else hold\n"
	  "freeze after 1 refusal in 1 hour\nfor local mail }",
	  "limit x 1 1m/3600s hold freeze 1m/3600s for 0s\n" },

	{ "answers", "frozen { local reject even local \"No\" smtp observe }",
	  "frozen local reject+local'No' smtp observe\n" },
	{ "budget", "limit x { for local mail allow 1 message/hour else hold up "
	  "to 5 recipients per 2 days then reject even local \"No\" }",
	  "limit x 1 1m/3600s hold<5r/172800s>reject+local'No'\n" },
	{ "frozen", "frozen { }", "frozen local none smtp none\n" },
	{ "exempt from a freeze", "frozen {\nexempt a { for local mail" CLAUSES
	  "\nlocal hold\nexempt b { for local mail" CLAUSES " }",
	  "frozen local hold smtp none\nfrom-freeze a 1" DONE
	  "from-freeze b 1" DONE },
	{ "outage", "outage { smtp tempfail lease 30 seconds }",
	  "outage local none smtp tempfail lease 30s\n" },

	{ "precedence", WHEN "uid = 1 or not uid = 2 and uid = 3" CLAUSES,
	  "limit x 4 (or (= uid \"1\") (and (not (= uid \"2\")) (= uid \"3\")))"
	  DONE },
	{ "groups", WHEN "(uid = 1 or uid = 2) and not (not uid = 3)" CLAUSES,
	  "limit x 4 (and (or (= uid \"1\") (= uid \"2\")) "
	  "(not (not (= uid \"3\"))))" DONE },
	{ "numbers", WHEN "recipients > 1 and recipients <= 5 and "
	  "recipients >= 2 and recipients < 9 and recipients = 3" CLAUSES,
	  "limit x 4 (and (and (and (and (> recipients 1) (<= recipients 5)) "
	  "(>= recipients 2)) (< recipients 9)) (= recipients 3))" DONE },
	{ "values", WHEN "sender like *@a and sender in b and client in ::1/64 "
	  "and client = 10.1.1.1" CLAUSES,
	  "limit x 4 (and (and (and (like sender ~*@a~) (in sender b)) "
	  "(in client /::1/64/64)) (= client /10.1.1.1/32))" DONE },
	{ "time", WHEN "time 20:00-07:00 or time 00:00-24:00" CLAUSES,
	  "limit x 4 (or (during time 1200-420) (during time 0-1440))" DONE },
	{ "days", WHEN "day sat, sunday and not day mon" CLAUSES,
	  "limit x 4 (and (on day 41) (not (on day 02)))" DONE },

	{ "trial", "trial \"a b\" { starting wednesday 23:59 "
	  "5 messages/minute for 10 minutes local script \"33:a*.php\" "
	  "uid 33 7 messages per 2 hours for 1 day relayed client 10.1.1.1\n"
	  "sender a@b recipients 5\n"
	  "expect script \"33:a\" accepted <= 31, frozen > 0 "
	  "expect local held = 1, refused >= 2, rejected < 3, tempfailed = 4 "
	  "expect first refusal > 2 minutes }",
	  "trial 'a b' 3 1439\n"
	  " 5/60s 600s local script ~33:a*.php~ uid \"33\"\n"
	  " 7/7200s 86400s relayed client /10.1.1.1/32 sender \"a@b\" "
	  "recipients 5\n"
	  " expect script \"33:a\" accepted<=31 frozen>0\n"
	  " expect local held=1 refused>=2 rejected<3 tempfailed=4\n"
	  " expect first>120000000\n" },
	{ "trial, headers", "trial \"t\" { 1 message/second for 1 second inbound "
	  "header \"X-Y\" \"z\" expect header \"x-y\" z inbound accepted = 1 }",
	  "header x-y\ntrial 't' 1 0\n 1/1s 1s inbound header \"z\"\n"
	  " expect inbound header \"z\" accepted=1\n" },
};

static void
test_tree(void **state)
{
	const struct row *row = *state;
	struct arena *a = arena_new(1 << 20);
	struct diags *d = diags_new();
	struct ast_policy *tree;
	char *got = NULL;
	size_t len;
	FILE *out;

	tree = parse_policy("f", row->text, strlen(row->text), NULL, a, d);
	assert_non_null(tree);
	out = open_memstream(&got, &len);
	tree_text(tree, out);
	diags_print(d, out);
	fclose(out);
	if (strcmp(got, row->want) != 0)
		fail_msg("got\n%s\nwant\n%s", got, row->want);
	free(got);
	diags_free(d);
	arena_free(a);
}

/* Whatever the arena is too small for: no crash, and it says so. */
static void
test_small_arena(void **state)
{
	struct diags *d = diags_new();

	(void)state;
	for (size_t i = 0; i < N_ROWS(rows); i++)
		for (size_t max = 0; max < 6000; max += 16) {
			struct arena *a = arena_new(max);
			struct ast_policy *tree = parse_policy("f", rows[i].text,
				strlen(rows[i].text), NULL, a, d);

			assert_true(tree != NULL || arena_is_full(a));
			arena_free(a);
		}
	diags_free(d);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 1];
	size_t n = 0;

	ROWS(tests, &n, rows, test_tree);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_small_arena);
	return _cmocka_run_group_tests("parse", tests, n, NULL, NULL);
}
