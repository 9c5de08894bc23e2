/*
 * solve.h - can there be a message like that?
 *
 * A small decision procedure for the conditions of a policy. It tries one value
 * of each fact after another, and of those that no test tells apart only one.
 * A pattern, or a large set, may match a value that the policy does not name or
 * may not: both are tried. So SOLVE_NO is always true, and SOLVE_YES nearly
 * always.
 */
#ifndef POLICY_SOLVE_H
#define POLICY_SOLVE_H

#include "../arena.h"
#include "../language/ast.h"

struct solver;			/* of one policy; see solve_values.h */

enum solve_answer {
	SOLVE_NO,
	SOLVE_YES,
	SOLVE_UNKNOWN		/* the steps did not suffice */
};

/* The message meets the condition, and has each key without an `or`; or it is
 * not so. */
struct solve_term {
	const struct ast_expr *when;	/* NULL: always met */
	const struct ast_key *by;
	bool is_met;
};

enum solve_kind {
	SOLVE_ANY,		/* it does not matter */
	SOLVE_ABSENT,
	SOLVE_OTHER,		/* a text that the terms do not name */
	SOLVE_IS
};

struct solve_value {
	enum solve_kind kind;
	struct policy_text text;
	struct policy_address client;
	uint32_t low, high;	/* of any other type: from low to high will do;
				   minutes: over midnight if high < low */
};

struct solve_question {
	enum policy_class class;
	const struct solve_term *term;	/* all of them at once */
	unsigned n;
	bool is_stranger;	/* meets no test of login, uid or client */
	unsigned long steps;	/* that may be taken, a test is one; solve
				   leaves what is left */
};

/* For all questions about the tree, in which the conditions have been checked.
 * Keeps both. NULL: out of memory. */
struct solver *solver_new(const struct ast_policy *tree, struct arena *a);

/* Neither `and`, `or` nor `not`. */
bool solve_is_test(const struct ast_expr *e);

/* Does not allocate. The terms are for mail of the class. */
enum solve_answer solve(struct solver *s, struct solve_question *q);

/* After SOLVE_YES: what the message that was found has of a fact. */
struct solve_value solve_found(const struct solver *s, enum policy_fact fact);

/* The i-th pattern or set that it was taken to match, or not to match; NULL
 * after the last. */
const struct ast_expr *solve_taken(const struct solver *s, unsigned i,
				   bool *is_met);

#endif
