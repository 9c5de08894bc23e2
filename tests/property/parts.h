/*
 * parts.h - a policy with its tree, for those who compare the two.
 */
#ifndef TESTS_PARTS_H
#define TESTS_PARTS_H

#include "../../policy/arena.h"
#include "../../policy/language/ast.h"

struct parts {
	struct arena *arena;
	struct diags *d;
	struct ast_policy *tree;	/* checked; NULL: it does not parse */
	struct policy *policy;		/* NULL: there is an error in d */
};

/* Compiles, without the trials. The text has to outlive the parts. */
void parts_init(struct parts *x, const char *text);
void parts_fini(struct parts *x);

/* PAIRS of the environment, or else usual: how much to try. */
unsigned long parts_effort(unsigned long usual);

#endif
