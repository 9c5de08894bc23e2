/*
 * emit.c - tree to program.
 *
 * The code is emitted backwards, from the last instruction to the first, each
 * test given its two continuations. So every target is known when it is
 * needed, there are no patch lists, and jumps go forward only. A place in the
 * code is the number of instructions that were there before it; when all are
 * there they are turned round.
 */
#include "emit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "pools.h"
#include "verify.h"

/* A limit is CLASS, HAS for each key, its tests, CHARGE. */
_Static_assert(AST_LIMITS_MAX * (AST_TESTS_MAX + POLICY_KEYS_MAX + 2) + 1 <=
	       PROG_CODE_MAX, "jumps and the verifier reach");
_Static_assert(AST_LIMITS_MAX * AST_TESTS_MAX + AST_SETS_MAX + 1 <= UINT16_MAX,
	       "operands reach");

struct emit {
	struct pools pools;
	struct arena *a;
	const struct ast_policy *tree;
};

static uint32_t
add_instr(struct emit *e, struct prog_instr in)
{
	return pools_add(&e->pools, POOL_CODE, &in, 1);
}

/* Emits a test that goes on at the places yes and no; returns its own. */
static uint32_t
add_test(struct emit *e, enum prog_op op, enum policy_fact fact, uint32_t k,
	 uint32_t yes, uint32_t no)
{
	uint32_t here = pools_count(&e->pools, POOL_CODE);

	return add_instr(e, (struct prog_instr){
		.op = (uint8_t)op,
		.fact = (uint8_t)fact,
		.jt = (uint16_t)(here - 1 - yes),
		.jf = (uint16_t)(here - 1 - no),
		.k = (uint16_t)k,
	});
}

static uint32_t
count_values(const struct ast_value *v, enum ast_value_kind kind)
{
	uint32_t n = 0;

	for (; v != NULL; v = v->next)
		n += v->kind == kind;
	return n;
}

static int
order(const void *a, const void *b)
{
	const struct policy_text *x = a, *y = b;

	return match_order(*x, *y);
}

static uint32_t
add_text(struct emit *e, enum prog_pool pool, struct policy_text t)
{
	struct prog_text text = pools_text(&e->pools, t);

	return pools_add(&e->pools, pool, &text, 1);
}

static uint32_t
add_names(struct emit *e, const struct ast_value *v, enum ast_value_kind kind)
{
	uint32_t n = count_values(v, kind), i = 0;
	struct policy_text *sorted = arena_alloc(e->a, n * sizeof(*sorted));

	if (sorted == NULL) {
		e->pools.is_full = true;
		return 0;
	}
	for (; v != NULL; v = v->next)
		if (v->kind == kind)
			sorted[i++] = v->word.text;
	qsort(sorted, n, sizeof(*sorted), order);
	for (i = 0; i < n; i++)
		add_text(e, POOL_NAMES, sorted[i]);
	return n;
}

static uint32_t
add_nets(struct emit *e, const struct ast_value *v)
{
	uint32_t n = 0;

	for (; v != NULL; v = v->next) {
		struct prog_net net = { v->net, (uint8_t)v->prefix };

		if (v->kind != AST_NETWORK)
			continue;
		pools_add(&e->pools, POOL_NETS, &net, 1);
		n++;
	}
	return n;
}

static uint32_t
add_set(struct emit *e, struct policy_text name, const struct ast_value *values)
{
	struct prog_set s = {
		.name = pools_text(&e->pools, name),
		.first_name = pools_count(&e->pools, POOL_NAMES),
		.first_net = pools_count(&e->pools, POOL_NETS),
	};

	s.n_names = add_names(e, values, AST_NAME);
	s.n_globs = add_names(e, values, AST_GLOB);
	s.n_nets = add_nets(e, values);
	return pools_add(&e->pools, POOL_SETS, &s, 1);
}

/* The own networks are the first set; the named ones follow in file order, then
 * those that conditions write in place. */
static void
add_sets(struct emit *e)
{
	add_set(e, (struct policy_text){ "", 0 }, e->tree->own_networks);
	for (const struct ast_set *s = e->tree->sets; s != NULL; s = s->next)
		add_set(e, s->name.text, s->values);
}

static uint32_t
index_of(const struct emit *e, const struct ast_set *set)
{
	uint32_t i = 1;

	for (const struct ast_set *s = e->tree->sets; s != set; s = s->next)
		i++;
	return i;
}

static uint32_t
add_in(struct emit *e, const struct ast_expr *x, uint32_t yes, uint32_t no)
{
	bool is_network = x->fact == POLICY_CLIENT;
	uint32_t set;

	if (x->set != NULL)
		set = index_of(e, x->set);
	else
		set = add_set(e, (struct policy_text){ "", 0 }, x->value);
	return add_test(e, is_network ? OP_WITHIN : OP_IN, x->fact, set, yes, no);
}

static uint32_t
add_comparison(struct emit *e, enum prog_op op, const struct ast_expr *x,
	       uint32_t yes, uint32_t no)
{
	uint32_t number = (uint32_t)x->number;

	return add_test(e, op, x->fact,
			pools_add(&e->pools, POOL_NUMBERS, &number, 1), yes, no);
}

static uint32_t
add_literal(struct emit *e, enum prog_op op, const struct ast_expr *x,
	    uint32_t yes, uint32_t no)
{
	return add_test(e, op, x->fact, add_text(e, POOL_TEXTS, x->value->word.text),
			yes, no);
}

static uint32_t
add_expr(struct emit *e, const struct ast_expr *x, uint32_t yes, uint32_t no)
{
	switch (x->op) {
	case AST_AND:
		return add_expr(e, x->left, add_expr(e, x->right, yes, no), no);
	case AST_OR:
		return add_expr(e, x->left, yes, add_expr(e, x->right, yes, no));
	case AST_NOT:
		return add_expr(e, x->left, no, yes);
	case AST_IN:
		return add_in(e, x, yes, no);
	case AST_ABOVE:
		return add_comparison(e, OP_ABOVE, x, yes, no);
	case AST_BELOW:
		return add_comparison(e, OP_BELOW, x, yes, no);
	case AST_LIKE:
		return add_literal(e, OP_LIKE, x, yes, no);
	case AST_EQUAL:
		break;
	}
	if (x->value == NULL)
		return add_comparison(e, OP_SAME, x, yes, no);
	return add_literal(e, OP_EQUAL, x, yes, no);
}

/* A limit whose key is missing does not apply: HAS for each fact after `by`. */
static uint32_t
add_keys_known(struct emit *e, const struct ast_key *k, uint32_t yes, uint32_t no)
{
	if (k == NULL)
		return yes;
	yes = add_keys_known(e, k->next, yes, no);
	return add_test(e, OP_HAS, k->fact, 0, yes, no);
}

/* The limits from l on, l being the i-th; returns where they begin. */
static uint32_t
add_limits_code(struct emit *e, const struct ast_limit *l, uint16_t i)
{
	uint32_t no, yes;

	if (l == NULL)
		return add_instr(e, (struct prog_instr){ .op = OP_DONE });
	no = add_limits_code(e, l->next, (uint16_t)(i + 1));
	yes = add_instr(e, (struct prog_instr){ .op = OP_CHARGE, .k = i });
	if (l->when != NULL)
		yes = add_expr(e, l->when, yes, no);
	yes = add_keys_known(e, l->by, yes, no);
	return add_test(e, OP_CLASS, 0, l->classes, yes, no);
}

static void
turn_round(struct pools *s)
{
	struct prog_instr *in = s->pool[POOL_CODE].p;

	for (uint32_t i = 0, j = pools_count(s, POOL_CODE); i + 1 < j; i++, j--) {
		struct prog_instr first = in[i];

		in[i] = in[j - 1];
		in[j - 1] = first;
	}
}

static void
add_windows(struct emit *e, const struct ast_window *w)
{
	for (; w != NULL; w = w->next) {
		struct policy_window to;

		memset(&to, 0, sizeof(to));	/* padding as well */
		to.unit = w->unit;
		to.count = (uint32_t)w->count;
		to.burst = (uint32_t)w->burst;
		to.period_us = w->period_us;
		to.interval_us = (w->period_us - 1) / w->count + 1;
		pools_add(&e->pools, POOL_WINDOWS, &to, 1);
	}
}

static void
add_keys(struct emit *e, const struct ast_key *k)
{
	for (; k != NULL; k = k->next) {
		struct prog_key to = { (uint8_t)k->fact, k->prefix4, k->prefix6 };

		pools_add(&e->pools, POOL_KEYS, &to, 1);
	}
}

static void
add_limits(struct emit *e)
{
	for (const struct ast_limit *l = e->tree->limits; l != NULL; l = l->next) {
		struct prog_limit to = {
			.name = pools_text(&e->pools, l->name.text),
			.text = pools_text(&e->pools, l->otherwise.text.text),
			.action = l->otherwise.action,
			.first_window = pools_count(&e->pools, POOL_WINDOWS),
			.first_key = pools_count(&e->pools, POOL_KEYS),
		};

		add_windows(e, l->allow);
		add_keys(e, l->by);
		to.n_windows = pools_count(&e->pools, POOL_WINDOWS) - to.first_window;
		to.n_keys = pools_count(&e->pools, POOL_KEYS) - to.first_key;
		pools_add(&e->pools, POOL_LIMITS, &to, 1);
	}
}

/* What becomes of frozen mail where the policy does not say. */
static struct prog_answer
frozen(struct emit *e, const struct ast_answer *given, enum policy_action usual)
{
	bool is_given = given->at.len != 0;
	struct policy_text none = { "", 0 };

	return (struct prog_answer){
		.text = pools_text(&e->pools, is_given ? given->text.text : none),
		.action = is_given ? given->action : usual,
	};
}

struct policy *
emit_policy(const struct ast_policy *tree, struct arena *a)
{
	struct emit e = { .pools.a = a, .a = a, .tree = tree };
	struct prog_answer local, smtp;
	struct policy *p;

	add_limits(&e);
	add_sets(&e);
	add_limits_code(&e, tree->limits, 0);
	turn_round(&e.pools);
	local = frozen(&e, &tree->frozen.local, POLICY_HOLD);
	smtp = frozen(&e, &tree->frozen.smtp, POLICY_TEMPFAIL);
	p = pools_block(&e.pools);
	if (p == NULL)
		return NULL;
	for (unsigned c = 0; c < POLICY_CLASSES; c++)
		p->frozen[c] = c == POLICY_LOCAL ? local : smtp;
	assert(verify(p, p->size) == NULL);
	return p;
}
