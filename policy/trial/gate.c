/*
 * gate.c - one message after another, against the buckets of a trial.
 */
#include "gate.h"

#include <string.h>

/* A limit, and the key of the message in it. */
struct key {
	size_t len;
	char bytes[sizeof(uint16_t) + POLICY_KEY_MAX];
};

/* The buckets of a message. */
struct buckets {
	struct key key[POLICY_PLAN_MAX];
	struct table_entry *entry[POLICY_PLAN_MAX];	/* NULL: full */
};

static enum ast_subject
as_asked(enum policy_action asked)
{
	static const enum ast_subject ends[] = {
		[POLICY_HOLD] = AST_HELD, [POLICY_TEMPFAIL] = AST_TEMPFAILED,
		[POLICY_REJECT] = AST_REJECTED, [POLICY_OBSERVE] = AST_ACCEPTED,
	};

	return ends[asked];
}

static enum ast_subject
never(struct gate *g, const struct policy_facts *f)
{
	g->cause = GATE_NEVER;
	g->limit = g->plan.limit[g->plan.never];
	g->window = &policy_limit(g->policy, g->limit).window[g->plan.never_window];
	return f->class == POLICY_LOCAL ? AST_HELD : AST_REJECTED;
}

static void
find(const struct gate *g, const struct policy_plan *plan,
     const struct policy_facts *f, struct buckets *b)
{
	for (unsigned i = 0; i < plan->n; i++) {
		struct key *k = &b->key[i];
		size_t head = sizeof(plan->limit[i]);

		memcpy(k->bytes, &plan->limit[i], head);
		k->len = head + policy_key(g->policy, plan->limit[i], f,
					   k->bytes + head);
		b->entry[i] = table_find(g->table, k->bytes, k->len);
	}
}

/* The first of the plan that is frozen; n: none is. No limit of inbound mail
 * freezes: check has seen to it. */
static unsigned
frozen(const struct policy_plan *plan, const struct buckets *b, uint64_t now_us)
{
	unsigned i;

	for (i = 0; i < plan->n; i++)
		if (b->entry[i] != NULL && b->entry[i]->thaw_us > now_us)
			break;
	return i;
}

/* True if frozen mail has a way out, which is itself never frozen; plan and
 * buckets are then those of it. */
static bool
is_exempt(struct gate *g, const struct policy_facts *f, struct buckets *b)
{
	struct policy_plan plan;

	policy_eval_frozen(g->policy, f, &plan);
	if (plan.n == 0 || plan.never >= 0)
		return false;
	find(g, &plan, f, b);
	g->plan = plan;
	return true;
}

static bool
is_frozen(struct gate *g, const struct policy_facts *f, struct buckets *b,
	  uint64_t now_us)
{
	unsigned i = frozen(&g->plan, b, now_us);

	if (i == g->plan.n)
		return false;
	g->limit = g->plan.limit[i];
	return !is_exempt(g, f, b);
}

static void
prepare(struct gate *g, const struct buckets *b)
{
	for (unsigned i = 0; i < g->plan.n; i++) {
		struct policy_limit l = policy_limit(g->policy, g->plan.limit[i]);
		struct charge *c = &g->charge[i];

		*c = (struct charge){
			.window = l.window,
			.n_windows = l.n_windows,
			.budget = l.budget,
			.strikes = l.strikes,
			.is_observed = l.action == POLICY_OBSERVE,
		};
		if (b->entry[i] != NULL)
			memcpy(c->full_us, b->entry[i]->full_us,
			       sizeof(c->full_us));
	}
}

static bool
is_used(const struct charge *c, uint64_t now_us)
{
	for (unsigned i = 0; i < CHARGE_TIMES; i++)
		if (c->full_us[i] > now_us)
			return true;
	return false;
}

/* A bucket that is full has no entry, so forged keys that are refused do not
 * fill the table. */
static void
keep(struct gate *g, struct buckets *b, uint64_t now_us)
{
	for (unsigned i = 0; i < g->plan.n; i++) {
		const struct charge *c = &g->charge[i];
		const struct key *k = &b->key[i];

		if (b->entry[i] == NULL && is_used(c, now_us)) {
			b->entry[i] = table_add(g->table, k->bytes, k->len);
			g->is_full |= b->entry[i] == NULL;
		}
		if (b->entry[i] != NULL)
			memcpy(b->entry[i]->full_us, c->full_us,
			       sizeof(c->full_us));
	}
}

static enum ast_subject
refused(struct gate *g, const struct buckets *b, const struct charge_result *r,
	uint64_t now_us)
{
	struct policy_limit l;

	g->limit = g->plan.limit[r->refused];
	l = policy_limit(g->policy, g->limit);
	g->cause = r->is_spent ? GATE_SPENT : GATE_REFUSED;
	g->window = &l.window[r->window];
	/* What refuses is not full, and so it has an entry. */
	if (r->is_struck)
		b->entry[r->refused]->thaw_us = l.freeze_us == 0 ? UINT64_MAX :
						now_us + l.freeze_us;
	return as_asked(r->is_spent ? l.spent : l.action);
}

enum ast_subject
gate_pass(struct gate *g, const struct policy_facts *f, uint64_t now_us)
{
	struct buckets b;
	struct charge_result r;

	g->cause = GATE_TAKEN;
	policy_eval(g->policy, f, &g->plan);
	if (g->plan.never >= 0)
		return never(g, f);
	find(g, &g->plan, f, &b);
	if (is_frozen(g, f, &b, now_us)) {
		g->cause = GATE_FROZEN;
		return AST_FROZEN;
	}
	prepare(g, &b);
	charge_take(g->charge, g->plan.n, f->recipients, now_us, &r);
	keep(g, &b, now_us);
	return r.is_taken ? AST_ACCEPTED : refused(g, &b, &r, now_us);
}
