/*
 * eval.c - program and facts to a plan.
 *
 * The program counter only grows and the code ends in DONE, so a walk takes at
 * most as many steps as there are instructions. Nothing here can fail: what
 * could go wrong was refused by verify.c.
 */
#include "eval.h"

#include "../bucket/charge.h"
#include "../facts.h"
#include "../match.h"
#include "set.h"

bool
eval_has(const struct policy_facts *f, enum policy_fact fact)
{
	switch (fact_type(fact)) {
	case FACT_ADDRESS:
		return f->client.family != 0;
	case FACT_TEXT:
		return f->text[fact].p != NULL;
	default:
		return true;
	}
}

/* from is in the span, to is outside; from behind to: over midnight. */
static bool
is_during(uint32_t span, uint32_t minute)
{
	uint32_t from = span >> 16, to = span & 0xffff;

	if (from < to)
		return minute >= from && minute < to;
	return minute >= from || minute < to;
}

static bool
test_text(const struct policy *p, const struct prog_instr *in,
	  struct policy_text text)
{
	if (text.p == NULL)
		return false;
	if (in->op == OP_IN)
		return set_has_text(p, prog_set(p, in->k), text);
	if (in->op == OP_LIKE)
		return match_glob(prog_bytes(p, prog_text(p, in->k)), text);
	return match_equal(prog_bytes(p, prog_text(p, in->k)), text);
}

bool
eval_test(const struct policy *p, const struct prog_instr *in,
	  const struct policy_facts *f)
{
	switch (in->op) {
	case OP_CLASS:
		return (in->k >> f->class & 1) != 0;
	case OP_HAS:
		return eval_has(f, in->fact);
	case OP_WITHIN:
		return set_has_client(p, prog_set(p, in->k), &f->client);
	case OP_SAME:
		return f->recipients == prog_number(p, in->k);
	case OP_ABOVE:
		return f->recipients > prog_number(p, in->k);
	case OP_BELOW:
		return f->recipients < prog_number(p, in->k);
	case OP_DURING:
		return is_during(prog_number(p, in->k), f->minute);
	case OP_ON:
		return (in->k >> f->weekday & 1) != 0;
	default:	/* OP_EQUAL, OP_LIKE, OP_IN */
		return test_text(p, in, f->text[in->fact]);
	}
}

uint16_t
eval_skip(const struct policy *p, const struct prog_instr *in,
	  const struct policy_facts *f)
{
	if (in->op == OP_CHARGE)
		return 0;
	return eval_test(p, in, f) ? in->jt : in->jf;
}

/* Adds a limit to the plan, and notes the first that can never be met. */
static void
charge(const struct policy *p, uint16_t limit, const struct policy_facts *f,
       struct policy_plan *plan)
{
	const struct prog_limit *l = prog_limit(p, limit);

	if (plan->n == POLICY_PLAN_MAX) {
		plan->is_over = true;
		return;
	}
	plan->limit[plan->n++] = limit;
	if (plan->never >= 0 || l->answer.action == POLICY_OBSERVE)
		return;
	for (unsigned w = 0; w < l->n_windows; w++) {
		const struct policy_window *window = prog_window(p, l->first_window + w);

		if (charge_cost(window, f->recipients) > window->burst) {
			plan->never = (int)plan->n - 1;
			plan->never_window = w;
			return;
		}
	}
}

static void
run(const struct policy *p, const struct prog_instr *in,
    const struct policy_facts *f, struct policy_plan *plan)
{
	*plan = (struct policy_plan){ .never = -1 };
	for (; in->op != OP_DONE; in += 1 + eval_skip(p, in, f))
		if (in->op == OP_CHARGE)
			charge(p, in->k, f, plan);
}

void
policy_eval(const struct policy *p, const struct policy_facts *f,
	    struct policy_plan *plan)
{
	run(p, prog_code(p), f, plan);
}

void
policy_eval_frozen(const struct policy *p, const struct policy_facts *f,
		   struct policy_plan *plan)
{
	run(p, prog_code(p) + p->frozen_at, f, plan);
}

enum policy_class
policy_classify(const struct policy *p, bool is_local, const struct policy_facts *f)
{
	if (is_local)
		return POLICY_LOCAL;
	if (f->text[POLICY_LOGIN].p != NULL && f->text[POLICY_LOGIN].len > 0)
		return POLICY_AUTHENTICATED;
	if (set_has_client(p, prog_set(p, p->own), &f->client))
		return POLICY_RELAYED;
	return POLICY_INBOUND;
}
