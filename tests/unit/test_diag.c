/*
 * test_diag.c - places, carets, order, bounds, and what may be printed.
 */
#include "test.h"

#include "../../policy/diag.h"

/* What diags_print writes; the caller frees it. */
static char *
printed(const struct diags *d)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	diags_print(d, out);
	fclose(out);
	return text;
}

struct place {
	const char *name;
	const char *text;
	size_t len;		/* 0: strlen(text) */
	struct span at;
	const char *want;
};

static const struct place places[] = {
	{ "first byte", "abc def\n", 0, { 0, 3 },
	  "f:1:1: error: m\n    1 | abc def\n      | ^~~\n" },
	{ "second line", "abc\ndef ghi\n", 0, { 8, 3 },
	  "f:2:5: error: m\n    2 | def ghi\n      |     ^~~\n" },
	{ "empty span", "abc\n", 0, { 3, 0 },
	  "f:1:4: error: m\n    1 | abc\n      |    ^\n" },
	{ "span over the end of its line", "abc\ndef\n", 0, { 1, 6 },
	  "f:1:2: error: m\n    1 | abc\n      |  ^~\n" },
	{ "span beyond the text", "abc", 0, { 90, 5 },
	  "f:1:4: error: m\n    1 | abc\n      |    ^\n" },
	{ "tabs are copied", "\ta\tbc\n", 0, { 3, 2 },
	  "f:1:4: error: m\n    1 | \ta\tbc\n      | \t \t^~\n" },
	{ "a character is one column", "\xc3\xa4\xe2\x82\xac x\n", 0, { 6, 1 },
	  "f:1:4: error: m\n    1 | \xc3\xa4\xe2\x82\xac x\n      |    ^\n" },
	{ "carriage return", "abc\r\ndef\n", 0, { 0, 3 },
	  "f:1:1: error: m\n    1 | abc\n      | ^~~\n" },
	{ "control and broken bytes", "a\x1b[\x00\xff\xc2\x9b" "b", 8, { 7, 1 },
	  "f:1:7: error: m\n    1 | a?[???b\n      |       ^\n" },
	{ "empty text", "", 0, { 0, 0 }, "f:1:1: error: m\n" },
};

static void
test_place(void **state)
{
	const struct place *row = *state;
	struct diags *d = diags_new();
	char *got;

	assert_non_null(d);
	diags_source(d, "f", row->text, row->len != 0 ? row->len :
		     strlen(row->text));
	diag_error(d, row->at, "m");
	got = printed(d);
	if (strcmp(got, row->want) != 0)
		fail_msg("got '%s', want '%s'", got, row->want);
	free(got);
	diags_free(d);
}

struct near {
	const char *name;
	const char *want;	/* NULL: none */
};

static const struct near nears[] = {
	{ "allow", "allow" }, { "alow", "allow" }, { "allwo", "allow" },
	{ "fro", "for" }, { "els", "else" }, { "aalloww", "allow" },
	{ "ALLOW", "allow" }, { "Els", "else" }, { "BY", "by" },
	{ "allaloww", NULL }, { "b", NULL }, { "xx", NULL }, { "", NULL },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  NULL },
};

static void
test_near(void **state)
{
	static const char *const words[] = { "for", "by", "allow", "else" };
	const struct near *row = *state;
	const char *got = diag_nearest(row->name, strlen(row->name), words, 4);

	if ((got == NULL) != (row->want == NULL) ||
	    (got != NULL && strcmp(got, row->want) != 0))
		fail_msg("got %s, want %s", got ? got : "none",
			 row->want ? row->want : "none");
}

static void
test_order_and_notes(void **state)
{
	struct diags *d = diags_new();
	char *got;

	(void)state;
	diags_source(d, "f", "ab", 2);
	diag_error(d, (struct span){ 1, 1 }, "second");
	diag_note(d, (struct span){ 0, 1 }, "of second");
	diag_warning(d, (struct span){ 0, 1 }, "first");
	got = printed(d);
	assert_string_equal(got,
			    "f:1:1: warning: first\n    1 | ab\n      | ^\n"
			    "f:1:2: error: second\n    1 | ab\n      |  ^\n"
			    "f:1:1: note: of second\n    1 | ab\n      | ^\n");
	assert_int_equal(diags_errors(d), 1);
	assert_int_equal(diags_warnings(d), 1);
	free(got);
	diags_free(d);
}

/* Each message says which text it is about, and the texts keep their order. */
static void
test_texts(void **state)
{
	struct diags *d = diags_new();
	uint32_t base[3];
	char *got;

	(void)state;
	base[0] = diags_source(d, "a", "ab", 2);
	base[1] = diags_source(d, "empty", "", 0);
	base[2] = diags_source(d, "b", "x\nyz", 4);
	assert_int_equal(base[0], 0);
	diag_error(d, (struct span){ base[2] + 3, 1 }, "third");
	diag_note(d, (struct span){ base[0], 2 }, "elsewhere");
	diag_error(d, (struct span){ base[2] + 4, 0 }, "at the end of b");
	diag_error(d, (struct span){ base[1], 0 }, "second");
	diag_error(d, (struct span){ base[0] + 2, 0 }, "first");
	got = printed(d);
	assert_string_equal(got, "a:1:3: error: first\n    1 | ab\n      |   ^\n"
			    "empty:1:1: error: second\n"
			    "b:2:2: error: third\n    2 | yz\n      |  ^\n"
			    "a:1:1: note: elsewhere\n    1 | ab\n      | ^~\n"
			    "b:2:3: error: at the end of b\n    2 | yz\n"
			    "      |   ^\n");
	free(got);
	diags_free(d);
}

static void
test_no_text(void **state)
{
	struct diags *d = diags_new();
	char *got;

	(void)state;
	diag_error(d, (struct span){ 5, 1 }, "m");
	got = printed(d);
	assert_string_equal(got, "error: m\n");
	free(got);
	diags_free(d);
}

static void
test_bound(void **state)
{
	struct diags *d = diags_new();
	unsigned kept = 0;
	char *got;

	(void)state;
	diags_source(d, "f", "ab", 2);
	for (int i = 0; i < 1000; i++) {
		diag_error(d, (struct span){ 0, 1 }, "again");
		diag_note(d, (struct span){ 0, 1 }, "a note");
	}
	got = printed(d);
	for (const char *p = got; (p = strstr(p, ": again")) != NULL; p++)
		kept++;
	assert_int_equal(kept, DIAG_MAX);
	assert_non_null(strstr(got, "20 errors: what else is wrong"));
	assert_int_equal(diags_errors(d), 1000);
	free(got);
	diags_free(d);
}

static void
test_long_line(void **state)
{
	struct diags *d = diags_new();
	static char text[100000];
	char *got;

	(void)state;
	memset(text, 'x', sizeof(text));
	diags_source(d, "f", text, sizeof(text));
	diag_error(d, (struct span){ 50000, 50000 }, "m");
	got = printed(d);
	assert_true(strlen(got) < 600);
	assert_non_null(strstr(got, "f:1:50001: error"));
	assert_non_null(strstr(got, "| ...xxx"));
	free(got);
	diags_free(d);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(places) + N_ROWS(nears) + 5];
	size_t n = 0;

	ROWS(tests, &n, places, test_place);
	ROWS(tests, &n, nears, test_near);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_order_and_notes);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_texts);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_no_text);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_bound);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_long_line);
	return _cmocka_run_group_tests("diag", tests, n, NULL, NULL);
}
