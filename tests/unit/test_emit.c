/*
 * test_emit.c - the program agrees with the tree it was made of.
 */
#include "compile.h"

#include "../../policy/arena.h"
#include "../../policy/program/emit.h"
#include "../../policy/program/match.h"
#include "../../policy/program/verify.h"
#include "random.h"

#define TREES 2000
#define MESSAGES 20
#define LIMITS 6
#define MEMORY ((size_t)1 << 20)

static const char *const words[] = { "a", "b", "ab", "ba" };
static const char *const globs[] = { "*", "a*", "*b", "?" };

struct maker {
	uint64_t seed;
	struct arena *a;
	struct ast_policy *tree;
};

static void *
make(struct maker *m, size_t size)
{
	void *p = arena_alloc(m->a, size);

	assert_non_null(p);
	return p;
}

static uint64_t
pick(struct maker *m, uint64_t n)
{
	return random_below(&m->seed, n);
}

static struct ast_value *
make_value(struct maker *m, enum ast_value_kind kind)
{
	struct ast_value *v = make(m, sizeof(*v));
	const char *const *from = kind == AST_GLOB ? globs : words;

	v->kind = kind;
	v->word.text = text_of(from[pick(m, 4)]);
	v->net = (struct policy_address){ 4, { 10, (uint8_t)pick(m, 2) } };
	v->prefix = 15 + (unsigned)pick(m, 2);
	return v;
}

static struct ast_set *
make_set(struct maker *m)
{
	struct ast_set *s = make(m, sizeof(*s));

	s->name.text = text_of("s");
	for (uint64_t n = pick(m, 4); n > 0; n--) {
		struct ast_value *v = make_value(m, (enum ast_value_kind)pick(m, 3));

		v->next = s->values;
		s->values = v;
	}
	s->next = m->tree->sets;
	m->tree->sets = s;
	return s;
}

static struct ast_expr *
make_test(struct maker *m)
{
	static const enum ast_op ops[] = { AST_EQUAL, AST_LIKE, AST_IN, AST_ABOVE, AST_BELOW };
	struct ast_expr *x = make(m, sizeof(*x));

	x->op = ops[pick(m, N_ROWS(ops))];
	x->fact = POLICY_SENDER;
	x->number = pick(m, 4);
	if (x->op == AST_ABOVE || x->op == AST_BELOW || (x->op == AST_EQUAL && pick(m, 2)))
		x->fact = POLICY_RECIPIENTS;
	else if (x->op == AST_IN && pick(m, 2))
		x->fact = POLICY_CLIENT;
	if (x->op == AST_IN && x->fact == POLICY_CLIENT && pick(m, 2))
		x->value = make_value(m, AST_NETWORK);
	else if (x->op == AST_IN)
		x->set = make_set(m);
	else if (x->fact == POLICY_SENDER)
		x->value = make_value(m, x->op == AST_LIKE ? AST_GLOB : AST_NAME);
	return x;
}

static struct ast_expr *
make_expr(struct maker *m, unsigned depth)
{
	static const enum ast_op ops[] = { AST_AND, AST_OR, AST_NOT };
	struct ast_expr *x;

	if (depth == 0 || pick(m, 4) == 0)
		return make_test(m);
	x = make(m, sizeof(*x));
	x->op = ops[pick(m, N_ROWS(ops))];
	x->left = make_expr(m, depth - 1);
	if (x->op != AST_NOT)
		x->right = make_expr(m, depth - 1);
	return x;
}

static struct ast_limit *
make_limit(struct maker *m)
{
	struct ast_limit *l = make(m, sizeof(*l));

	l->name.text = text_of("l");
	l->classes = (unsigned)pick(m, 1 << POLICY_CLASSES);
	if (pick(m, 4) > 0)
		l->when = make_expr(m, 5);
	for (uint64_t n = pick(m, 3); n > 0; n--) {
		struct ast_key *k = make(m, sizeof(*k));

		k->fact = pick(m, 2) ? POLICY_SENDER : POLICY_CLIENT;
		k->next = l->by;
		l->by = k;
	}
	l->allow = make(m, sizeof(*l->allow));
	l->allow->count = l->allow->burst = 5;
	l->allow->period_us = 1000000;
	return l;
}

static void
make_tree(struct maker *m, struct ast_policy *tree)
{
	*tree = (struct ast_policy){ .limits = NULL };
	m->tree = tree;
	for (unsigned i = 0; i < LIMITS; i++) {
		struct ast_limit *l = make_limit(m);

		l->next = tree->limits;
		tree->limits = l;
	}
}

static bool
is_value(const struct ast_value *v, const struct ast_expr *x,
	 const struct policy_facts *f)
{
	struct policy_text t = f->text[POLICY_SENDER];

	if (x->fact == POLICY_CLIENT)	/* 10.a/15 or 10.a/16 */
		return v->kind == AST_NETWORK && f->client.family == 4 &&
		       (v->prefix == 15 || f->client.bytes[1] == v->net.bytes[1]);
	if (t.p == NULL || v->kind == AST_NETWORK)
		return false;
	if (v->kind == AST_GLOB)
		return match_glob(v->word.text, t);
	return v->word.text.len == t.len && memcmp(v->word.text.p, t.p, t.len) == 0;
}

/* What the tree says, read as people read it. */
static bool
is_true(const struct ast_expr *x, const struct policy_facts *f)
{
	bool is_found = false;

	switch (x->op) {
	case AST_AND:
		return is_true(x->left, f) && is_true(x->right, f);
	case AST_OR:
		return is_true(x->left, f) || is_true(x->right, f);
	case AST_NOT:
		return !is_true(x->left, f);
	case AST_ABOVE:
		return f->recipients > x->number;
	case AST_BELOW:
		return f->recipients < x->number;
	case AST_EQUAL:
		if (x->fact == POLICY_RECIPIENTS)
			return f->recipients == x->number;
		return is_value(x->value, x, f);
	case AST_IN:
		if (x->set == NULL)
			return is_value(x->value, x, f);
		for (const struct ast_value *v = x->set->values; v != NULL; v = v->next)
			is_found |= is_value(v, x, f);
		return is_found;
	case AST_LIKE:
		break;
	}
	return is_value(x->value, x, f);
}

static bool
applies(const struct ast_limit *l, const struct policy_facts *f)
{
	for (const struct ast_key *k = l->by; k != NULL; k = k->next)
		if (k->fact == POLICY_CLIENT ? f->client.family == 0 :
		    f->text[k->fact].p == NULL)
			return false;
	return (l->classes & 1u << f->class) != 0 &&
	       (l->when == NULL || is_true(l->when, f));
}

static void
check_message(struct maker *m, const struct policy *p)
{
	struct policy_facts f = { .class = (enum policy_class)pick(m, POLICY_CLASSES) };
	struct policy_plan plan;
	unsigned n = 0, i = 0;

	f.recipients = (uint32_t)pick(m, 5);
	if (pick(m, 4) > 0)
		f.text[POLICY_SENDER] = text_of(words[pick(m, 4)]);
	if (pick(m, 4) > 0)
		f.client = (struct policy_address){ 4, { 10, (uint8_t)pick(m, 2), 9 } };
	policy_eval(p, &f, &plan);
	for (const struct ast_limit *l = m->tree->limits; l != NULL; l = l->next, i++)
		if (applies(l, &f)) {
			assert_true(n < plan.n);
			assert_int_equal(plan.limit[n++], i);
		}
	assert_int_equal(n, plan.n);
}

static void
program_agrees_with_the_tree(void **state)
{
	struct maker m = { .seed = 9 };
	struct ast_policy tree;

	(void)state;
	for (unsigned i = 0; i < TREES; i++) {
		struct policy *p;

		m.a = arena_new(MEMORY);
		assert_non_null(m.a);
		make_tree(&m, &tree);
		p = emit_policy(&tree, m.a);
		assert_non_null(p);
		assert_null(verify(p, p->size));
		for (unsigned j = 0; j < MESSAGES; j++)
			check_message(&m, p);
		policy_free(p);
		arena_free(m.a);
	}
}

/* With any amount of memory there is a program or there is none. */
static void
memory_may_end_anywhere(void **state)
{
	struct maker m = { .seed = 10 };
	struct ast_policy tree;
	struct policy *p = NULL;

	(void)state;
	m.a = arena_new(MEMORY);
	assert_non_null(m.a);
	make_tree(&m, &tree);
	for (size_t max = 0; p == NULL && max < MEMORY; max += 16) {
		struct arena *small = arena_new(max);

		assert_non_null(small);
		p = emit_policy(&tree, small);
		assert_true(p != NULL || max < MEMORY / 2);
		assert_int_equal(p == NULL, arena_is_full(small));
		arena_free(small);
	}
	assert_non_null(p);
	policy_free(p);
	arena_free(m.a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_agrees_with_the_tree),
		cmocka_unit_test(memory_may_end_anywhere),
	};

	return cmocka_run_group_tests_name("emit", tests, NULL, NULL);
}
