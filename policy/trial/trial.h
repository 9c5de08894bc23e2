/*
 * trial.h - what a policy says must and must not be possible, tried out.
 */
#ifndef POLICY_TRIAL_H
#define POLICY_TRIAL_H

#include "../arena.h"
#include "../language/ast.h"

/* Runs every trial of a tree that has been checked, in virtual time, against
 * the program that was made of it. Adds an error for each expectation that does
 * not hold. */
void trial_run(const struct ast_policy *tree, const struct policy *p,
	       struct arena *a, struct diags *d);

#endif
