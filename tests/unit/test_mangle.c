/*
 * test_mangle.c - the compiler survives any text, and says what is wrong.
 *
 * Each golden policy, cut at every byte and with bytes changed, is compiled.
 * Either there is a program, which is used, or there is an error to print, never
 * both.
 */
#include "test.h"

#include <glob.h>

#include "../../policy/diag.h"
#include "../../policy/policy.h"
#include "../fuzz/fuzz_use.h"
#include "random.h"

#define TEXT_MAX 8192
#define CUTS 120		/* at most, for each file */
#define CHANGES 120

static FILE *nowhere;
static uint64_t state_of_random = 1;

static size_t
read_file(const char *path, char text[TEXT_MAX])
{
	FILE *in = fopen(path, "r");
	size_t len;

	if (in == NULL)
		fail_msg("cannot read %s", path);
	len = fread(text, 1, TEXT_MAX, in);
	fclose(in);
	return len;
}

/* The text is copied to its exact size, so that ASan sees its end. */
static void
try(const char *path, const char *text, size_t len)
{
	char *exact = malloc(len != 0 ? len : 1);
	struct diags *d = diags_new();
	struct policy *p;

	assert_non_null(exact);
	assert_non_null(d);
	memcpy(exact, text, len);
	p = policy_compile("mangled", exact, len, NULL, d);
	free(exact);
	if ((p == NULL) != (diags_errors(d) > 0))
		fail_msg("%s, %zu bytes: %u errors, and %s program", path, len,
			 diags_errors(d), p != NULL ? "a" : "no");
	diags_print(d, nowhere);
	if (p != NULL)
		fuzz_use(p, (const uint8_t *)text, len);
	policy_free(p);
	diags_free(d);
}

static void
cut(const char *path)
{
	char text[TEXT_MAX];
	size_t len = read_file(path, text);
	size_t step = len / CUTS + 1;

	for (size_t i = 0; i <= len; i += step)
		try(path, text, i);
}

/* A byte that means something here, or any. */
static char
odd_byte(void)
{
	static const char marks[] = "{}(),=<>\"#\n\t *?/.:0a-";
	uint64_t r = random_next(&state_of_random);

	return r % 4 == 0 ? (char)(r >> 8) :
	       marks[(r >> 8) % (sizeof(marks) - 1)];
}

static void
change(const char *path)
{
	char text[TEXT_MAX], changed[TEXT_MAX];
	size_t len = read_file(path, text);

	for (int i = 0; len > 0 && i < CHANGES; i++) {
		memcpy(changed, text, len);
		for (uint64_t n = 1 + random_below(&state_of_random, 3); n > 0; n--)
			changed[random_below(&state_of_random, len)] = odd_byte();
		try(path, changed, len);
	}
}

static void
each(const char *pattern, void (*fn)(const char *path))
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0)
		fail_msg("no policies at %s", pattern);
	for (size_t i = 0; i < found.gl_pathc; i++)
		fn(found.gl_pathv[i]);
	globfree(&found);
}

static void
test_cut_bad(void **state)
{
	(void)state;
	each("tests/golden/bad/*.policy", cut);
}

static void
test_change_bad(void **state)
{
	(void)state;
	each("tests/golden/bad/*.policy", change);
}

static void
test_cut_good(void **state)
{
	(void)state;
	each("tests/golden/ok/*.policy", cut);
}

static void
test_change_good(void **state)
{
	(void)state;
	each("tests/golden/ok/*.policy", change);
}

static void
test_cut_examples(void **state)
{
	(void)state;
	each("deploy/policies/*.policy", cut);
}

static void
test_change_examples(void **state)
{
	(void)state;
	each("deploy/policies/*.policy", change);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_bad),
		cmocka_unit_test(test_change_bad),
		cmocka_unit_test(test_cut_good),
		cmocka_unit_test(test_change_good),
		cmocka_unit_test(test_cut_examples),
		cmocka_unit_test(test_change_examples),
	};
	int failed;

	nowhere = fopen("/dev/null", "w");
	if (nowhere == NULL)
		return 1;
	failed = cmocka_run_group_tests_name("mangle", tests, NULL, NULL);
	fclose(nowhere);
	return failed;
}
