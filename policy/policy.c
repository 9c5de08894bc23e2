/*
 * policy.c - the phases of a compilation, in order; the words, for others.
 */
#include "policy.h"

#include "arena.h"
#include "check/check.h"
#include "diag.h"
#include "language/parse.h"
#include "language/words.h"
#include "program/emit.h"
#include "proof/prove.h"
#include "trial/trial.h"

#define MEMORY_MAX ((size_t)256 << 20)	/* for the tree of one policy */

static struct policy *
compile(struct ast_policy *tree, struct arena *a, struct diags *d)
{
	struct policy *p;

	check_policy(tree, a, d);
	if (diags_errors(d) == 0)
		prove_policy(tree, a, d);
	if (diags_errors(d) > 0 || arena_is_full(a))
		return NULL;
	p = emit_policy(tree, a);
	if (p != NULL)
		trial_run(tree, p, a, d);
	if (diags_errors(d) == 0 && !arena_is_full(a))
		return p;
	policy_free(p);
	return NULL;
}

struct policy *
policy_compile(const char *name, const char *text, size_t len,
	       const struct policy_files *files, struct diags *d)
{
	struct arena *a = arena_new(MEMORY_MAX);
	struct ast_policy *tree = NULL;
	struct policy *p = NULL;

	if (!arena_is_full(a))
		tree = parse_policy(name, text, len, files, a, d);
	if (tree != NULL && !arena_is_full(a) && diags_errors(d) < DIAG_MAX)
		p = compile(tree, a, d);
	/* Half of a tree may have mistakes that the policy has not. */
	if (p == NULL && (diags_errors(d) == 0 || arena_is_full(a)))
		diag_error(d, (struct span){ 0, 0 }, "out of memory: the policy "
			   "is too large for this machine, or needs more than "
			   "%zu MB", MEMORY_MAX >> 20);
	arena_free(a);
	return p;
}

const char *
policy_class_word(enum policy_class class)
{
	return words_classes.list[class];
}

const char *
policy_action_word(enum policy_action action)
{
	return words_actions.list[action];
}

const char *
policy_fact_word(enum policy_fact fact)
{
	return words_fact(fact);
}

/* The largest period of which us is a multiple. */
static size_t
period_index(uint64_t us)
{
	size_t i = 3;

	while (i > 0 && us % words_period_us[i] != 0)
		i--;
	return i;
}

/* Of what snprintf returned, which does not fail here: the bytes written before
 * the NUL. size > 0. */
static size_t
length(int len, size_t size)
{
	return (size_t)len < size ? (size_t)len : size - 1;
}

size_t
policy_period_text(uint64_t us, char *out, size_t size)
{
	size_t i = period_index(us);
	unsigned long long n = us / words_period_us[i];

	return length(snprintf(out, size, "%llu %s%s", n, words_periods.list[i],
			       n == 1 ? "" : "s"), size);
}

size_t
policy_window_text(const struct policy_window *w, char *out, size_t size)
{
	const char *unit = w->unit == POLICY_RCPTS ? " recipients" : "";
	size_t i = period_index(w->period_us);
	char period[POLICY_PERIOD_MAX];

	if (w->period_us == words_period_us[i])
		return length(snprintf(out, size, "%u%s/%s", w->count, unit,
				       words_periods.list[i]), size);
	policy_period_text(w->period_us, period, sizeof(period));
	return length(snprintf(out, size, "%u%s per %s", w->count, unit, period),
		      size);
}
