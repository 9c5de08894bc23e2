/*
 * test_log.c - no value splits a line or forges a field.
 */
#include "test.h"

#include "../../milter/log.h"

struct row {
	const char *name;
	const char *text;
	size_t len;
	size_t size;
	const char *want;
};

#define TEXT(s) .text = (s), .len = sizeof(s) - 1, .size = 64

static const struct row rows[] = {
	{ "plain word", TEXT("33:contact.php"), .want = "33:contact.php" },
	{ "address", TEXT("a.b+c@example.test"), .want = "a.b+c@example.test" },
	{ "empty", TEXT(""), .want = "\"\"" },
	{ "space", TEXT("two words"), .want = "\"two words\"" },
	{ "equals sign", TEXT("a=b"), .want = "\"a=b\"" },
	{ "quote", TEXT("say \"no\""), .want = "\"say \\\"no\\\"\"" },
	{ "backslash", TEXT("a\\b"), .want = "\"a\\\\b\"" },
	{ "new line", TEXT("a\nhold id=1"), .want = "\"a\\x0ahold id=1\"" },
	{ "carriage return", TEXT("a\r"), .want = "\"a\\x0d\"" },
	{ "escape", TEXT("\033[2J"), .want = "\"\\x1b[2J\"" },
	{ "NUL", TEXT("a\0b"), .want = "\"a\\x00b\"" },
	{ "UTF-8", TEXT("\xc3\xa9"), .want = "\"\\xc3\\xa9\"" },
	{ "DEL", TEXT("\x7f"), .want = "\"\\x7f\"" },
	{ "cut plain", .text = "abcdefgh", .len = 8, .size = 6, .want = "\"abc\"" },
	{ "cut between escapes", .text = "\n\n", .len = 2, .size = 8,
	  .want = "\"\\x0a\"" },
	{ "no room", .text = "abc", .len = 3, .size = 2, .want = "" },
};

static void
value(void **state)
{
	const struct row *r = *state;
	char out[64];

	memset(out, '#', sizeof(out));
	assert_string_equal(log_value(r->text, r->len, out, r->size), r->want);
	assert_true(strlen(out) < r->size);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, value);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
