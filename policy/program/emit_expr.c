/*
 * emit_expr.c - conditions to tests.
 */
#include "emit_parts.h"

#include "../facts.h"

static uint32_t
add_number(struct emit *e, uint32_t number)
{
	return pools_add(&e->pools, POOL_NUMBERS, &number, 1);
}

static uint32_t
add_comparison(struct emit *e, enum prog_op op, const struct ast_expr *x,
	       uint32_t yes, uint32_t no)
{
	uint32_t k = add_number(e, (uint32_t)x->number);

	return emit_test(e, op, x->fact, k, yes, no);
}

static uint32_t
add_during(struct emit *e, const struct ast_expr *x, uint32_t yes, uint32_t no)
{
	uint32_t k = add_number(e, (uint32_t)x->from << 16 | (uint32_t)x->to);

	return emit_test(e, OP_DURING, x->fact, k, yes, no);
}

static uint32_t
add_literal(struct emit *e, enum prog_op op, const struct ast_expr *x,
	    uint32_t yes, uint32_t no)
{
	uint32_t k = emit_text(e, POOL_TEXTS, x->value->word.text);

	return emit_test(e, op, x->fact, k, yes, no);
}

static uint32_t
add_equal(struct emit *e, const struct ast_expr *x, uint32_t yes, uint32_t no)
{
	if (x->value == NULL)
		return add_comparison(e, OP_SAME, x, yes, no);
	return add_literal(e, OP_EQUAL, x, yes, no);
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
	bool is_address = fact_type(x->fact) == FACT_ADDRESS;
	uint32_t set = x->set != NULL ? index_of(e, x->set) :
		       emit_set_of(e, x->value);

	return emit_test(e, is_address ? OP_WITHIN : OP_IN, x->fact, set, yes, no);
}

/* The depth is bounded: AST_TESTS_MAX, AST_DEPTH_MAX. */
uint32_t
emit_expr(struct emit *e, const struct ast_expr *x, uint32_t yes, uint32_t no)
{
	switch (x->op) {
	case AST_AND:
		return emit_expr(e, x->left, emit_expr(e, x->right, yes, no), no);
	case AST_OR:
		return emit_expr(e, x->left, yes, emit_expr(e, x->right, yes, no));
	case AST_NOT:
		return emit_expr(e, x->left, no, yes);
	case AST_IN:
		return add_in(e, x, yes, no);
	case AST_ABOVE:
		return add_comparison(e, OP_ABOVE, x, yes, no);
	case AST_BELOW:
		return add_comparison(e, OP_BELOW, x, yes, no);
	case AST_AT_LEAST:
		return add_comparison(e, OP_BELOW, x, no, yes);
	case AST_AT_MOST:
		return add_comparison(e, OP_ABOVE, x, no, yes);
	case AST_DURING:
		return add_during(e, x, yes, no);
	case AST_ON:
		return emit_test(e, OP_ON, x->fact, x->days, yes, no);
	case AST_LIKE:
		return add_literal(e, OP_LIKE, x, yes, no);
	default:	/* AST_EQUAL */
		return add_equal(e, x, yes, no);
	}
}
