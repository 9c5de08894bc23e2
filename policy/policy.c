/*
 * policy.c - the phases of a compilation, in order; the words, for others.
 */
#include "policy.h"

#include "arena.h"
#include "check/check.h"
#include "diag.h"
#include "program/emit.h"
#include "language/parse.h"
#include "language/words.h"

#define SOURCE_MAX ((size_t)16 << 20)
#define MEMORY_MAX ((size_t)256 << 20)	/* for the tree of one policy */

static struct policy *
compile(const char *text, size_t len, struct arena *a, struct diags *d)
{
	struct ast_policy *tree = parse_policy(text, len, a, d);
	struct policy *p = NULL;

	if (!arena_is_full(a) && diags_errors(d) < DIAG_MAX)
		check_policy(tree, a, d);
	if (!arena_is_full(a) && diags_errors(d) > 0)
		return NULL;
	if (!arena_is_full(a))
		p = emit_policy(tree, a);
	if (p == NULL)
		diag_error(d, (struct span){ 0, 0 }, "out of memory: the policy "
			   "is too large for this machine, or needs more than "
			   "%zu MB", MEMORY_MAX >> 20);
	return p;
}

struct policy *
policy_compile(const char *name, const char *text, size_t len, struct diags *d)
{
	struct arena *a = arena_new(MEMORY_MAX);
	struct policy *p = NULL;

	if (len > SOURCE_MAX) {
		diags_source(d, name, "", 0);
		diag_error(d, (struct span){ 0, 0 }, "the policy has %zu bytes; "
			   "the limit is %zu", len, SOURCE_MAX);
	} else {
		diags_source(d, name, text, len);
		if (a != NULL)
			p = compile(text, len, a, d);
		else
			diag_error(d, (struct span){ 0, 0 }, "out of memory");
	}
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
	return words_facts.list[fact];
}

/* The largest period of which period_us is a multiple. */
static size_t
period_index(uint64_t period_us)
{
	size_t i = 3;

	while (i > 0 && period_us % words_period_us[i] != 0)
		i--;
	return i;
}

size_t
policy_window_text(const struct policy_window *w, char *out, size_t size)
{
	const char *unit = w->unit == POLICY_RCPTS ? " recipients" : "";
	size_t i = period_index(w->period_us);
	unsigned long long n = w->period_us / words_period_us[i];
	int len;

	if (n == 1)
		len = snprintf(out, size, "%u%s/%s", w->count, unit,
			       words_periods.list[i]);
	else
		len = snprintf(out, size, "%u%s per %llu %ss", w->count, unit, n,
			       words_periods.list[i]);
	if (len < 0 || size == 0)
		return 0;
	return (size_t)len < size ? (size_t)len : size - 1;
}
