/*
 * test_parse_errors.c - one mistake is one message, and nothing is too large.
 *
 * tests/golden/bad has the messages to the letter; here is what they must not
 * do: come twice, lead to others, take long, or never end.
 */
#include "test.h"

#include "../../policy/language/parse.h"

struct row {
	const char *name;
	const char *text;
	const char *want;	/* part of the only message */
};

#define LIMIT(clauses) "limit x {\n" clauses "\n}\nnodes 2\n"
#define MAIL "for local mail\n"
#define ALLOW "allow 1 message/hour\n"
#define REST MAIL ALLOW "else hold\n"
#define TRIAL(lines) "trial \"t\" {\n" lines "\n}\nnodes 2\n"

static const struct row rows[] = {
	{ "statement in capitals", "LIMIT x {\n" REST "}", "did you mean 'limit'" },
	{ "words in capitals", LIMIT("for local mail WHEN uid = 5\n" ALLOW
	  "else hold"), "did you mean 'when'" },
	{ "action in capitals", LIMIT(MAIL ALLOW "else Hold"), "mean 'hold'" },
	{ "comma between classes", LIMIT("for local relayed mail\n" ALLOW
	  "else hold"), "a ',' is missing before 'relayed'" },
	{ "and between classes", LIMIT("for local and relayed mail\n" ALLOW
	  "else hold"), "write ',' instead of 'and'" },
	{ "comma between keys", LIMIT("by uid script\n" REST),
	  "a ',' is missing before 'script'" },
	{ "and between keys", LIMIT("by uid and script\n" REST), "write ','" },
	{ "comma between windows", LIMIT(MAIL "allow 1 message/hour "
	  "2 messages/day\nelse hold"), "a ',' is missing before '2'" },
	{ "and between windows", LIMIT(MAIL "allow 1 message/hour and "
	  "2 messages/day\nelse hold"), "write ','" },
	{ "comma between values", "set a { b c }", "a ',' is missing before 'c'" },
	{ "and between values", "set a { b and c }", "write ','" },
	{ "and between days", LIMIT("for local mail when day sat and sun\n" ALLOW
	  "else hold"), "days stand in one list" },
	{ "comma between bounds", TRIAL("expect accepted = 1 held = 2"),
	  "a ',' is missing before 'held'" },
	{ "text without quotes", LIMIT(MAIL ALLOW "else reject Too much, really"),
	  "write \"Too much, really\"" },
	{ "misspelt clause in a line", "frozen { local hold smpt tempfail }",
	  "did you mean 'smtp'" },
	{ "glued burst", LIMIT(MAIL "allow 1 message/hour burst10\nelse hold"),
	  "write 'burst 10'" },
	{ "glued number", LIMIT(MAIL "allow 10messages/hour\nelse hold"),
	  "put a blank behind the number" },
	{ "two answers", LIMIT(MAIL ALLOW "else hold tempfail"), "one action" },
	{ "open text", LIMIT(MAIL ALLOW "else reject \"No"), "closing '\"'" },
	{ "open text, empty", LIMIT(MAIL ALLOW "else reject \""), "closing '\"'" },
	{ "open text as a value", "set a { \"b, c }\nnodes 2", "closing '\"'" },
	{ "open text at the end", "set a { \"", "closing '\"'" },
	{ "open text as a name", "trial \"t {\n}\n", "closing '\"'" },
	{ "quotes of a word processor", LIMIT(MAIL ALLOW "else reject "
	  "\xe2\x80\x9cNot now, please\xe2\x80\x9d"), "typographic quote" },
	{ "a no-break space", LIMIT("for local\xc2\xa0mail\n" ALLOW "else hold"),
	  "no-break space" },
	{ "a letter beyond ASCII", LIMIT("for local mail when sender = "
	  "m\xc3\xbcller@x\n" ALLOW "else hold"), "U+00FC" },
	{ "NUL", "nodes 2\nlimit \0 x", "not a text file" },
	{ "block not closed", "limit x {\n" REST "limit y {\n" REST "}",
	  "expected '}', not 'limit'" },
	{ "block not closed at the end", "limit x {\n" REST, "the file ends" },
	{ "cut off", "frozen {\n\texempt a {\n\t\tfor local", "the file ends" },
	{ "two blocks not closed", "frozen {\n\texempt a {\n" REST "nodes 2\n",
	  "expected '}', not 'nodes'" },
	{ "one brace too many", LIMIT(REST "}"), "not '}'" },
	{ "unknown statement", "rate 5 {\n" REST "}\nnodes 2", "'rate'" },
	{ "unknown clause", LIMIT(REST "key uid, script"), "'key'" },
	{ "more of a header", LIMIT("by header X-Y\n" REST), "\"X-Y\"" },
	{ "name or fact", LIMIT("by uid or script\n" REST), "a name for all mail" },
	{ "path without quotes", "include x/y.inc\nnodes 2", "\"x/y.inc\"" },
	{ "no path", "include\nnodes 2", "1:8: error" },
	{ "no files", "include \"x\"\nnodes 2", "cannot name files" },
	{ "stream without a time", TRIAL("1 message/minute local uid 5\n"
	  "2 messages/minute for 1 minute local\nexpect accepted = 1"), "'for'" },
	{ "expectation of nothing", TRIAL("1 message/minute for 1 minute local\n"
	  "expect local\nexpect accepted = 1"), "but the line ends" },
	{ "two classes", TRIAL("1 message/minute for 1 minute local relayed"),
	  "of one class" },
	{ "no value in a trial", TRIAL("1 message/minute for 1 minute local uid\n"
	  "expect accepted = 1"), "expected a value" },
	{ "no block of a trial", "trial \"t\" expect\n" , "expected '{'" },
	{ "no time", LIMIT("for local mail when time (\n" ALLOW "else hold"),
	  "a time, as in" },
	{ "no clock", TRIAL("starting sunday 3:00"), "a time of day" },
	{ "no delimiter", "recipient delimiter {}\nnodes 2", "the delimiter" },
	{ "no comma, no brace", "set a { b = c }\nnodes 2", "',' or '}'" },
	{ "a number after the text", LIMIT(MAIL ALLOW "else tempfail 452"), "452" },
	{ "percent that is none", LIMIT(REST "warn at 8x%"), "how full" },
	{ "capitals in a name", "set A_1 { b } set 1a { b }", "'1a' cannot be" },
	{ "time with blanks", LIMIT("for local mail when time 20:00 - 07:00\n"
	  ALLOW "else hold"), "without blanks" },
	{ "percent with a blank", LIMIT(REST "warn at 80 %"), "write '80%'" },
};

static struct diags *
parsed(const char *text, size_t len, bool *is_full)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct diags *d = diags_new();

	parse_policy("f", text, len, NULL, a, d);
	*is_full = arena_is_full(a);
	arena_free(a);
	return d;
}

static void
check_one(struct diags *d, const char *want)
{
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	diags_print(d, out);
	fclose(out);
	if (diags_errors(d) != 1 || strstr(got, want) == NULL)
		fail_msg("got\n%.2000s\nwant '%s' alone", got, want);
	free(got);
}

static void
test_one(void **state)
{
	const struct row *row = *state;
	bool is_full;
	size_t len = strstr(row->want, "text file") != NULL ? 18 :
		     strlen(row->text);
	struct diags *d = parsed(row->text, len, &is_full);

	check_one(d, row->want);
	diags_free(d);
}

/* `head`, then `body` n times, then `tail`. */
struct large {
	const char *name;
	const char *head, *body, *tail;
	size_t n;
	const char *want;	/* NULL: as many as there can be */
};

#define MANY 3000000

static const struct large larges[] = {
	{ "parentheses", "limit x { for local mail when ", "(", "\n}", MANY,
	  "nested too deeply" },
	{ "nots", "limit x { for local mail when ", "not ", "\n}", MANY,
	  "nested too deeply" },
	{ "tests", "limit x { for local mail when uid = 1", " or uid = 1",
	  "\n" ALLOW "else hold }", 300000, "too many tests" },
	{ "braces", "", "{", "", MANY, "not '{'" },
	{ "closing braces", "", "}\n", "", MANY, "not '}'" },
	{ "commas", "set a { ", ",", " }", MANY, "a value, not ','" },
	{ "values", "set a { ", "b,", " }", MANY, "too many values" },
	{ "a name", "set ", "abcd", " { b }", MANY, "the limit is 32" },
	{ "a number", "nodes ", "9", "", MANY, NULL },
	{ "a value", "set a { ", "b", " }", MANY, "the limit is 320" },
	{ "a text", "frozen { local hold smtp reject \"", "x", "", MANY,
	  "closing '\"'" },
	{ "words", "", "x ", "", MANY, "unknown statement" },
	{ "limits", "", "limit x { " REST " }\n", "", 10000, "the limit is 4000" },
	{ "sets", "", "set a { b }\n", "", 10000, "the limit is 256" },
	{ "trials", "", TRIAL(""), "", 10000, NULL },
	{ "lines of a trial", "trial \"t\" {", "expect accepted = 1\n", "}",
	  10000, "the limit is 1000" },
	{ "stray bytes", "", "\xff", "", MANY, "not UTF-8" },
	{ "lines of stray bytes", "", "\xff\n", "", MANY, NULL },
	{ "mistakes", "", "limit x {\n", "", MANY / 4, NULL },
	{ "more than a policy may have", "", "# abcdefghijklmn\n", "", MANY / 2,
	  "the limit is 16777216" },
};

static void
test_large(void **state)
{
	const struct large *row = *state;
	struct diags *d;
	bool is_full;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fputs(row->head, out);
	for (size_t i = 0; i < row->n; i++)
		fputs(row->body, out);
	fputs(row->tail, out);
	fclose(out);
	d = parsed(text, len, &is_full);
	if (row->want != NULL)
		check_one(d, row->want);
	else
		assert_in_range(diags_errors(d), 0, DIAG_MAX + 1);
	assert_false(is_full);
	diags_free(d);
	free(text);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + N_ROWS(larges)];
	size_t n = 0;

	ROWS(tests, &n, rows, test_one);
	ROWS(tests, &n, larges, test_large);
	return _cmocka_run_group_tests("parse_errors", tests, n, NULL, NULL);
}
