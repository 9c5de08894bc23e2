/*
 * test_emit.c - each construct becomes the code and the tables it should.
 *
 * That the program means what its tree says is asked of random ones in
 * tests/property; here it is looked at.
 */
#include "compile.h"

#include "../../policy/arena.h"
#include "../../policy/check/check.h"
#include "../../policy/language/parse.h"
#include "../../policy/program/emit.h"
#include "../../policy/match.h"
#include "../../policy/program/set.h"
#include "../../policy/program/verify.h"

#define MEMORY ((size_t)256 << 20)

/* The linker puts this before calloc: the one that is to fail does. */
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
static unsigned fails_in;	/* so many calls from now; 0: never */

void *
__wrap_calloc(size_t n, size_t size)
{
	if (fails_in > 0 && --fails_in == 0)
		return NULL;
	return __real_calloc(n, size);
}

/* What stands in the dump of text between two strings, to NULL: its end; freed by
 * the caller. */
static char *
dumped(const char *text, const char *from, const char *to)
{
	struct policy *p = compile(text);
	char *whole = NULL, *begin, *end;
	size_t size;
	FILE *out = open_memstream(&whole, &size);

	assert_non_null(out);
	policy_dump(p, out);
	fclose(out);
	policy_free(p);
	begin = strstr(whole, from);
	if (begin == NULL)
		fail_msg("no '%s' in '%s'", from, whole);
	begin += strlen(from);
	end = to == NULL ? begin + strlen(begin) : strstr(begin, to);
	if (end == NULL)
		fail_msg("no '%s' in '%s'", to, whole);
	begin = strndup(begin, (size_t)(end - begin));
	free(whole);
	return begin;
}

struct row {
	const char *name;
	const char *text;
	const char *want;
};

static void
check_dump(const struct row *r, const char *before, const char *behind,
	   const char *from, const char *to)
{
	char text[2048], *got;

	snprintf(text, sizeof(text), OWN "set s { a, \"b*\" }\nset n { 10.0.0.0/8 }\n"
		 "%s%s%s" REST, before, r->text, behind);
	got = dumped(text, from, to);
	if (strcmp(got, r->want) != 0)
		fail_msg("got '%s', want '%s'", got, r->want);
	free(got);
}

/* The label behind the class is the way around the limit. */
#define CODE(test) "L1\n        " test "\n        "
#define CODE_OR(tests) "L2\n        " tests "\nL1:     "

static const struct row conditions[] = {
	{ "equal text", "sender = \"a@b.test\"", CODE("sender = \"a@b.test\"  else L1") },
	{ "like", "sender like \"*@b.test\"", CODE("sender like \"*@b.test\"  else L1") },
	{ "in a set", "listener in s", CODE("listener in s  else L1") },
	{ "in a set of networks", "client in n", CODE("client in n  else L1") },
	{ "in a network", "client in 10.1.2.3", CODE("client in { 10.1.2.3 }  else L1") },
	{ "is an address", "client = 10.1.2.3", CODE("client in { 10.1.2.3 }  else L1") },
	{ "equal number", "recipients = 5", CODE("recipients = 5  else L1") },
	{ "more", "recipients > 5", CODE("recipients > 5  else L1") },
	{ "less", "recipients < 5", CODE("recipients < 5  else L1") },
	{ "at least", "recipients >= 5", CODE("recipients < 5  then L1") },
	{ "at most", "recipients <= 5", CODE("recipients > 5  then L1") },
	{ "not at most", "not recipients <= 5", CODE("recipients > 5  else L1") },
	{ "during", "time 20:00-07:30", CODE("time 20:00-07:30  else L1") },
	{ "until midnight", "time 08:05-24:00", CODE("time 08:05-24:00  else L1") },
	{ "on a day", "day sat", CODE("day sat  else L1") },
	{ "on days, of any order", "day sat, friday, sun", CODE("day sun, fri, sat  else L1") },
	{ "header", "header \"X-Spam\" = yes", CODE("header \"x-spam\" = \"yes\"  else L1") },
	{ "header like", "header \"X-Spam\" like \"y*\"", CODE("header \"x-spam\" like \"y*\"  else L1") },
	{ "header in a set", "header \"X-Spam\" in s", CODE("header \"x-spam\" in s  else L1") },
	{ "not", "not listener = a", CODE("listener = \"a\"  then L1") },
	{ "and", "listener = a and day sun",
	  CODE("listener = \"a\"  else L1\n        day sun  else L1") },
	{ "or", "listener = a or day sun",
	  CODE_OR("listener = \"a\"  then L1\n        day sun  else L2") },
	{ "not both", "not (listener = a and day sun)",
	  CODE_OR("listener = \"a\"  else L1\n        day sun  then L2") },
};

static void
condition(void **state)
{
	check_dump(*state, "limit x { for relayed mail when ",
		   " allow 10 messages/hour else hold }\n",
		   "class relayed  else ", "charge x");
}

#define DUMPED(clause) "            " clause "\n"

static const struct row clauses[] = {
	{ "nothing more", "allow 10 messages/hour else hold",
	  DUMPED("allow 10 messages/hour") DUMPED("else hold") },
	{ "keys", "by login, sender allow 10 messages/hour else hold",
	  DUMPED("by login, sender") DUMPED("allow 10 messages/hour") DUMPED("else hold") },
	{ "IPv6 key", "by client allow 1 messages/hour else hold",
	  DUMPED("by client/64") DUMPED("allow 1 messages/hour") DUMPED("else hold") },
	{ "IPv4 key", "by client/4:24 allow 1 messages/hour else hold",
	  DUMPED("by client/4:24") DUMPED("allow 1 messages/hour") DUMPED("else hold") },
	{ "a key with a name, and a header",
	  "by sender.domain or \"none\", header \"X-A\" allow 1 messages/hour else hold",
	  DUMPED("by sender.domain or \"none\", header \"x-a\"") DUMPED("allow 1 messages/hour")
	  DUMPED("else hold") },
	{ "windows", "allow 10 messages/hour burst 5, 90 recipients per 10 minutes else hold",
	  DUMPED("allow 10 messages/hour burst 5, 90 recipients per 10 minutes")
	  DUMPED("else hold") },
	{ "warn", "allow 10 messages/hour warn at 80% else hold",
	  DUMPED("allow 10 messages/hour") DUMPED("warn at 80%") DUMPED("else hold") },
	{ "reply", "allow 10 messages/hour else tempfail \"Wait\"",
	  DUMPED("allow 10 messages/hour") DUMPED("else tempfail \"Wait\"") },
	{ "budget", "allow 10 messages/hour else hold up to 9 messages/day then reject",
	  DUMPED("allow 10 messages/hour") DUMPED("else hold up to 9 messages/day then reject") },
	{ "budget of recipients, and a reply", "allow 10 messages/hour else hold up to "
	  "9 recipients per 2 days then tempfail \"No\"",
	  DUMPED("allow 10 messages/hour")
	  DUMPED("else hold up to 9 recipients per 2 days then tempfail \"No\"") },
	{ "strikes", "allow 10 messages/hour else hold freeze after 200 refusals in 10 minutes",
	  DUMPED("allow 10 messages/hour") DUMPED("else hold")
	  DUMPED("freeze after 200 refusals in 10 minutes") },
	{ "one strike, for some time", "allow 10 messages/hour else hold "
	  "freeze after 1 refusal in 1 hour for 2 days",
	  DUMPED("allow 10 messages/hour") DUMPED("else hold")
	  DUMPED("freeze after 1 refusal in 1 hour for 2 days") },
};

static void
clause(void **state)
{
	check_dump(*state, "limit x { for authenticated mail ", " }\n", "charge x\n", "\nL1:");
}

static const struct row sites[] = {
	{ "usual site", "", "recipient delimiter \"+\"\nnodes 1\n"
	  "frozen { local hold   smtp tempfail }\n"
	  "outage { local hold   smtp tempfail   lease 1 minute }\n" },
	{ "all of a site", "nodes 3 two-person recipient delimiter \"+-\" "
	  "frozen { local reject even local \"A\" smtp hold } "
	  "outage { local tempfail even local smtp reject \"B\" lease 90 seconds }\n",
	  "recipient delimiter \"+-\"\nnodes 3\ntwo-person\n"
	  "frozen { local reject \"A\"   smtp hold }\n"
	  "outage { local tempfail   smtp reject \"B\"   lease 90 seconds }\n" },
	{ "no delimiter", "recipient delimiter none\n", "recipient delimiter none\nnodes 1\n"
	  "frozen { local hold   smtp tempfail }\n"
	  "outage { local hold   smtp tempfail   lease 1 minute }\n" },
};

static void
site(void **state)
{
	check_dump(*state, "", "", "::/32 }\n", "set s");
}

static const struct row sets[] = {
	{ "names in order", "set m { c, a, b, aa }", "{ \"a\", \"aa\", \"b\", \"c\" }" },
	{ "names, each once", "set m { b, a, b, a, a }", "{ \"a\", \"b\" }" },
	{ "globs behind, as they came", "set m { \"z*\", b, \"a*\" }", "{ \"b\", \"z*\", \"a*\" }" },
	{ "networks in order", "set m { 2001:db8::/32, 10.1.0.0/16, 9.0.0.1 }",
	  "{ 9.0.0.1, 10.1.0.0/16, 2001:db8::/32 }" },
	{ "networks in others", "set m { 10.1.2.0/24, 10.0.0.0/8, 10.1.0.0/16, 11.0.0.1, "
	  "10.1.2.3, 11.0.0.1 }", "{ 10.0.0.0/8, 11.0.0.1 }" },
	{ "networks side by side", "set m { 10.128.0.0/9, 10.0.0.0/9 }",
	  "{ 10.0.0.0/9, 10.128.0.0/9 }" },
	{ "a network by one of its hosts", "set m { 10.1.2.3/8, 2001:db8::1/33 }",
	  "{ 10.0.0.0/8, 2001:db8::/33 }" },
};

static void
set(void **state)
{
	check_dump(*state, "", "\n", "set m ", "\n");
}

/* Exemptions stand before the limits, those from a freeze in their own part. */
static void
parts_are_in_order(void **state)
{
	static const char want[] =
		"        class authenticated  else L1\n"
		"        login = \"a\"  else L1\n"
		"        charge exempt one\n"
		DUMPED("allow 1 messages/hour") DUMPED("else hold")
		"        done\n\n"
		"L1:     class local authenticated relayed  else L2\n"
		"        charge rest\n"
		DUMPED("allow 1000 messages/hour") DUMPED("else tempfail")
		"\nL2:     done\n\n"
		"frozen: class relayed  else L3\n"
		"        client in { 10.0.0.1 }  else L3\n"
		"        charge exempt two\n"
		DUMPED("allow 2 messages/hour") DUMPED("else hold")
		"        done\n\n"
		"L3:     done\n";
	char *got = dumped(OWN REST "exempt one { for authenticated mail when login = a "
			   "allow 1 messages/hour else hold }\n"
			   "frozen { exempt two { for relayed mail when client in 10.0.0.1 "
			   "allow 2 messages/hour else hold } }\n", "\n\n", NULL);

	(void)state;
	assert_string_equal(got, want);
	free(got);
}

static struct ast_policy *
tree_of(const char *text, struct arena *a)
{
	struct diags *d = diags_new();
	struct ast_policy *tree;

	assert_non_null(d);
	tree = parse_policy("test.policy", text, strlen(text), NULL, a, d);
	assert_non_null(tree);
	check_policy(tree, a, d);
	diags_print(d, stderr);
	assert_int_equal(diags_errors(d), 0);
	diags_free(d);
	return tree;
}

static const char rich[] =
	OWN "set s { a, b, \"c*\" }\nset n { 10.0.0.0/8 }\n"
	"limit x { for authenticated mail when listener in s or client in n by login, "
	"header \"X-A\" or \"none\" allow 1 messages/hour else hold up to 1 messages/day "
	"then reject freeze after 1 refusal in 1 hour }\n"
	"exempt e { for authenticated mail when login = a allow 1 messages/hour "
	"else hold }\n" REST;

/* With any amount of memory there is a program or there is none. */
static void
memory_may_end_anywhere(void **state)
{
	struct arena *a = arena_new(MEMORY);
	struct ast_policy *tree;
	struct policy *p = NULL;

	(void)state;
	assert_non_null(a);
	tree = tree_of(rich, a);
	for (size_t max = 0; p == NULL && max < (1 << 20); max += 8) {
		struct arena *small = arena_new(max);

		assert_non_null(small);
		p = emit_policy(tree, small);
		assert_int_equal(p == NULL, arena_is_full(small));
		arena_free(small);
	}
	assert_non_null(p);
	policy_free(p);
	arena_free(a);
}

static void
any_allocation_may_fail(void **state)
{
	struct arena *a = arena_new(MEMORY);
	struct ast_policy *tree;
	struct policy *p = NULL;
	unsigned failed = 0;

	(void)state;
	assert_non_null(a);
	tree = tree_of(rich, a);
	for (unsigned i = 1; p == NULL; i++) {
		struct arena *fresh = arena_new(MEMORY);

		assert_non_null(fresh);
		fails_in = i;
		p = emit_policy(tree, fresh);
		failed += fails_in == 0;
		fails_in = 0;
		arena_free(fresh);
	}
	assert_true(failed >= 2);	/* of the arena, and of the block */
	policy_free(p);
	arena_free(a);
}

static void
dump_says_that_it_has_no_memory(void **state)
{
	struct policy *p = compile(rich);
	char text[128] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(out);
	fails_in = 1;
	policy_dump(p, out);
	fclose(out);
	assert_string_equal(text, "out of memory: there is no room to print the policy\n");
	policy_free(p);
}

/* A tree of n limits whose last is the only one that is not for local mail, and
 * a set of n_values names. */
static struct ast_policy *
large_tree(struct arena *a, unsigned n, unsigned n_values)
{
	struct ast_policy *tree = tree_of(OWN REST "set s { a }\n"
					  "limit x { for relayed mail when listener in s "
					  "allow 1 messages/hour else hold }\n", a);
	struct ast_limit *first = tree->limits, *l;
	struct ast_value *v;

	for (unsigned i = 2; i < n; i++) {
		l = arena_copy(a, first, sizeof(*first));
		l->classes = 1 << POLICY_LOCAL;
		first->next = l;
	}
	for (unsigned i = 1; i < n_values; i++) {
		char name[16];
		size_t len = (size_t)snprintf(name, sizeof(name), "%u@x", i * 7919u);

		v = arena_copy(a, tree->sets->values, sizeof(*v));
		v->word.text = (struct policy_text){ arena_copy(a, name, len), len };
		v->next = tree->sets->values;
		tree->sets->values = v;
	}
	return tree;
}

/* As large as the language lets it be. */
static void
large_policies_fit(void **state)
{
	struct arena *a = arena_new(2 * MEMORY), *b = arena_new(MEMORY);
	struct ast_policy *tree;
	struct policy *p;

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	tree = large_tree(a, AST_LIMITS_MAX, AST_VALUES_MAX);
	p = emit_policy(tree, b);
	assert_non_null(p);
	assert_null(verify(p, p->size));
	assert_int_equal(policy_limits(p), AST_LIMITS_MAX);
	assert_int_equal(prog_set(p, 1)->n_names, AST_VALUES_MAX);
	assert_true(set_has_text(p, prog_set(p, 1), text_of("7919@x")));
	assert_false(set_has_text(p, prog_set(p, 1), text_of("7918@x")));
	policy_free(p);
	arena_free(a);
	arena_free(b);
}

int
main(void)
{
	struct CMUnitTest tests[5 + N_ROWS(conditions) + N_ROWS(clauses) + N_ROWS(sites) +
				N_ROWS(sets)] = {
		cmocka_unit_test(parts_are_in_order),
		cmocka_unit_test(memory_may_end_anywhere),
		cmocka_unit_test(any_allocation_may_fail),
		cmocka_unit_test(dump_says_that_it_has_no_memory),
		cmocka_unit_test(large_policies_fit),
	};
	size_t n = 5;

	ROWS(tests, &n, conditions, condition);
	ROWS(tests, &n, clauses, clause);
	ROWS(tests, &n, sites, site);
	ROWS(tests, &n, sets, set);
	return cmocka_run_group_tests_name("emit", tests, NULL, NULL);
}
