/*
 * solve_tests.c - what the solver knows of each test of a policy.
 */
#include "solve_values.h"

#include <stdlib.h>

#include "../facts.h"
#include "../match.h"

bool
solve_is_test(const struct ast_expr *e)
{
	return e->op != AST_AND && e->op != AST_OR && e->op != AST_NOT;
}

const struct ast_value *
solve_values_of(const struct ast_expr *e)
{
	return e->set != NULL ? e->set->values : e->value;
}

static uint64_t
number_of(const struct ast_expr *e)
{
	return e->number | (uint64_t)e->from << 32 | (uint64_t)e->to << 48 |
	       (uint64_t)e->days << 56;
}

static int
order_tests(const void *first, const void *second)
{
	const struct ast_expr *a = *(struct ast_expr *const *)first;
	const struct ast_expr *b = *(struct ast_expr *const *)second;
	static const struct ast_value none;
	const struct ast_value *v = a->value != NULL ? a->value : &none;
	const struct ast_value *w = b->value != NULL ? b->value : &none;
	uint64_t m = number_of(a), n = number_of(b);
	int order = (int)a->fact - (int)b->fact;

	if (order == 0)
		order = (int)a->op - (int)b->op;
	if (order == 0)
		order = (m > n) - (m < n);
	if (order == 0)
		order = match_order(a->set_name.text, b->set_name.text);
	return order != 0 ? order : match_order(v->word.text, w->word.text);
}

/* Adds the tests of e to list, unless it is NULL. Returns how many. */
static unsigned
list_tests(struct ast_expr *e, struct ast_expr **list)
{
	unsigned n;

	if (e == NULL)
		return 0;
	if (solve_is_test(e)) {
		if (list != NULL)
			*list = e;
		return 1;
	}
	n = list_tests(e->left, list);
	return n + list_tests(e->right, list != NULL ? list + n : NULL);
}

static unsigned
list_limits(const struct ast_limit *l, struct ast_expr **list)
{
	unsigned n = 0;

	for (; l != NULL; l = l->next)
		n += list_tests(l->when, list != NULL ? list + n : NULL);
	return n;
}

static unsigned
list_all(const struct ast_policy *tree, struct ast_expr **list)
{
	unsigned n = list_limits(tree->exempts, list);

	n += list_limits(tree->limits, list != NULL ? list + n : NULL);
	return n + list_limits(tree->frozen.exempts,
			       list != NULL ? list + n : NULL);
}

/* Of a pattern: how many bytes there are of each kind. */
struct bytes {
	unsigned stars, marks, others;
};

static struct bytes
count_bytes(struct policy_text pattern)
{
	struct bytes n = { 0, 0, 0 };

	for (size_t i = 0; i < pattern.len; i++)
		if (pattern.p[i] == '*')
			n.stars++;
		else if (pattern.p[i] == '?')
			n.marks++;
		else
			n.others++;
	return n;
}

static void
know_value(struct solve_test *t, const struct ast_value *v)
{
	struct bytes n;

	if (v->kind == AST_NETWORK) {
		t->is_somebody &= v->prefix != 0;
	} else if (v->kind == AST_GLOB) {
		n = count_bytes(v->word.text);
		t->is_plain = false;
		t->is_somebody &= n.others != 0;
		/* Every text has a byte at least. */
		t->is_all |= n.others == 0 && n.stars > 0 && n.marks <= 1;
	}
}

static void
know_test(struct solve_test *t, const struct ast_expr *e)
{
	unsigned n = 0;

	*t = (struct solve_test){ .e = e, .taken = OPEN, .is_plain = true };
	t->is_somebody = e->fact == POLICY_UID || e->fact == POLICY_LOGIN ||
			 e->fact == POLICY_CLIENT;
	for (const struct ast_value *v = solve_values_of(e); v != NULL; v = v->next) {
		know_value(t, v);
		n++;
	}
	t->is_small = n <= SOLVE_SET_MAX;
	t->is_plain &= t->is_small;
}

static unsigned
number_tests(struct solver *s, struct ast_expr **list, unsigned n)
{
	unsigned numbered = 0;

	for (unsigned i = 0; i < n; i++) {
		if (i == 0 || order_tests(&list[i - 1], &list[i]) != 0)
			know_test(&s->test[numbered++], list[i]);
		list[i]->test = numbered - 1;
	}
	return numbered;
}

static unsigned
count_values(const struct ast_value *v, unsigned max)
{
	unsigned n = 0;

	for (; v != NULL && n <= max; v = v->next)
		n++;
	return n;
}

/* How many values the tests may tell apart: two for each border, and those
 * that are always there. */
static unsigned
most_values(const struct solver *s)
{
	unsigned n = 2 * SOLVE_SET_MAX + 16;

	for (unsigned i = 0; i < s->n_tests; i++)
		n += s->test[i].e->set == NULL ? 2 : 2 * SOLVE_SET_MAX;
	return n;
}

struct solver *
solver_new(const struct ast_policy *tree, struct arena *a)
{
	struct solver *s = arena_alloc(a, sizeof(*s));
	unsigned n = list_all(tree, NULL);
	struct ast_expr **list = arena_alloc(a, (n + 1) * sizeof(*list));

	if (s == NULL || list == NULL)
		return NULL;
	s->tree = tree;
	s->has_few_own = count_values(tree->own_networks, SOLVE_SET_MAX) <=
			 SOLVE_SET_MAX;
	s->test = arena_alloc(a, (n + 1) * sizeof(*s->test));
	s->asked = arena_alloc(a, (n + 1) * sizeof(*s->asked));
	s->trail = arena_alloc(a, (n + 1) * sizeof(*s->trail));
	if (s->test == NULL || s->asked == NULL || s->trail == NULL)
		return NULL;
	list_all(tree, list);
	qsort(list, n, sizeof(*list), order_tests);
	s->n_tests = number_tests(s, list, n);
	s->value = arena_alloc(a, most_values(s) * sizeof(*s->value));
	return s->value != NULL ? s : NULL;
}
