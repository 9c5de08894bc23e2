/*
 * eval.c - program and facts to a plan.
 *
 * The program counter only grows and the program ends in DONE, so a walk takes
 * at most as many steps as there are instructions. Nothing here can fail: what
 * could go wrong was refused by verify.c.
 */
#include "eval.h"

#include "../facts.h"
#include "match.h"

bool
eval_has(const struct policy_facts *f, enum policy_fact fact)
{
	switch (fact_type(fact)) {
	case FACT_ADDRESS:
		return f->client.family != 0;
	case FACT_TEXT:
		return f->text[fact].p != NULL;
	case FACT_NUMBER:
		break;
	}
	return true;
}

bool
eval_test(const struct policy *p, const struct prog_instr *in,
	  const struct policy_facts *f)
{
	struct policy_text text = f->text[in->fact];
	struct policy_text want;

	switch (in->op) {
	case OP_CLASS:
		return (in->k >> f->class & 1) != 0;
	case OP_HAS:
		return eval_has(f, in->fact);
	case OP_EQUAL:
		want = prog_bytes(p, prog_text(p, in->k));
		return text.p != NULL && match_order(text, want) == 0;
	case OP_LIKE:
		want = prog_bytes(p, prog_text(p, in->k));
		return text.p != NULL && match_glob(want, text);
	case OP_IN:
		return text.p != NULL && match_set(p, prog_set(p, in->k), text);
	case OP_WITHIN:
		return match_networks(p, prog_set(p, in->k), &f->client);
	case OP_SAME:
		return f->recipients == prog_number(p, in->k);
	case OP_ABOVE:
		return f->recipients > prog_number(p, in->k);
	default:	/* OP_BELOW */
		return f->recipients < prog_number(p, in->k);
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

uint32_t
policy_cost(const struct policy_window *w, const struct policy_facts *f)
{
	return w->unit == POLICY_RCPTS ? f->recipients : 1;
}

/* Adds a limit to the plan, and notes the first that can never be met. */
static void
charge(const struct policy *p, uint16_t limit, const struct policy_facts *f,
       struct policy_plan *plan)
{
	struct policy_limit l = policy_limit(p, limit);
	unsigned i = plan->n++;

	plan->limit[i] = limit;
	if (plan->never >= 0 || l.action == POLICY_OBSERVE)
		return;
	for (unsigned w = 0; w < l.n_windows; w++) {
		if (policy_cost(&l.window[w], f) > l.window[w].burst) {
			plan->never = (int)i;
			plan->never_window = w;
			return;
		}
	}
}

void
policy_eval(const struct policy *p, const struct policy_facts *f,
	    struct policy_plan *plan)
{
	const struct prog_instr *in = prog_code(p);

	*plan = (struct policy_plan){ .never = -1 };
	for (; in->op != OP_DONE; in += 1 + eval_skip(p, in, f))
		if (in->op == OP_CHARGE)
			charge(p, in->k, f, plan);
}

enum policy_class
policy_classify(const struct policy *p, bool is_local, const struct policy_facts *f)
{
	if (is_local)
		return POLICY_LOCAL;
	if (f->text[POLICY_LOGIN].p != NULL && f->text[POLICY_LOGIN].len > 0)
		return POLICY_AUTHENTICATED;
	if (match_networks(p, prog_set(p, p->own), &f->client))
		return POLICY_RELAYED;
	return POLICY_INBOUND;
}
