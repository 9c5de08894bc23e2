/*
 * reference.c - what a policy means, read from its tree.
 *
 * The plainest evaluator there is: it walks the tree and shares no line with
 * the one that runs. It is slow, recursive, and only compared with.
 */
#include "reference.h"

#include <string.h>

#include "../../policy/facts.h"

/* By recursion: a star takes nothing, or one more byte. */
static bool
glob(const char *g, const char *g_end, const char *t, const char *t_end)
{
	if (g == g_end)
		return t == t_end;
	if (*g == '*')
		return glob(g + 1, g_end, t, t_end) ||
		       (t < t_end && glob(g, g_end, t + 1, t_end));
	return t < t_end && (*g == '?' || *g == *t) &&
	       glob(g + 1, g_end, t + 1, t_end);
}

static bool
in_network(const struct policy_address *a, const struct ast_value *v)
{
	if (a->family != v->net.family)
		return false;
	for (unsigned bit = 0; bit < v->prefix; bit++)
		if (((a->bytes[bit / 8] ^ v->net.bytes[bit / 8]) >> (7 - bit % 8) & 1) != 0)
			return false;
	return true;
}

static bool
is_value(const struct policy_facts *f, enum policy_fact fact,
	 const struct ast_value *v)
{
	struct policy_text t = fact == POLICY_CLIENT ?
		(struct policy_text){ 0 } : f->text[fact], w = v->word.text;

	if (v->kind == AST_NETWORK && fact == POLICY_CLIENT)
		return in_network(&f->client, v);
	if (t.p == NULL)
		return false;
	if (v->kind == AST_GLOB)
		return glob(w.p, w.p + w.len, t.p, t.p + t.len);
	return t.len == w.len && memcmp(t.p, w.p, w.len) == 0;
}

static bool
in_set(const struct policy_facts *f, const struct ast_expr *e)
{
	const struct ast_value *v = e->set != NULL ? e->set->values : e->value;

	for (; v != NULL; v = e->set != NULL ? v->next : NULL)
		if (is_value(f, e->fact, v))
			return true;
	return false;
}

static bool
during(unsigned minute, unsigned from, unsigned to)
{
	if (from < to)
		return minute >= from && minute < to;
	return minute >= from || minute < to;
}

static bool
holds(const struct ast_expr *e, const struct policy_facts *f)
{
	switch (e->op) {
	case AST_AND: return holds(e->left, f) && holds(e->right, f);
	case AST_OR: return holds(e->left, f) || holds(e->right, f);
	case AST_NOT: return !holds(e->left, f);
	case AST_ABOVE: return f->recipients > e->number;
	case AST_BELOW: return f->recipients < e->number;
	case AST_AT_LEAST: return f->recipients >= e->number;
	case AST_AT_MOST: return f->recipients <= e->number;
	case AST_DURING: return during(f->minute, e->from, e->to);
	case AST_ON: return (e->days >> f->weekday & 1) != 0;
	case AST_IN: return in_set(f, e);
	case AST_LIKE: return is_value(f, e->fact, e->value);
	case AST_EQUAL: break;
	}
	if (e->fact == POLICY_RECIPIENTS)
		return f->recipients == e->number;
	return is_value(f, e->fact, e->value);
}

static bool
has_key(const struct ast_key *k, const struct policy_facts *f)
{
	if (k->otherwise.text.p != NULL)
		return true;
	return k->fact == POLICY_CLIENT ? f->client.family != 0 :
	       f->text[k->fact].p != NULL;
}

static bool
matches(const struct ast_limit *l, const struct policy_facts *f)
{
	if ((l->classes >> f->class & 1) == 0)
		return false;
	for (const struct ast_key *k = l->by; k != NULL; k = k->next)
		if (!has_key(k, f))
			return false;
	return l->when == NULL || holds(l->when, f);
}

static void
add(const struct ast_limit *l, uint16_t index, const struct policy_facts *f,
    struct policy_plan *plan)
{
	unsigned i = plan->n++, k = 0;

	plan->limit[i] = index;
	for (const struct ast_window *w = l->allow; w != NULL; w = w->next, k++) {
		uint64_t cost = w->unit == POLICY_RCPTS ? f->recipients : 1;

		if (plan->never >= 0 || l->otherwise.action == POLICY_OBSERVE ||
		    cost <= w->burst)
			continue;
		plan->never = (int)i;
		plan->never_window = k;
	}
}

static uint16_t
length(const struct ast_limit *l)
{
	uint16_t n = 0;

	for (; l != NULL; l = l->next)
		n++;
	return n;
}

/* True if one of the list matched, and is the plan. */
static bool
add_first(const struct ast_limit *l, uint16_t index, const struct policy_facts *f,
	  struct policy_plan *plan)
{
	for (; l != NULL; l = l->next, index++)
		if (matches(l, f)) {
			add(l, index, f, plan);
			return true;
		}
	return false;
}

/* The program has the exemptions first, then the limits, then what lets frozen
 * mail through. */
void
reference_eval(const struct ast_policy *tree, const struct policy_facts *f,
	       bool is_frozen, struct policy_plan *plan)
{
	uint16_t n_exempts = length(tree->exempts), index = n_exempts;

	memset(plan, 0, sizeof(*plan));
	plan->never = -1;
	if (is_frozen) {
		index = (uint16_t)(n_exempts + length(tree->limits));
		add_first(tree->frozen.exempts, index, f, plan);
		return;
	}
	if (add_first(tree->exempts, 0, f, plan))
		return;
	for (const struct ast_limit *l = tree->limits; l != NULL; l = l->next, index++)
		if (matches(l, f))
			add(l, index, f, plan);
}

const struct ast_limit *
reference_limit(const struct ast_policy *tree, unsigned index)
{
	const struct ast_limit *const lists[] = {
		tree->exempts, tree->limits, tree->frozen.exempts,
	};

	for (unsigned i = 0; i < 3; i++)
		for (const struct ast_limit *l = lists[i]; l != NULL; l = l->next)
			if (index-- == 0)
				return l;
	return NULL;
}

static bool
is_avoidable(const struct ast_limit *l)
{
	if (l->otherwise.action == POLICY_OBSERVE)
		return true;
	for (const struct ast_key *k = l->by; k != NULL; k = k->next)
		if (fact_trust(k->fact) == FACT_CLAIMED)
			return true;
	return false;
}

bool
reference_escapes(const struct ast_policy *tree, const struct policy_facts *f)
{
	struct policy_plan plan;

	if (f->class == POLICY_INBOUND)
		return false;
	reference_eval(tree, f, false, &plan);
	for (unsigned i = 0; i < plan.n; i++)
		if (!is_avoidable(reference_limit(tree, plan.limit[i])))
			return false;
	return true;
}
