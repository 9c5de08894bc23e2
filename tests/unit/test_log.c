/*
 * test_log.c - no value splits a line or forges a field.
 */
#include "test.h"

#include <unistd.h>

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

/* A pipe that is full and that nobody reads; then somebody does. */
static void
nobody_reads(void **state)
{
	int fd[2], err = dup(STDERR_FILENO), lines = 0;
	char text[1 << 17];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	dup2(fd[1], STDERR_FILENO);
	alarm(60);		/* it would wait for ever */
	for (int i = 0; i < 20000; i++)
		log_warning("line %d", i);
	n = read(fd[0], text, sizeof(text) - 1);
	log_warning("the next line");
	dup2(err, STDERR_FILENO);
	alarm(0);
	assert_true(n > 0);
	for (ssize_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	assert_true(lines > 100 && lines < 20000);
	n = read(fd[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	while (strncmp(text, "<4>log-lost", 11) != 0 && strchr(text, '\n') != NULL) {
		lines++;
		memmove(text, strchr(text, '\n') + 1, strlen(strchr(text, '\n')));
	}
	assert_int_equal(strncmp(text, "<4>log-lost lines=", 18), 0);
	assert_int_equal(lines + atoi(text + 18), 20000);
	assert_string_equal(strchr(text, '\n'), "\n<4>the next line\n");
	close(fd[0]);
	close(fd[1]);
	close(err);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 1];
	size_t n = 0;

	ROWS(tests, &n, rows, value);
	tests[n] = (struct CMUnitTest)cmocka_unit_test(nobody_reads);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
