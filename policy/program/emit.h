/*
 * emit.h - tree to program.
 */
#ifndef POLICY_EMIT_H
#define POLICY_EMIT_H

#include "../language/ast.h"

struct arena;

/* The program of a tree that check_policy has passed, for policy_free. Keeps
 * nothing of the tree. Returns NULL when out of memory. */
struct policy *emit_policy(const struct ast_policy *tree, struct arena *a);

#endif
