/*
 * prove_use.c - what stands in a policy and can never matter.
 *
 * Only warnings, so a question that takes too long is passed over.
 */
#include "prove.h"

#include "../language/words.h"
#include "../match.h"

#define EARLIER_MAX 64	/* exemptions that one is compared with */

/* True if there is no mail of l's classes for the first n terms. */
static bool
is_never(struct prover *p, const struct ast_limit *l, unsigned n)
{
	for (int class = 0; class < POLICY_CLASSES; class++)
		if (check_has_class(l, (enum policy_class)class) &&
		    prove_ask(p, (enum policy_class)class, n, false) != SOLVE_NO)
			return false;
	return true;
}

static bool
is_never_met(struct prover *p, const struct ast_limit *l,
	     const struct ast_expr *e)
{
	p->term[0] = (struct solve_term){ e, l->by, true };
	return is_never(p, l, 1);
}

/* The part of the condition that by itself can never hold. */
static const struct ast_expr *
narrowest(struct prover *p, const struct ast_limit *l, const struct ast_expr *e)
{
	while (e->op == AST_AND)
		if (is_never_met(p, l, e->left))
			e = e->left;
		else if (is_never_met(p, l, e->right))
			e = e->right;
		else
			break;
	return e;
}

/* A test that no value, or no value of its set, can meet. */
static void
warn_tests(struct prover *p, const struct ast_limit *l, const struct ast_expr *e)
{
	if (!solve_is_test(e)) {
		warn_tests(p, l, e->left);
		if (e->right != NULL)
			warn_tests(p, l, e->right);
	} else if (is_never_met(p, l, e)) {
		diag_warning(p->d, e->at, "none of this mail can be like this: "
			     "correct the test, or remove it");
	}
}

/* A single test of the client asks for one that is no client of this mail. */
static void
warn_never(struct prover *p, const struct ast_limit *l, const struct ast_expr *e)
{
	if (solve_is_test(e) && e->fact == POLICY_CLIENT)
		diag_warning(p->d, e->at, "no such client sends this mail, so "
			     "the %s never applies: add it to 'own networks', or "
			     "correct the test", check_kind(l));
	else
		diag_warning(p->d, e->at, "no message can be like this, so the "
			     "%s never applies: look for a test that contradicts "
			     "another", check_kind(l));
}

/* True if it was reported that l never applies. */
static bool
warn_condition(struct prover *p, const struct ast_limit *l)
{
	if (is_never_met(p, l, l->when)) {
		warn_never(p, l, narrowest(p, l, l->when));
		return true;
	}
	p->term[0] = (struct solve_term){ l->when, NULL, false };
	if (l->kind == POLICY_LIMIT && is_never(p, l, 1))
		diag_warning(p->d, l->when->at, "all of this mail is like "
			     "this: remove 'when', or correct what follows");
	else
		warn_tests(p, l, l->when);
	return false;
}

/* True if both ask for a text, and not for the same. */
static bool
is_apart(const struct ast_expr *a, const struct ast_expr *b)
{
	return a != NULL && b != NULL && a->fact == b->fact &&
	       !match_equal(a->value->word.text, b->value->word.text);
}

/* Adds what an exemption of the class before l leaves over. */
static unsigned
add_earlier(struct prover *p, const struct ast_limit *list,
	    const struct ast_limit *l, enum policy_class class)
{
	const struct ast_expr *pin = check_pinned(l->when);
	unsigned n = 1;

	for (; list != l && n <= EARLIER_MAX; list = list->next)
		if (check_has_class(list, class) &&
		    !is_apart(check_pinned(list->when), pin))
			p->term[n++] = (struct solve_term){ list->when, list->by,
							    false };
	return n;
}

static bool
is_shadowed(struct prover *p, const struct ast_limit *list,
	    const struct ast_limit *l)
{
	p->term[0] = (struct solve_term){ l->when, l->by, true };
	for (int i = 0; i < POLICY_CLASSES; i++) {
		enum policy_class class = (enum policy_class)i;

		if (check_has_class(l, class) &&
		    prove_ask(p, class, add_earlier(p, list, l, class), false) !=
		    SOLVE_NO)
			return false;
	}
	return true;
}

void
prove_use(struct prover *p, const struct ast_limit *list)
{
	for (const struct ast_limit *l = list; l != NULL; l = l->next) {
		if (l->when != NULL && warn_condition(p, l))
			continue;
		if (l->kind != POLICY_LIMIT && l != list &&
		    is_shadowed(p, list, l))
			diag_warning(p->d, l->name.at, "the exemptions before "
				     "'%.*s' take all of its mail: move it up, "
				     "or remove it", QUOTE(l->name.text));
	}
}
