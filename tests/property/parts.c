/*
 * parts.c - a policy with its tree, for those who compare the two.
 */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#include "../../policy/check/check.h"
#include "../../policy/language/parse.h"
#include "../../policy/program/emit.h"
#include "../../policy/proof/prove.h"

void
parts_init(struct parts *x, const char *text)
{
	*x = (struct parts){ arena_new((size_t)64 << 20), diags_new(), NULL, NULL };
	if (x->arena == NULL || x->d == NULL)
		abort();
	x->tree = parse_policy("random.policy", text, strlen(text), NULL, x->arena,
			       x->d);
	if (x->tree == NULL || diags_errors(x->d) > 0) {
		x->tree = NULL;
		return;
	}
	check_policy(x->tree, x->arena, x->d);
	if (diags_errors(x->d) == 0)
		prove_policy(x->tree, x->arena, x->d);
	if (diags_errors(x->d) == 0)
		x->policy = emit_policy(x->tree, x->arena);
}

void
parts_fini(struct parts *x)
{
	policy_free(x->policy);
	diags_free(x->d);
	arena_free(x->arena);
}

unsigned long
parts_effort(unsigned long usual)
{
	const char *pairs = getenv("PAIRS");

	return pairs != NULL ? strtoul(pairs, NULL, 10) : usual;
}
