/*
 * reference.h - what a policy means, read from its tree.
 */
#ifndef TESTS_REFERENCE_H
#define TESTS_REFERENCE_H

#include "../../policy/language/ast.h"

/* Fills plan as policy_eval, or, with is_frozen, as policy_eval_frozen must.
 * Only for a tree that check_policy has completed. */
void reference_eval(const struct ast_policy *tree, const struct policy_facts *f,
		    bool is_frozen, struct policy_plan *plan);

/* The limit or exemption that has this place in a plan. */
const struct ast_limit *reference_limit(const struct ast_policy *tree,
					unsigned index);

/* True if an outbound message meets no limit that refuses and that counts by
 * nothing its sender can choose. */
bool reference_escapes(const struct ast_policy *tree,
		       const struct policy_facts *f);

#endif
