/*
 * test_match.c - globs, sets of names and sets of networks.
 */
#include "compile.h"

#include "../../policy/identity/identity.h"
#include "../../policy/match.h"
#include "../../policy/program/set.h"
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
		if (set_has_text(p, prog_set(p, 1), text_of(name)) != want)
			fail_msg("'%s' in even: want %d", name, want);
	}
	policy_free(p);
}

struct network_row {
	const char *name;
	const char *client;	/* NULL: not known */
	bool want;
};

#define NETWORKS "{ 10.1.0.0/16, 192.0.2.0/25, 10.0.0.5, 10.1.2.0/24, 0.0.0.1, " \
		 "255.255.255.254/31, 2001:db8:1::/48, ::1, 2001:db8:3::/56, ffff:: }"

static const struct network_row network_rows[] = {
	{ "network, a host", "10.0.0.5", true },
	{ "network, before a host", "10.0.0.4", false },
	{ "network, behind a host", "10.0.0.6", false },
	{ "network, its first address", "10.1.0.0", true },
	{ "network, its last address", "10.1.255.255", true },
	{ "network, behind its last", "10.2.0.0", false },
	{ "network, in the smaller of two", "10.1.2.3", true },
	{ "network, prefix that is no whole byte", "192.0.2.127", true },
	{ "network, beyond that prefix", "192.0.2.128", false },
	{ "network, the very first", "0.0.0.1", true },
	{ "network, before the very first", "0.0.0.0", false },
	{ "network, the very last of IPv4", "255.255.255.255", true },
	{ "network, IPv6 host", "::1", true },
	{ "network, IPv6, before", "::", false },
	{ "network, IPv6", "2001:db8:1:ffff::9", true },
	{ "network, IPv6, behind", "2001:db8:2::", false },
	{ "network, IPv6, a longer prefix", "2001:db8:3:ff::1", true },
	{ "network, IPv6, beyond it", "2001:db8:3:100::1", false },
	{ "network, IPv6, the last", "ffff::", true },
	{ "network, IPv6, behind the last", "ffff::1", false },
	{ "network, mapped IPv4", "::ffff:10.0.0.5", true },
	{ "network, not known", NULL, false },
};

static void
network(void **state)
{
	const struct network_row *r = *state;
	struct policy *p = compile("own networks " NETWORKS "\n" REST);
	struct policy_address a = { 0 };

	if (r->client != NULL)
		assert_true(identity_client(r->client, strlen(r->client), &a));
	assert_int_equal(set_has_client(p, prog_set(p, p->own), &a), r->want);
	policy_free(p);
}

/* Nested and disjoint networks, against each of them asked in turn. */
static void
networks_agree_with_a_scan(void **state)
{
	uint64_t seed = 12;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		char text[2048] = "own networks { 127.0.0.1";
		size_t n = strlen(text);
		struct policy_address net[20];
		unsigned prefix[20];
		struct policy *p;

		for (unsigned i = 0; i < 20; i++) {
			net[i] = (struct policy_address){ 4, { 10, (uint8_t)random_below(&seed, 4),
				(uint8_t)random_below(&seed, 4), (uint8_t)random_below(&seed, 4) } };
			prefix[i] = 12 + (unsigned)random_below(&seed, 21);
			n += (size_t)snprintf(text + n, sizeof(text) - n, ", 10.%u.%u.%u/%u",
					      net[i].bytes[1], net[i].bytes[2],
					      net[i].bytes[3], prefix[i]);
		}
		snprintf(text + n, sizeof(text) - n, " }\n" REST);
		p = compile(text);
		for (unsigned i = 0; i < 256; i++) {
			struct policy_address a = { 4, { 10, (uint8_t)(i >> 6),
				(uint8_t)(i >> 3 & 7), (uint8_t)(i & 7) } };
			bool want = false;

			for (unsigned j = 0; j < 20; j++)
				want |= identity_in_network(&a, &net[j], prefix[j]);
			assert_int_equal(set_has_client(p, prog_set(p, p->own), &a), want);
		}
		policy_free(p);
	}
}

int
main(void)
{
	struct CMUnitTest tests[4 + N_ROWS(rows) + N_ROWS(network_rows)] = {
		cmocka_unit_test(glob_agrees_with_its_definition),
		cmocka_unit_test(order_is_total),
		cmocka_unit_test(set_has_its_members),
		cmocka_unit_test(networks_agree_with_a_scan),
	};
	size_t n = 4;

	ROWS(tests, &n, rows, glob);
	ROWS(tests, &n, network_rows, network);
	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
