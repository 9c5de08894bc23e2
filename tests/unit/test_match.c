/*
 * test_match.c - globs, sets of names and sets of networks.
 */
#include "compile.h"

#include "../../policy/program/match.h"
#include "random.h"

#define ROUNDS 50000

struct row {
	const char *name;
	const char *glob, *text;
	bool want;
};

static const struct row rows[] = {
	{ "glob, same", "abc", "abc", true },
	{ "glob, longer text", "abc", "abcd", false },
	{ "glob, shorter text", "abc", "ab", false },
	{ "glob, empty", "", "", true },
	{ "glob, empty and text", "", "a", false },
	{ "glob, star alone", "*", "", true },
	{ "glob, star and text", "*", "abc", true },
	{ "glob, suffix", "*@shop.example", "news@shop.example", true },
	{ "glob, other suffix", "*@shop.example", "news@shop.example.org", false },
	{ "glob, prefix", "news*", "news@shop.example", true },
	{ "glob, both ends", "*news*", "the news today", true },
	{ "glob, second occurrence", "*ab", "aab", true },
	{ "glob, star takes again", "a*b*c", "axbxbxc", true },
	{ "glob, order", "a*b*c", "axcxb", false },
	{ "glob, question mark", "a?c", "abc", true },
	{ "glob, question mark and nothing", "a?", "a", false },
	{ "glob, two stars", "**", "abc", true },
	{ "glob, stars at the end", "abc**", "abc", true },
	{ "glob, no special brackets", "[a]", "[a]", true },
	{ "glob, case", "ABC", "abc", false },
	{ "glob, many stars", "*a*a*a*a*a*a*a*b",
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
};

static void
glob(void **state)
{
	const struct row *r = *state;

	assert_int_equal(match_glob(text_of(r->glob), text_of(r->text)), r->want);
}

/* The definition, as slow as it is short. */
static bool
is_match(const char *glob, const char *text)
{
	if (*glob == '\0')
		return *text == '\0';
	if (*glob == '*')
		return is_match(glob + 1, text) ||
		       (*text != '\0' && is_match(glob, text + 1));
	return *text != '\0' && (*glob == '?' || *glob == *text) &&
	       is_match(glob + 1, text + 1);
}

static void
random_string(uint64_t *seed, const char *letters, char out[8])
{
	size_t len = random_below(seed, 8);

	for (size_t i = 0; i < len; i++)
		out[i] = letters[random_below(seed, strlen(letters))];
	out[len] = '\0';
}

static void
glob_agrees_with_its_definition(void **state)
{
	uint64_t seed = 6;
	char g[8], t[8];

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		random_string(&seed, "ab*?", g);
		random_string(&seed, "ab", t);
		if (match_glob(text_of(g), text_of(t)) != is_match(g, t))
			fail_msg("'%s' like '%s': want %d", t, g, is_match(g, t));
	}
}

static void
order_is_total(void **state)
{
	static const char *const sorted[] = { "", "a", "aa", "ab", "b", "\xff" };

	(void)state;
	for (int i = 0; i < (int)N_ROWS(sorted); i++)
		for (int j = 0; j < (int)N_ROWS(sorted); j++) {
			int got = match_order(text_of(sorted[i]), text_of(sorted[j]));

			assert_int_equal((got > 0) - (got < 0), (i > j) - (i < j));
		}
}

/* A set of even numbers, in an order that is none, and one glob. */
static void
set_has_its_members(void **state)
{
	char text[8192] = OWN "set even { \"1*1\"", name[16];
	size_t n = strlen(text);
	struct policy *p;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, ", %u",
				      i * 37 % 100 * 2 + 1000);
	snprintf(text + n, sizeof(text) - n, " }\n" REST "limit a { for local mail "
		 "when uid in even allow 1 messages/hour else hold }\n");
	p = compile(text);
	for (unsigned i = 990; i < 1210; i++) {
		bool want = (i % 2 == 0 && i >= 1000 && i < 1200) || i % 10 == 1;

		snprintf(name, sizeof(name), "%u", i);
		if (i < 1000)
			want = false;
		if (match_set(p, prog_set(p, 1), text_of(name)) != want)
			fail_msg("'%s' in even: want %d", name, want);
	}
	policy_free(p);
}

static void
networks(void **state)
{
	struct policy *p = compile(OWN REST);
	const struct policy_address in = { 4, { 127, 1, 2, 3 } };
	const struct policy_address in6 = { 6, { 0x20, 0x01, 0x0d, 0xb8, 1 } };
	const struct policy_address out = { 4, { 10 } };
	const struct policy_address none = { 0 };

	(void)state;
	assert_true(match_networks(p, prog_set(p, p->own), &in));
	assert_true(match_networks(p, prog_set(p, p->own), &in6));
	assert_false(match_networks(p, prog_set(p, p->own), &out));
	assert_false(match_networks(p, prog_set(p, p->own), &none));
	policy_free(p);
}

int
main(void)
{
	struct CMUnitTest tests[4 + N_ROWS(rows)] = {
		cmocka_unit_test(glob_agrees_with_its_definition),
		cmocka_unit_test(order_is_total),
		cmocka_unit_test(set_has_its_members),
		cmocka_unit_test(networks),
	};
	size_t n = 4;

	ROWS(tests, &n, rows, glob);
	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
