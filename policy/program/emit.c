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
#include <string.h>

#include "../identity/identity.h"
#include "emit_parts.h"
#include "verify.h"

#define LEASE_US UINT64_C(60000000)	/* of `outage`, where none is given */

/* Beside its tests a limit is CLASS, HAS for each key, CHARGE, and of an
 * exemption DONE. */
_Static_assert(AST_LIMITS_MAX * (POLICY_KEYS_MAX + 3) + AST_TESTS_ALL_MAX + 2 <=
	       PROG_CODE_MAX, "all limits fit");
_Static_assert(PROG_CODE_MAX <= UINT16_MAX, "jumps reach");
_Static_assert(AST_TESTS_ALL_MAX + AST_SETS_MAX + 1 <= UINT16_MAX,
	       "operands reach");

static uint32_t
add_instr(struct emit *e, struct prog_instr in)
{
	return pools_add(&e->pools, POOL_CODE, &in, 1);
}

uint32_t
emit_test(struct emit *e, enum prog_op op, enum policy_fact fact, uint32_t k,
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

uint32_t
emit_text(struct emit *e, enum prog_pool pool, struct policy_text t)
{
	struct prog_text text = pools_text(&e->pools, t);

	return pools_add(&e->pools, pool, &text, 1);
}

static uint32_t
done(struct emit *e)
{
	return add_instr(e, (struct prog_instr){ .op = OP_DONE });
}

/* A limit whose key is missing does not apply: HAS for each fact after `by`
 * that has no name for those without. */
static uint32_t
add_keys_known(struct emit *e, const struct ast_key *k, uint32_t yes, uint32_t no)
{
	if (k == NULL)
		return yes;
	yes = add_keys_known(e, k->next, yes, no);
	if (k->otherwise.text.p != NULL)
		return yes;
	return emit_test(e, OP_HAS, k->fact, 0, yes, no);
}

/* The code of one limit, the i-th; no: where those go on that do not meet it.
 * Returns where it begins. */
static uint32_t
add_limit_code(struct emit *e, const struct ast_limit *l, uint32_t i, uint32_t no)
{
	uint32_t yes;

	if (l->kind != POLICY_LIMIT)
		done(e);
	yes = add_instr(e, (struct prog_instr){
		.op = OP_CHARGE, .k = (uint16_t)i,
	});
	if (l->when != NULL)
		yes = emit_expr(e, l->when, yes, no);
	yes = add_keys_known(e, l->by, yes, no);
	return emit_test(e, OP_CLASS, 0, l->classes, yes, no);
}

static uint32_t
count_limits(const struct ast_limit *l)
{
	uint32_t n = 0;

	for (; l != NULL; l = l->next)
		n++;
	return n;
}

/* The code of a list, whose first is the first-th limit, and of which mail that
 * is through goes on at next. Returns where it begins. */
static uint32_t
add_list_code(struct emit *e, const struct ast_limit *l, uint32_t first,
	      uint32_t next)
{
	uint32_t n = count_limits(l), i = 0;
	const struct ast_limit **list = arena_alloc(e->a, n * sizeof(*list));

	if (list == NULL) {
		e->pools.is_full = true;
		return next;
	}
	for (; l != NULL; l = l->next)
		list[i++] = l;
	while (i-- > 0)
		next = add_limit_code(e, list[i], first + i, next);
	return next;
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

/* Returns where the code for frozen mail begins. */
static uint32_t
add_code(struct emit *e)
{
	const struct ast_policy *t = e->tree;
	uint32_t first_limit = count_limits(t->exempts);
	uint32_t first_frozen = first_limit + count_limits(t->limits);
	uint32_t for_frozen, limits;

	add_list_code(e, t->frozen.exempts, first_frozen, done(e));
	for_frozen = pools_count(&e->pools, POOL_CODE);
	limits = add_list_code(e, t->limits, first_limit, done(e));
	add_list_code(e, t->exempts, 0, limits);
	turn_round(&e->pools);
	return pools_count(&e->pools, POOL_CODE) - for_frozen;
}

static void
add_site(struct emit *e, struct policy *head)
{
	const struct ast_policy *t = e->tree;
	static const struct policy_text usual = {
		IDENTITY_DELIMITERS, sizeof(IDENTITY_DELIMITERS) - 1,
	};

	head->nodes = t->nodes == 0 ? 1 : (uint32_t)t->nodes;
	head->lease_us = t->outage.lease_us == 0 ? LEASE_US : t->outage.lease_us;
	head->is_two_person = t->is_two_person;
	head->delimiters = pools_text(&e->pools, t->delimiters.text.p == NULL ?
				      usual : t->delimiters.text);
	for (unsigned i = 0; i < t->n_headers; i++)
		emit_text(e, POOL_HEADERS, t->header[i].text);
}

static void
add_answers(struct emit *e, const struct ast_answer *local,
	    const struct ast_answer *smtp, struct prog_answer out[POLICY_CLASSES])
{
	struct prog_answer others = emit_answer(e, smtp, POLICY_TEMPFAIL);

	for (unsigned c = 0; c < POLICY_CLASSES; c++)
		out[c] = others;
	out[POLICY_LOCAL] = emit_answer(e, local, POLICY_HOLD);
}

struct policy *
emit_policy(const struct ast_policy *tree, struct arena *a)
{
	struct emit e = { .pools.a = a, .a = a, .tree = tree };
	struct policy head, *p;

	memset(&head, 0, sizeof(head));
	emit_limits(&e, tree->exempts);
	emit_limits(&e, tree->limits);
	emit_limits(&e, tree->frozen.exempts);
	emit_sets(&e);
	head.frozen_at = add_code(&e);
	add_site(&e, &head);
	add_answers(&e, &tree->frozen.local, &tree->frozen.smtp, head.frozen);
	add_answers(&e, &tree->outage.local, &tree->outage.smtp, head.outage);
	p = pools_block(&e.pools, &head);
	if (p == NULL)
		return NULL;
	p->digest = prog_hash(p, p->size);
	assert(verify(p, p->size) == NULL);	/* never false, but for a bug */
	return p;
}
