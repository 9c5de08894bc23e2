/*
 * test_solve.c - can there be a message like that?
 *
 * By hand, and against the evaluator: what it finds among many messages the
 * solver must not deny, and what the solver has found must be met.
 */
#include "compile.h"

#include "../../policy/arena.h"
#include "../../policy/check/check.h"
#include "../../policy/identity/identity.h"
#include "../../policy/language/parse.h"
#include "../../policy/proof/solve.h"

#define ROOM ((size_t)1 << 24)

/* A policy whose first limit has the condition. */
struct problem {
	char text[6000];
	struct arena *arena;
	struct diags *d;
	struct ast_policy *tree;
	struct solver *solver;
};

static void
pose(struct problem *p, const char *mail, const char *when)
{
	snprintf(p->text, sizeof(p->text), "own networks { 127.0.0.0/8, "
		 "192.0.2.0/24 }\nset few { anna, bert }\nset some { \"a*\", b }\n"
		 "limit a { for %s mail when %s allow 9 messages/hour "
		 "else observe }\n"
		 "limit all { for outbound mail allow 9 messages/hour "
		 "else hold }\n", mail, when);
	p->arena = arena_new(ROOM);
	p->d = diags_new();
	p->tree = parse_policy("p", p->text, strlen(p->text), NULL, p->arena,
			       p->d);
	check_policy(p->tree, p->arena, p->d);
	if (diags_errors(p->d) != 0) {
		diags_print(p->d, stderr);
		fail_msg("'%s' has errors", when);
	}
	p->solver = solver_new(p->tree, p->arena);
	assert_non_null(p->solver);
}

static void
drop(struct problem *p)
{
	arena_free(p->arena);
	diags_free(p->d);
}

static enum solve_answer
ask(struct problem *p, enum policy_class class, bool is_met, bool is_stranger,
    unsigned long steps)
{
	struct solve_term term = { p->tree->limits->when, NULL, is_met };
	struct solve_question q = { class, &term, 1, is_stranger, steps };

	return solve(p->solver, &q);
}

struct row {
	const char *name;
	const char *mail;
	const char *when;
	bool is_possible, is_avoidable, is_for_strangers;
};

#define A "authenticated"

static const struct row rows[] = {
	{ "a login", A, "login = anna", true, true, false },
	{ "two logins", A, "login = anna and login = bert", false, true, false },
	{ "one of two", A, "login = anna or not login = anna", true, false, true },
	{ "in a set, and not a member", A,
	  "login in few and not (login = anna or login = bert)",
	  false, true, false },
	{ "in a set of patterns, and no member", A,
	  "login in some and not login = b", true, true, false },
	{ "a member that fits the pattern", A, "login = anna and login in some",
	  true, true, false },
	{ "a member that does not", A, "login = carla and login in some",
	  false, true, false },
	{ "a pattern, and a name", A, "sender like \"*@a\" and sender = \"x@b\"",
	  false, true, false },
	{ "a pattern for all", A, "sender like \"?*\"", true, false, true },
	{ "numbers apart", A, "recipients > 5 and recipients < 6", false, true,
	  false },
	{ "numbers that meet", A, "recipients >= 5 and recipients <= 5", true,
	  true, true },
	{ "less than one", A, "recipients < 1", false, true, false },
	{ "the most", A, "recipients > 4294967294", true, true, true },
	{ "the hours", A, "time 22:00-06:00 and time 06:00-23:00", true, true,
	  true },
	{ "hours apart", A, "time 22:00-06:00 and time 06:00-22:00", false, true,
	  false },
	{ "to the end of the day", A, "time 12:00-24:00 or time 00:00-12:00",
	  true, false, true },
	{ "a day", A, "day sat, sun and day mon, sun", true, true, true },
	{ "days apart", A, "day sat, sun and day mon", false, true, false },
	{ "networks", A, "client in 10.0.0.0/8 and not client in 10.0.0.0/9",
	  true, true, false },
	{ "a network in two halves", A, "client in 10.0.0.0/8 and not client in "
	  "10.0.0.0/9 and not client in 10.128.0.0/9", false, true, false },
	{ "the whole internet", A, "client in 0.0.0.0/0 or client in ::/0", true,
	  false, true },
	{ "up to the last address", A,
	  "client in ffff::/16 and not client in ffff::/17", true, true, false },
	{ "relayed from elsewhere", "relayed", "client in 10.0.0.0/8", false,
	  true, false },
	{ "relayed from all of ours", "relayed",
	  "client in 127.0.0.0/8 or client in 192.0.2.0/24", true, false, false },
	{ "no domain but the null sender's", A,
	  "sender.domain like \"*\" and sender = \"<>\"", false, true, false },
	{ "the domain of a sender", A,
	  "sender = \"a@b.example\" and not sender.domain = b.example", false,
	  true, false },
	{ "a script may be missing", "local", "script like \"*\"", true, true,
	  true },
	{ "a uid may be missing", "local", "uid like \"*\"", true, true, true },
	{ "a header", "local", "header \"X-A\" = a and header \"x-a\" = b", false,
	  true, false },
	{ "two headers", "local", "header \"X-A\" = a and header \"x-b\" = b",
	  true, true, true },
};

static void
expect(const char *what, enum solve_answer got, bool want)
{
	if (got != (want ? SOLVE_YES : SOLVE_NO))
		fail_msg("%s: got %d, want %d", what, got, want);
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	enum policy_class class = strcmp(row->mail, "local") == 0 ? POLICY_LOCAL :
				  strcmp(row->mail, "relayed") == 0 ?
				  POLICY_RELAYED : POLICY_AUTHENTICATED;
	struct problem p;

	pose(&p, row->mail, row->when);
	expect("met", ask(&p, class, true, false, 1000), row->is_possible);
	expect("not met", ask(&p, class, false, false, 1000), row->is_avoidable);
	expect("met by a stranger", ask(&p, class, true, true, 1000),
	       row->is_for_strangers);
	drop(&p);
}

/* Of a set of many values it is not asked which: it may match, or not. */
static void
test_large_set(void **state)
{
	size_t len = 0;
	struct problem p;
	char when[4000];
	bool is_taken;

	(void)state;
	len += (size_t)snprintf(when, sizeof(when), "not login = u1 or login in "
				"many allow 9 messages/hour else observe }\n"
				"set many { u0");
	for (int i = 1; i < 100; i++)
		len += (size_t)snprintf(when + len, sizeof(when) - len, ", u%d", i);
	snprintf(when + len, sizeof(when) - len, " }\nlimit b { for " A " mail "
		 "when recipients > 5 ");
	pose(&p, A, when);
	expect("not met", ask(&p, POLICY_AUTHENTICATED, false, false, 1000), true);
	assert_int_equal(solve_found(p.solver, POLICY_LOGIN).kind, SOLVE_IS);
	assert_non_null(solve_taken(p.solver, 0, &is_taken));
	assert_false(is_taken);
	assert_null(solve_taken(p.solver, 1, &is_taken));
	drop(&p);
}

/* "s0*" and "s1*" and ... and not all of them: each has to be tried. */
static void
test_steps(void **state)
{
	char when[3000] = "not (";
	size_t len = strlen(when);
	struct problem p;

	(void)state;
	for (int i = 0; i < 24; i++)
		len += (size_t)snprintf(when + len, sizeof(when) - len,
			"%s(sender like \"a%d*\" or sender like \"b%d*\")",
			i == 0 ? "" : " and ", i, i);
	len += (size_t)snprintf(when + len, sizeof(when) - len, ")");
	for (int i = 0; i < 24; i++)
		len += (size_t)snprintf(when + len, sizeof(when) - len,
			" and (sender like \"a%d*\" or sender like \"b%d*\")",
			i, i);
	pose(&p, A, when);
	assert_int_equal(ask(&p, POLICY_AUTHENTICATED, true, false, 20000),
			 SOLVE_UNKNOWN);
	assert_int_equal(ask(&p, POLICY_AUTHENTICATED, true, false, 0),
			 SOLVE_UNKNOWN);
	assert_int_equal(ask(&p, POLICY_AUTHENTICATED, false, false, 20000),
			 SOLVE_YES);
	drop(&p);
}

/* Chance */

static uint64_t seed = 88172645463325252;

static unsigned
below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 20) % n;
}

static const char *const tests[] = {
	"login = anna", "login = bert", "login in few", "login in some",
	"login like \"a*\"", "sender = \"<>\"", "sender = \"a@x.example\"",
	"sender like \"*@x.example\"", "sender.domain = x.example",
	"sender.domain like \"*\"", "recipients > 2", "recipients < 3",
	"recipients = 2", "recipients >= 4", "time 20:00-08:00",
	"time 08:00-12:00", "day sat, sun", "day mon", "client in 10.0.0.0/8",
	"client in 10.1.0.0/16", "header \"X-A\" = a", "header \"X-A\" like \"*\"",
};

static size_t
put_expr(char *out, size_t size, unsigned depth)
{
	size_t len;

	if (depth == 0 || below(4) == 0)
		return (size_t)snprintf(out, size, "%s%s",
					below(3) == 0 ? "not " : "",
					tests[below(N_ROWS(tests))]);
	len = (size_t)snprintf(out, size, "(");
	len += put_expr(out + len, size - len, depth - 1);
	len += (size_t)snprintf(out + len, size - len, " %s ",
				below(2) == 0 ? "and" : "or");
	len += put_expr(out + len, size - len, depth - 1);
	return len + (size_t)snprintf(out + len, size - len, ")");
}

static const char *
one_of(const char *const *list, unsigned n)
{
	return list[below(n)];
}

static void
set_sender(struct policy_facts *f, struct policy_text sender)
{
	f->text[POLICY_SENDER] = sender;
	f->text[POLICY_DOMAIN] = identity_domain_of(sender.p, sender.len);
}

static void
some_message(struct policy_facts *f)
{
	static const char *const logins[] = { "anna", "bert", "carla", "b", "ada" };
	static const char *const senders[] = { "<>", "a@x.example",
		"b@x.example", "a@y.example", "root" };
	static const char *const values[] = { NULL, "a", "b" };

	*f = (struct policy_facts){ .class = POLICY_AUTHENTICATED,
		.recipients = 1 + below(6), .minute = (uint16_t)below(1440),
		.weekday = (uint8_t)below(7),
		.client = { 4, { below(2) != 0 ? 10 : 11, (uint8_t)below(2) } } };
	f->text[POLICY_LOGIN] = text_of(one_of(logins, 5));
	f->text[POLICY_LISTENER] = text_of("smtpd");
	set_sender(f, text_of(one_of(senders, 5)));
	f->text[POLICY_HEADER] = text_of(one_of(values, 3));
}

/* Makes of f the message that was found. */
static void
take_found(const struct solver *s, struct policy_facts *f)
{
	for (int i = 0; i < POLICY_FACT_IDS; i++) {
		enum policy_fact fact = (enum policy_fact)i;
		struct solve_value v = solve_found(s, fact);
		struct policy_text text = { NULL, 0 };

		if (v.kind == SOLVE_ANY)
			continue;
		if (v.kind == SOLVE_OTHER)
			text = text_of(fact == POLICY_SENDER ? "o@other.example" :
				       "other.example");
		if (v.kind == SOLVE_IS)
			text = v.text;
		if (fact == POLICY_SENDER)
			set_sender(f, text);
		else
			f->text[fact] = text;
		if (fact == POLICY_CLIENT)
			f->client = v.client;
		if (fact == POLICY_RECIPIENTS)
			f->recipients = v.low;
		if (fact == POLICY_TIME)
			f->minute = (uint16_t)v.low;
		if (fact == POLICY_DAY)
			f->weekday = (uint8_t)v.low;
	}
}

static bool
is_met(const struct policy *policy, const struct policy_facts *f)
{
	struct policy_plan plan;

	policy_eval(policy, f, &plan);
	return plan.n == 2;
}

static void
try_condition(const char *when)
{
	bool is_taken, is_found = false;
	struct policy_facts f;
	struct problem p;
	struct policy *policy;

	pose(&p, A, when);
	policy = compile(p.text);
	for (int i = 0; i < 300 && !is_found; i++) {
		some_message(&f);
		is_found = is_met(policy, &f);
	}
	switch (ask(&p, POLICY_AUTHENTICATED, true, false, 100000)) {
	case SOLVE_NO:
		if (is_found)
			fail_msg("'%s' was denied", when);
		break;
	case SOLVE_YES:
		take_found(p.solver, &f);
		if (solve_taken(p.solver, 0, &is_taken) == NULL &&
		    !is_met(policy, &f))
			fail_msg("'%s' is not met by what was found", when);
		break;
	case SOLVE_UNKNOWN:
		fail_msg("'%s' takes too long", when);
	}
	policy_free(policy);
	drop(&p);
}

static void
test_chance(void **state)
{
	char when[2000];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		put_expr(when, sizeof(when), 1 + below(4));
		try_condition(when);
	}
}

int
main(void)
{
	struct CMUnitTest list[N_ROWS(rows) + 3];
	size_t n = 0;

	ROWS(list, &n, rows, test_row);
	list[n++] = (struct CMUnitTest)cmocka_unit_test(test_large_set);
	list[n++] = (struct CMUnitTest)cmocka_unit_test(test_steps);
	list[n++] = (struct CMUnitTest)cmocka_unit_test(test_chance);
	return _cmocka_run_group_tests("solve", list, n, NULL, NULL);
}
