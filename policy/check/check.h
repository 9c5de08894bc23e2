/*
 * check.h - refuse what parses but cannot mean anything.
 */
#ifndef POLICY_CHECK_H
#define POLICY_CHECK_H

#include "../arena.h"
#include "../language/ast.h"

struct check {
	struct ast_policy *tree;
	struct arena *arena;
	struct diags *d;
};

/* Reads the tree and completes it: sets are found, values are brought to the
 * normal form of the fact they are compared with, own networks get their
 * default. A tree that passes without an error compiles, unless the arena is
 * full: ask it. */
void check_policy(struct ast_policy *tree, struct arena *a, struct diags *d);

/* The parts. Each reports what it finds. */
void check_limit(struct check *k, struct ast_limit *l);
void check_frozen(struct check *k, const struct ast_frozen *frozen);
void check_expr(struct check *k, const struct ast_limit *l, struct ast_expr *e);

/* Brings v to the normal form of the fact; false if it can never equal it. */
bool check_value(struct check *k, enum policy_fact fact, struct ast_value *v);

/* Shows that every outbound message meets a limit that the sender cannot
 * avoid, or says which mail escapes. Only for a tree without errors. */
void prove_coverage(struct check *k);

#endif
