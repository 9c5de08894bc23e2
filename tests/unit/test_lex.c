/*
 * test_lex.c - bytes to tokens.
 */
#include "test.h"

#include "../../policy/language/lex.h"

struct row {
	const char *name;
	const char *text;
	size_t len;		/* 0: strlen(text) */
	const char *want;	/* kinds, one letter each; words in [ ] */
	unsigned errors;
};

static const struct row rows[] = {
	{ "nothing", "", 0, "$", 0 },
	{ "blank and comment", " \t\r\n# all of it {\n", 0, "$", 0 },
	{ "comment without newline", "a # b", 0, "[a]$", 0 },
	{ "marks", "{}(),=<>", 0, "{}(),=<>$", 0 },
	{ "words", "for local mail", 0, "[for][local][mail]$", 0 },
	{ "one word each", "messages/hour client/4:24 *@a.example 80%", 0,
	  "[messages/hour][client/4:24][*@a.example][80%]$", 0 },
	{ "addresses", "192.0.2.0/24,2001:db8::/32", 0,
	  "[192.0.2.0/24],[2001:db8::/32]$", 0 },
	{ "number", "30 300x", 0, "#30 [300x]$", 0 },
	{ "largest number", "18446744073709551615", 0,
	  "#18446744073709551615 $", 0 },
	{ "larger number", "18446744073709551616 99999999999999999999999", 0,
	  "#18446744073709551615 #18446744073709551615 $", 0 },
	{ "string", "\"a # {b}\" c", 0, "\"a # {b}\"[c]$", 0 },
	{ "empty string", "\"\"", 0, "\"\"$", 0 },
	{ "string not closed", "\"abc\nd", 0, "\"abc\"[d]$", 1 },
	{ "string not closed, brace after it", "{ \"abc }\nd", 0,
	  "{\"abc\"}[d]$", 1 },
	{ "string not closed at the end", "\"", 0, "\"\"$", 1 },
	{ "stray bytes, once a line", "a ; b ; c\n; d", 0, "[a][b][c][d]$", 2 },
	{ "NUL", "a\0b", 3, "[a][b]$", 1 },
	{ "bytes beyond ASCII", "\xff\xfe", 0, "$", 1 },
	{ "byte order mark", "\xef\xbb\xbf" "a", 0, "[a]$", 0 },
};

static void
add(char *out, size_t size, const struct token *t)
{
	static const char marks[] = {
		[LEX_END] = '$', [LEX_OPEN] = '{', [LEX_CLOSE] = '}',
		[LEX_LEFT] = '(', [LEX_RIGHT] = ')', [LEX_COMMA] = ',',
		[LEX_EQUAL] = '=', [LEX_ABOVE] = '>', [LEX_BELOW] = '<',
	};
	size_t len = strlen(out);
	int n = (int)t->text.len;

	if (t->kind == LEX_WORD)
		snprintf(out + len, size - len, "[%.*s]", n, t->text.p);
	else if (t->kind == LEX_STRING)
		snprintf(out + len, size - len, "\"%.*s\"", n, t->text.p);
	else if (t->kind == LEX_NUMBER)
		snprintf(out + len, size - len, "#%llu ",
			 (unsigned long long)t->number);
	else
		snprintf(out + len, size - len, "%c", marks[t->kind]);
}

static void
test_tokens(void **state)
{
	const struct row *row = *state;
	size_t len = row->len != 0 ? row->len : strlen(row->text);
	struct diags *d = diags_new();
	char got[200] = "";
	struct token t;
	struct lex l;

	lex_init(&l, row->text, len, diags_source(d, "f", row->text, len), d);
	do {
		t = lex_next(&l);
		assert_true(t.at.at + t.at.len <= len);
		add(got, sizeof(got), &t);
	} while (t.kind != LEX_END);
	if (strcmp(got, row->want) != 0)
		fail_msg("got '%s', want '%s'", got, row->want);
	if (diags_errors(d) != row->errors)
		fail_msg("got %u errors, want %u", diags_errors(d), row->errors);
	diags_free(d);
}

static void
test_places(void **state)
{
	const char *text = "ab \"c\"\n  de";
	struct diags *d = diags_new();
	struct token t;
	struct lex l;

	(void)state;
	lex_init(&l, text, strlen(text), 0, d);
	t = lex_next(&l);
	assert_true(t.at.at == 0 && t.at.len == 2 && t.is_first);
	t = lex_next(&l);
	assert_true(t.at.at == 3 && t.at.len == 3 && !t.is_first);
	t = lex_next(&l);
	assert_true(t.at.at == 9 && t.at.len == 2 && t.is_first);
	for (int i = 0; i < 2; i++) {
		t = lex_next(&l);
		assert_true(t.kind == LEX_END);
		assert_true(t.at.at == 11 && t.at.len == 0);
	}
	diags_free(d);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 1];
	size_t n = 0;

	ROWS(tests, &n, rows, test_tokens);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_places);
	return _cmocka_run_group_tests("lex", tests, n, NULL, NULL);
}
