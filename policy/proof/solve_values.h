/*
 * solve_values.h - what the solver knows of tests, and the values worth trying.
 */
#ifndef POLICY_SOLVE_VALUES_H
#define POLICY_SOLVE_VALUES_H

#include "solve.h"

#define SOLVE_SET_MAX 64	/* values of a set that are looked at one by one */

enum truth { NO, YES, OPEN };

/* Equal tests of the policy are one. */
struct solve_test {
	const struct ast_expr *e;
	enum truth taken;	/* of a value that is not named: matches? */
	unsigned asked;		/* number of the question it was last part of */
	bool is_all;		/* met by whatever is there */
	bool is_small;		/* a set of few values */
	bool is_plain;		/* and no pattern among them */
	bool is_somebody;	/* names some logins, uids or clients, not all */
};

struct solve_range {
	unsigned first, n;	/* in solver.value */
};

struct solver {
	const struct ast_policy *tree;
	struct solve_test *test;	/* by ast_expr.test */
	unsigned n_tests;
	bool has_few_own;		/* own networks are looked at one by one */

	/* The question. */
	unsigned number;
	enum policy_class class;
	unsigned *asked, n_asked;	/* its tests */
	struct solve_value *value;	/* that its tests tell apart */
	unsigned n_values;
	struct solve_range range[POLICY_FACT_IDS];

	/* The message as far as it is decided. */
	struct solve_value fact[POLICY_FACT_IDS];
	unsigned *trail, n_trail;	/* tests that are taken one way */
};

/* What e compares with: its value, or those of its set; NULL: a number. */
const struct ast_value *solve_values_of(const struct ast_expr *e);

/* Collects the tests of the question and the values of their facts. */
void solve_collect(struct solver *s, const struct solve_question *q);

#endif
