/*
 * emit_parts.h - what the parts of the emitter share.
 */
#ifndef POLICY_EMIT_PARTS_H
#define POLICY_EMIT_PARTS_H

#include "../language/ast.h"
#include "pools.h"

struct emit {
	struct pools pools;
	struct arena *a;
	const struct ast_policy *tree;
};

/* Adds a test that goes on at the places yes and no. Returns its own: how many
 * instructions were there before it. */
uint32_t emit_test(struct emit *e, enum prog_op op, enum policy_fact fact,
		   uint32_t k, uint32_t yes, uint32_t no);

/* The same for a condition. */
uint32_t emit_expr(struct emit *e, const struct ast_expr *x, uint32_t yes,
		   uint32_t no);

/* The own networks are the first set, the named ones follow in file order; then
 * those that conditions write in place, as they come. */
void emit_sets(struct emit *e);

/* Adds a set without a name, of one value. */
uint32_t emit_set_of(struct emit *e, const struct ast_value *value);

/* What limits say, but for their code; l and those behind it. */
void emit_limits(struct emit *e, const struct ast_limit *l);

/* at.len 0: the answer is the usual one. */
struct prog_answer emit_answer(struct emit *e, const struct ast_answer *given,
			       enum policy_action usual);

/* Adds a text of that pool. */
uint32_t emit_text(struct emit *e, enum prog_pool pool, struct policy_text t);

#endif
