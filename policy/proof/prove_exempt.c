/*
 * prove_exempt.c - an exemption is for somebody, and still a limit.
 *
 * What it asks of login, uid and client is taken to be not met; if the rest of
 * the condition can hold all the same, it is no question of who sends.
 */
#include "prove.h"

#include "../facts.h"
#include "../language/words.h"

/* What mail of each class has to show, and how that is asked. */
static const char *const proofs[POLICY_CLASSES] = {
	[POLICY_LOCAL] = "uid = 1000",
	[POLICY_AUTHENTICATED] = "login = \"newsletter\"",
	[POLICY_RELAYED] = "client = 192.0.2.1",
	[POLICY_INBOUND] = "client = 192.0.2.1",
};

static void
prove_class(struct prover *p, const struct ast_limit *l,
	    enum policy_class class, bool *is_open)
{
	struct span at = l->when != NULL ? l->when->at : l->classes_at;
	char mail[ESCAPE_MAX];

	p->term[0] = (struct solve_term){ l->when, NULL, true };
	switch (prove_ask(p, class, 1, true)) {
	case SOLVE_NO:
		return;
	case SOLVE_YES:
		escape_text(p, mail);
		diag_error(p->d, at, "%s%s is exempt, whoever sends it: add "
			   "'and %s' or the like to each part of the condition",
			   prove_mail((int)class), mail, proofs[class]);
		break;
	case SOLVE_UNKNOWN:
		diag_error(p->d, at, "this asks too much to see whom it is "
			   "for: make an exemption of each part");
	}
	*is_open = true;
}

/* Of such a class nothing is left for the limits. */
static void
warn_wide(struct prover *p, const struct ast_limit *l)
{
	p->term[0] = (struct solve_term){ l->when, NULL, false };
	for (int i = 0; i < POLICY_CLASSES; i++) {
		enum policy_class class = (enum policy_class)i;

		if (check_has_class(l, class) &&
		    prove_ask(p, class, 1, false) == SOLVE_NO)
			diag_warning(p->d, l->when->at, "all %s is like this, so "
				     "it meets no other limit: exempt fewer, or make "
				     "it a limit", prove_mail(i));
	}
}

static void
prove_exempt(struct prover *p, const struct ast_limit *l)
{
	const struct ast_key *claimed = prove_claimed_key(l);
	bool is_open = false;

	if (l->otherwise.action == POLICY_OBSERVE)
		diag_error(p->d, l->otherwise.at, "what is exempt meets no "
			   "other limit, so with 'observe' all of it goes: write "
			   "'hold', 'tempfail' or 'reject'");
	if (claimed != NULL)
		diag_error(p->d, claimed->at, "what is exempt meets no other "
			   "limit, and its sender chooses '%s' as he likes: "
			   "count by 'login', 'uid' or 'client', or by nothing",
			   words_fact(claimed->fact));
	for (int class = 0; class < POLICY_CLASSES && !is_open; class++)
		if (check_has_class(l, (enum policy_class)class))
			prove_class(p, l, (enum policy_class)class, &is_open);
	if (!is_open && l->kind == POLICY_EXEMPT && l->when != NULL)
		warn_wide(p, l);
}

void
prove_exempts(struct prover *p, const struct ast_limit *list)
{
	for (; list != NULL; list = list->next)
		prove_exempt(p, list);
}
