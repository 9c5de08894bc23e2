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
	{ "at least, at most", "> >= < <= =", 0, ">G<L=$", 0 },
	{ "an odd relation", "=> =<", 0, "=>=<$", 0 },
	{ "lines that end in CR LF", "a\r\n\"b\"\r\n# c\r\nd\r\n", 0,
	  "[a]\"b\"[d]$", 0 },
	{ "NUL", "a\0b", 3, "$", 1 },
	{ "NUL in a comment", "# \0\n\0", 5, "$", 1 },
	{ "UTF-16", "\xff\xfe" "a\0", 4, "$", 1 },
	{ "UTF-16, the other way", "\xfe\xff\0a", 4, "$", 1 },
	{ "UTF-16 without its mark", "a\0b\0", 4, "$", 1 },
	{ "carriage returns only", "a\rb\rc", 0, "$", 1 },
	{ "a carriage return at the end", "a\r", 0, "[a]$", 0 },
	{ "bytes beyond ASCII", "\xff\xff", 0, "$", 1 },
	{ "a no-break space", "a\xc2\xa0" "b", 0, "[a][b]$", 1 },
	{ "typographic quotes", "\xe2\x80\x9c" "a\xe2\x80\x9d", 0, "[a]$", 1 },
	{ "byte order mark", "\xef\xbb\xbf" "a", 0, "[a]$", 0 },
};

static void
add(char *out, size_t size, const struct token *t)
{
	static const char marks[] = {
		[LEX_END] = '$', [LEX_OPEN] = '{', [LEX_CLOSE] = '}',
		[LEX_LEFT] = '(', [LEX_RIGHT] = ')', [LEX_COMMA] = ',',
		[LEX_EQUAL] = '=', [LEX_ABOVE] = '>', [LEX_BELOW] = '<',
		[LEX_AT_LEAST] = 'G', [LEX_AT_MOST] = 'L',
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

/* What the lexer says of the first stray byte of a text. */
struct stray {
	const char *name;
	const char *text;
	const char *want;
};

static const struct stray strays[] = {
	{ "no-break space", "a \xc2\xa0 b", "a no-break space (U+00A0): write a plain blank" },
	{ "wide space", "\xe3\x80\x80", "a wide space (U+3000)" },
	{ "left quote", "\xe2\x80\x9c", "a typographic quote (U+201C): write a plain \"" },
	{ "apostrophe", "\xe2\x80\x99", "a typographic quote (U+2019)" },
	{ "guillemet", "\xc2\xab", "a typographic quote (U+00AB)" },
	{ "dash", "\xe2\x80\x93", "a typographic dash (U+2013): write a plain -" },
	{ "at least", "\xe2\x89\xa5", "'greater or equal' (U+2265): write >=" },
	{ "zero width space", "\xe2\x80\x8b", "an invisible character (U+200B): remove it" },
	{ "mark within", "a \xef\xbb\xbf", "a byte order mark (U+FEFF): remove it" },
	{ "wide comma", "\xef\xbc\x8c", "a wide letter or mark (U+FF0C)" },
	{ "a letter", "\xc3\xbc", "unexpected '\xc3\xbc' (U+00FC)" },
	{ "four bytes", "\xf0\x9f\x98\x80", "(U+1F600)" },
	{ "Latin-1", "gr\xfc\xdf", "byte 0xfc is not UTF-8" },
	{ "cut short", "\xe2\x80", "byte 0xe2 is not UTF-8" },
	{ "not continued", "\xe2\x80" "a", "byte 0xe2 is not UTF-8" },
	{ "overlong", "\xc0\x80", "byte 0xc0 is not UTF-8" },
	{ "too large", "\xf8\x80\x80\x80", "byte 0xf8 is not UTF-8" },
	{ "not equal", "a != b", "unexpected '!=': write 'not' before the test" },
	{ "not", "!a", "unexpected '!': write 'not'" },
	{ "and", "a && b", "unexpected '&': write 'and'" },
	{ "or", "a | b", "unexpected '|': write 'or'" },
	{ "semicolon", "a;", "unexpected ';'" },
	{ "single quote", "'a'", "unexpected ': text stands in double quotes" },
	{ "dollar", "$a", "unexpected '$': a value with such a character" },
	{ "escape", "\x1b", "unexpected control byte 0x1b" },
	{ "UTF-16", "\xff\xfe" "a", "this file is in UTF-16: save it as UTF-8" },
	{ "carriage returns", "a\rb", "carriage return only" },
};

static void
test_stray(void **state)
{
	const struct stray *row = *state;
	struct diags *d = diags_new();
	char *got = NULL;
	struct lex l;
	size_t len;
	FILE *out;

	lex_init(&l, row->text, strlen(row->text), 0, d);
	while (lex_next(&l).kind != LEX_END)
		;
	out = open_memstream(&got, &len);
	diags_print(d, out);
	fclose(out);
	if (strstr(got, row->want) == NULL)
		fail_msg("got '%s', want '%s'", got, row->want);
	assert_int_equal(diags_errors(d), 1);
	free(got);
	diags_free(d);
}

static void
test_base(void **state)
{
	struct diags *d = diags_new();
	struct token t;
	struct lex l;

	(void)state;
	lex_init(&l, "ab \"c\" {", 8, 1000, d);
	t = lex_next(&l);
	assert_true(t.at.at == 1000 && t.at.len == 2);
	t = lex_next(&l);
	assert_true(t.at.at == 1003 && t.at.len == 3);
	lex_next(&l);
	t = lex_next(&l);
	assert_true(t.kind == LEX_END && t.at.at == 1008 && t.at.len == 0);
	diags_free(d);
}

static void
test_comments(void **state)
{
	const char *text = "# one\na # two\n  # three";
	static const bool is_first[] = { true, true, false, true };
	struct diags *d = diags_new();
	struct lex l;

	(void)state;
	lex_init(&l, text, strlen(text), 0, d);
	l.has_comments = true;
	for (int i = 0; i < 4; i++) {
		struct token t = lex_next(&l);

		assert_int_equal(t.kind, i == 1 ? LEX_WORD : LEX_COMMENT);
		assert_int_equal(t.is_first, is_first[i]);
		assert_int_equal(t.is_at_margin, i < 2);
	}
	assert_int_equal(lex_next(&l).kind, LEX_END);
	diags_free(d);
}

/* A word with a stray byte in it, and all that follows in the line. */
static void
test_doubt(void **state)
{
	const char *text = "a b\xc3\xbc" "c d\ne \"f\ng";
	static const bool is_doubtful[] = {
		false, true, true, true, false, true, false,
	};
	struct diags *d = diags_new();
	struct lex l;

	(void)state;
	lex_init(&l, text, strlen(text), 0, d);
	for (int i = 0; i < 7; i++)
		assert_int_equal(lex_next(&l).is_doubtful, is_doubtful[i]);
	assert_int_equal(lex_next(&l).kind, LEX_END);
	assert_int_equal(diags_errors(d), 2);
	diags_free(d);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + N_ROWS(strays) + 4];
	size_t n = 0;

	ROWS(tests, &n, rows, test_tokens);
	ROWS(tests, &n, strays, test_stray);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_places);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_base);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_comments);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_doubt);
	return _cmocka_run_group_tests("lex", tests, n, NULL, NULL);
}
