/*
 * check.c - refuse what parses but cannot mean anything: the whole policy.
 */
#include "check.h"

#include "../language/words.h"

const char *
check_kind(const struct ast_limit *l)
{
	return l->kind == POLICY_LIMIT ? "limit" : "exemption";
}

bool
check_has_class(const struct ast_limit *l, enum policy_class class)
{
	return (l->classes & 1u << class) != 0;
}

static void
check_limits(struct check *k, struct ast_limit *l)
{
	for (; l != NULL; l = l->next)
		check_limit(k, l);
}

static void
check_unused_sets(struct check *k)
{
	for (struct ast_set *s = k->tree->sets; s != NULL; s = s->next)
		if (!s->is_used)
			diag_warning(k->d, s->name.at, "set '%.*s' is never used: "
				     "use it in a condition, or remove it",
				     QUOTE(s->name.text));
}

void
check_policy(struct ast_policy *tree, struct arena *a, struct diags *d)
{
	struct check k = { .tree = tree, .arena = a, .d = d };
	bool is_parsed = diags_errors(d) == 0;

	check_site(&k);
	check_names(&k);
	check_limits(&k, tree->exempts);
	check_limits(&k, tree->limits);
	check_limits(&k, tree->frozen.exempts);
	check_plans(&k);
	if (is_parsed) {
		check_trials(&k);
		check_unused_sets(&k);
	}
}
