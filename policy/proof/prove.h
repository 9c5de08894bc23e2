/*
 * prove.h - what a policy without errors still may lack: that no mail escapes,
 * and that each part of it can matter.
 */
#ifndef POLICY_PROVE_H
#define POLICY_PROVE_H

#include "../check/check.h"
#include "solve.h"

struct prover {
	const struct ast_policy *tree;
	struct diags *d;
	struct solver *s;
	struct solve_term *term;	/* room for one of each limit */
	unsigned long steps;		/* left for all but the coverage */
};

/* Every proof; only for a tree that check_policy has passed. Nothing is shown
 * when the arena is full: ask it. */
void prove_policy(const struct ast_policy *tree, struct arena *a,
		  struct diags *d);

/* Shows that nobody can use an exemption who has not proven who he is. */
void prove_exempts(struct prover *p, const struct ast_limit *list);

/* Warns of a condition that never or always holds, and of an exemption of
 * whose mail those before it leave nothing. */
void prove_use(struct prover *p, const struct ast_limit *list);

/* Asks for the first n terms, out of the steps that all proofs share. */
enum solve_answer prove_ask(struct prover *p, enum policy_class class,
			    unsigned n, bool is_stranger);

/* What sets the message apart that the last question was answered with, in an
 * operator's words: "", or ` with 50 recipients` and the like. */
#define ESCAPE_MAX 300
void escape_text(const struct prover *p, char out[ESCAPE_MAX]);

/* The mail of a class, or, for POLICY_CLASSES, all outbound mail. */
const char *prove_mail(int class);

/* The first key that the sender can choose; NULL: there is none. */
const struct ast_key *prove_claimed_key(const struct ast_limit *l);

#endif
