/*
 * emit_limit.c - what limits and answers say, but for the code.
 */
#include "emit_parts.h"

#include <string.h>

static uint32_t
add_window(struct emit *e, const struct ast_window *w)
{
	struct policy_window to;

	memset(&to, 0, sizeof(to));	/* padding as well */
	to.unit = w->unit;
	to.count = (uint32_t)w->count;
	to.burst = (uint32_t)(w->has_burst ? w->burst : w->count);
	to.period_us = w->period_us;
	to.interval_us = (w->period_us - 1) / w->count + 1;
	return pools_add(&e->pools, POOL_WINDOWS, &to, 1);
}

static uint32_t
window_or_none(struct emit *e, const struct ast_window *w)
{
	return w == NULL ? PROG_NONE : add_window(e, w);
}

static uint32_t
add_windows(struct emit *e, const struct ast_window *w)
{
	uint32_t n = 0;

	for (; w != NULL; w = w->next, n++)
		add_window(e, w);
	return n;
}

static uint32_t
add_keys(struct emit *e, const struct ast_key *k)
{
	uint32_t n = 0;

	for (; k != NULL; k = k->next, n++) {
		struct prog_key to = {
			pools_text(&e->pools, k->otherwise.text),
			(uint16_t)k->fact, k->prefix4, k->prefix6,
		};

		pools_add(&e->pools, POOL_KEYS, &to, 1);
	}
	return n;
}

struct prog_answer
emit_answer(struct emit *e, const struct ast_answer *given,
	    enum policy_action usual)
{
	struct policy_text none = { "", 0 };

	if (given->at.len == 0)
		return (struct prog_answer){ pools_text(&e->pools, none), usual };
	return (struct prog_answer){
		pools_text(&e->pools, given->text.text), given->action,
	};
}

static void
add_limit(struct emit *e, const struct ast_limit *l)
{
	static const struct ast_answer nothing = { .at = { 0, 0 } };
	const struct ast_answer *a = &l->otherwise;
	struct prog_limit to = {
		.freeze_us = l->freeze_us,
		.name = pools_text(&e->pools, l->name.text),
		.kind = l->kind,
		.first_window = pools_count(&e->pools, POOL_WINDOWS),
		.first_key = pools_count(&e->pools, POOL_KEYS),
		.warn_percent = (uint32_t)l->warn_percent,
		.answer = emit_answer(e, a, a->action),
	};

	to.n_windows = add_windows(e, l->allow);
	to.n_keys = add_keys(e, l->by);
	to.budget = window_or_none(e, a->budget);
	to.spent = emit_answer(e, a->budget != NULL ? a->spent : &nothing,
			       POLICY_HOLD);
	to.strikes = window_or_none(e, l->strikes);
	pools_add(&e->pools, POOL_LIMITS, &to, 1);
}

void
emit_limits(struct emit *e, const struct ast_limit *l)
{
	for (; l != NULL; l = l->next)
		add_limit(e, l);
}
