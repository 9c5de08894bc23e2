/*
 * test_check.c - what is accepted, and what check leaves in the tree.
 *
 * What is refused, and in which words, is in golden/bad/.
 */
#include "compile.h"

#include "../../policy/arena.h"
#include "../../policy/check/check.h"
#include "../../policy/language/parse.h"

#define FOR_ALL "limit all { for outbound mail allow 10 messages/hour else hold }\n"

/* Compiles without an error and without a warning. */
struct good {
	const char *name;
	const char *text;
};

static const struct good goods[] = {
	{ "the least", FOR_ALL },
	{ "clauses in any order",
	  "limit all { else hold allow 1 message/hour by listener "
	  "for outbound mail }" },
	{ "one limit for each class",
	  "limit a { for local mail allow 1 message/hour else hold }"
	  "limit b { for authenticated mail by login allow 1 message/hour "
	  "else tempfail }"
	  "limit c { for relayed mail by client/64 allow 1 message/hour "
	  "else reject \"No\" }" },
	{ "login and client are always there",
	  "limit a { for local mail allow 1 message/hour else hold }"
	  "limit b { for authenticated mail by login, client "
	  "allow 1 message/hour else hold }"
	  "limit c { for relayed mail by client/4:24, listener "
	  "allow 1 message/hour else hold }" },
	{ "other spellings of a window",
	  "limit all { for outbound mail allow 1 message/second, "
	  "20 recipients per minute, 10 messages per 10 minutes, "
	  "1000 recipients per 2 days burst 50 else hold }" },
	{ "as asked for",
	  "limit all { for outbound mail allow 9 messages/day "
	  "else tempfail even local \"Later\" }" },
	{ "reject as asked for", FOR_ALL
	  "limit b { for local mail allow 9 messages/day "
	  "else reject even local \"No\" }" },
	{ "every test", FOR_ALL
	  "set s { \"a@shop.example\", *@b.example, }"
	  "limit b { for outbound mail when not (sender in s or login = alice) "
	  "and (recipients > 5 and recipients < 9 or recipients = 50) or "
	  "client in 192.0.2.0/24 or client = ::1 or sender like \"*@c.example\" "
	  "or uid = 33 or script = 33:contact.php or sender = \"<>\" or "
	  "sender.domain = Shop.Example or listener = SUBMISSION "
	  "allow 1 message/day else observe }" },
	{ "frozen", FOR_ALL "frozen { smtp reject \"No\" local tempfail even local }" },
	{ "sixty-two brackets", FOR_ALL
	  "limit b { for local mail when "
	  "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((uid = 1"
	  "))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))"
	  " allow 1 message/day else hold }" },
	{ "longest burst", "limit all { for outbound mail "
	  "allow 1 message/day burst 52124 else hold }" },
	{ "windows that differ", "limit all { for outbound mail "
	  "allow 30 messages/minute, 100 messages/hour, 300 messages/day "
	  "else hold }" },
};

static void
test_good(void **state)
{
	const struct good *row = *state;
	struct diags *d = diags_new();
	struct policy *p;
	char text[2000];

	snprintf(text, sizeof(text), "%s%s", OWN, row->text);
	p = policy_compile(row->name, text, strlen(text), NULL, d);
	if (p == NULL || diags_warnings(d) != 0) {
		diags_print(d, stderr);
		fail_msg("got %u errors and %u warnings, want none",
			 diags_errors(d), diags_warnings(d));
	}
	policy_free(p);
	diags_free(d);
}

/* A literal means the fact in its normal form. */
struct form {
	const char *name;
	const char *test;
	enum policy_fact fact;
	const char *value;
	bool is_met;
};

static const struct form forms[] = {
	{ "login is folded", "login = \"Alice\"", POLICY_LOGIN, "alice", true },
	{ "login in a set", "login in s", POLICY_LOGIN, "bob", true },
	{ "login not in the set", "login in s", POLICY_LOGIN, "b", false },
	{ "pattern in a set", "login in s", POLICY_LOGIN, "carol.x", true },
	{ "sender is folded", "sender = \"A@Shop.Example.\"", POLICY_SENDER,
	  "a@shop.example", true },
	{ "null sender", "sender = \"<>\"", POLICY_SENDER, "<>", true },
	{ "domain in A-labels", "sender.domain = \"B\xc3\xbc" "cher.example\"",
	  POLICY_DOMAIN, "xn--bcher-kva.example", true },
	{ "pattern is folded", "sender like \"*@SHOP.example\"", POLICY_SENDER,
	  "x@shop.example", true },
	{ "extension is cut, as in the fact", "sender = \"a+b@shop.example\"",
	  POLICY_SENDER, "a@shop.example", true },
	{ "listener keeps its case", "listener = Submission", POLICY_LISTENER,
	  "submission", false },
};

static void
test_form(void **state)
{
	const struct form *row = *state;
	struct policy_facts f = { .class = POLICY_AUTHENTICATED, .recipients = 1 };
	struct policy_plan plan;
	struct policy *p;
	char text[600];

	snprintf(text, sizeof(text), "%s%s set s { BOB, \"Carol*\" }\n"
		 "limit a { for authenticated mail when %s allow 1 message/hour "
		 "else hold }\n", OWN, FOR_ALL, row->test);
	p = compile(text);
	f.text[row->fact] = text_of(row->value);
	policy_eval(p, &f, &plan);
	if ((plan.n == 2) != row->is_met)
		fail_msg("got %u limits, want %d", plan.n, row->is_met ? 2 : 1);
	policy_free(p);
}

static void
test_own_networks_default(void **state)
{
	struct policy_facts f = { .client = { .family = 6, .bytes[15] = 1 } };
	struct diags *d = diags_new();
	struct policy *p = policy_compile("f", FOR_ALL, strlen(FOR_ALL), NULL, d);

	(void)state;
	assert_non_null(p);
	assert_int_equal(diags_warnings(d), 1);
	assert_int_equal(policy_classify(p, false, &f), POLICY_RELAYED);
	f.client = (struct policy_address){ 4, { 127, 1, 2, 3 } };
	assert_int_equal(policy_classify(p, false, &f), POLICY_RELAYED);
	f.client.bytes[0] = 128;
	assert_int_equal(policy_classify(p, false, &f), POLICY_INBOUND);
	policy_free(p);
	diags_free(d);
}

/* With any amount of memory the tree is whole, or the arena says it is not. */
static void
test_little_memory(void **state)
{
	const char *text = OWN FOR_ALL "set s { a, b, c, \"d*\", e }\n"
		"limit b { for authenticated mail when not login in s and "
		"recipients > 5 or sender in t by login, client/64 "
		"allow 1 message/hour, 2 recipients/hour else hold \"x\" }\n";
	bool was_full = true;

	(void)state;
	for (size_t max = 0; max < 8192; max += 16) {
		struct arena *a = arena_new(max);
		struct diags *d = diags_new();
		struct ast_policy *tree;

		tree = parse_policy("f", text, strlen(text), NULL, a, d);
		assert_int_equal(diags_errors(d), 0);
		if (!arena_is_full(a))
			check_policy(tree, a, d);
		was_full = arena_is_full(a);
		if (!was_full)
			assert_int_equal(diags_errors(d), 1);
		arena_free(a);
		diags_free(d);
	}
	assert_false(was_full);
}

static void
test_too_long(void **state)
{
	size_t len = ((size_t)16 << 20) + 1;
	struct diags *d = diags_new();
	char *text = calloc(1, len);

	(void)state;
	assert_non_null(text);
	assert_null(policy_compile("f", text, len, NULL, d));
	assert_int_equal(diags_errors(d), 1);
	free(text);
	diags_free(d);
}

static void
test_window_text(void **state)
{
	struct policy_window w = { .count = 30, .period_us = 60000000 };
	char text[40];

	(void)state;
	assert_int_equal(policy_window_text(&w, text, sizeof(text)), 9);
	assert_string_equal(text, "30/minute");
	w.unit = POLICY_RCPTS;
	w.period_us = UINT64_C(600000000);
	policy_window_text(&w, text, sizeof(text));
	assert_string_equal(text, "30 recipients per 10 minutes");
	assert_int_equal(policy_window_text(&w, text, 5), 4);
	assert_string_equal(text, "30 r");
}

static void
test_period_text(void **state)
{
	static const struct { uint64_t seconds; const char *want; } periods[] = {
		{ 1, "1 second" }, { 90, "90 seconds" }, { 60, "1 minute" },
		{ 5400, "90 minutes" }, { 3600, "1 hour" },
		{ 129600, "36 hours" }, { 604800, "7 days" },
	};
	char text[POLICY_PERIOD_MAX];

	(void)state;
	for (size_t i = 0; i < N_ROWS(periods); i++) {
		policy_period_text(periods[i].seconds * 1000000, text,
				   sizeof(text));
		assert_string_equal(text, periods[i].want);
	}
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(goods) + N_ROWS(forms) + 5];
	size_t n = 0;

	ROWS(tests, &n, goods, test_good);
	ROWS(tests, &n, forms, test_form);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_own_networks_default);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_little_memory);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_too_long);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_window_text);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_period_text);
	return _cmocka_run_group_tests("check", tests, n, NULL, NULL);
}
