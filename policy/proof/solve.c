/*
 * solve.c - can there be a message like that? The search.
 *
 * The terms are looked at in order. The first that is open for want of a fact
 * is decided by trying each value of that fact; what was decided before stays
 * so below. Of the sender the domain follows.
 */
#include "solve.h"

#include "../facts.h"
#include "../identity/identity.h"
#include "../match.h"
#include "solve_values.h"

/* What is decided at one time; each is a step of the recursion. */
#define DEPTH_MAX 5000

struct search {
	struct solver *s;
	const struct solve_question *q;
	unsigned long steps;
	enum policy_fact fact;		/* what a term is open for */
	const struct solve_test *test;	/* NULL: for the fact; or this */
};

/* Tests */

static bool
matches_text(const struct ast_value *v, struct policy_text text)
{
	return v->kind == AST_GLOB ? match_glob(v->word.text, text) :
	       match_equal(v->word.text, text);
}

/* A pattern takes as long as both are. */
static void
charge(struct search *f, unsigned long steps)
{
	f->steps -= f->steps < steps ? f->steps : steps;
}

static bool
matches_any(struct search *f, const struct ast_expr *e,
	    const struct solve_value *is)
{
	const struct ast_value *v = solve_values_of(e);

	for (; v != NULL; v = v->next) {
		charge(f, 1 + v->word.text.len * is->text.len / 256);
		if (v->kind == AST_NETWORK ?
		    identity_in_network(&is->client, &v->net, v->prefix) :
		    matches_text(v, is->text))
			return true;
	}
	return false;
}

static bool
is_during(const struct ast_expr *e, uint32_t minute)
{
	if (e->from < e->to)
		return minute >= e->from && minute < e->to;
	return minute >= e->from || minute < e->to;
}

static bool
compares(const struct ast_expr *e, uint32_t n)
{
	switch (e->op) {
	case AST_ABOVE:
		return n > e->number;
	case AST_BELOW:
		return n < e->number;
	case AST_AT_LEAST:
		return n >= e->number;
	case AST_AT_MOST:
		return n <= e->number;
	case AST_DURING:
		return is_during(e, n);
	case AST_ON:
		return (e->days & 1u << n) != 0;
	default:
		return n == e->number;
	}
}

/* The answer for a value that the tests name. */
static enum truth
test_value(struct search *f, const struct solve_test *t,
	   const struct solve_value *is)
{
	enum fact_type type = fact_type(t->e->fact);

	if (type != FACT_TEXT && type != FACT_ADDRESS)
		return compares(t->e, is->low) ? YES : NO;
	if (!t->is_small) {
		f->test = t;
		return t->taken;
	}
	return matches_any(f, t->e, is) ? YES : NO;
}

static enum truth
test_other(struct search *f, const struct solve_test *t)
{
	if (t->is_all)
		return YES;
	if (t->is_plain)
		return NO;
	f->test = t;
	return t->taken;
}

/* Says what the answer is for want of, if it is open. */
static enum truth
test(struct search *f, const struct ast_expr *e)
{
	const struct solve_test *t = &f->s->test[e->test];
	const struct solve_value *is = &f->s->fact[e->fact];
	enum fact_presence presence = fact_presence(e->fact, f->s->class);

	charge(f, 1);
	if (presence == FACT_NEVER ||
	    (f->q->is_stranger && t->is_somebody))
		return NO;
	f->fact = e->fact;
	f->test = NULL;
	switch (is->kind) {
	case SOLVE_ABSENT:
		return NO;
	case SOLVE_OTHER:
		return test_other(f, t);
	case SOLVE_IS:
		return t->is_all ? YES : test_value(f, t, is);
	default:
		return t->is_all && presence == FACT_ALWAYS ? YES : OPEN;
	}
}

/* Terms */

static enum truth
evaluate(struct search *f, const struct ast_expr *e)
{
	enum truth left, right;

	if (solve_is_test(e))
		return test(f, e);
	left = evaluate(f, e->left);
	if (e->op == AST_NOT)
		return left == OPEN ? OPEN : left == YES ? NO : YES;
	if (left == (e->op == AST_AND ? NO : YES))
		return left;
	if (left == OPEN) {
		struct search first = *f;

		right = evaluate(f, e->right);
		f->fact = first.fact;
		f->test = first.test;
		return right == (e->op == AST_AND ? NO : YES) ? right : OPEN;
	}
	return evaluate(f, e->right);
}

static enum truth
has_key(struct search *f, const struct ast_key *k)
{
	enum fact_presence presence = fact_presence(k->fact, f->s->class);
	enum solve_kind kind = f->s->fact[k->fact].kind;

	if (k->otherwise.text.p != NULL || presence == FACT_ALWAYS)
		return YES;
	if (presence == FACT_NEVER || kind == SOLVE_ABSENT)
		return NO;
	if (kind != SOLVE_ANY)
		return YES;
	f->fact = k->fact;
	f->test = NULL;
	return OPEN;
}

static enum truth
evaluate_term(struct search *f, const struct solve_term *t)
{
	enum truth whole = t->when != NULL ? evaluate(f, t->when) : YES;

	for (const struct ast_key *k = t->by; k != NULL && whole == YES;
	     k = k->next)
		whole = has_key(f, k);
	return whole;
}

/* The search */

static enum solve_answer search(struct search *f, unsigned from);

static enum solve_answer
try_value(struct search *f, enum policy_fact fact, struct solve_value v,
	  unsigned from)
{
	enum solve_answer answer;

	f->s->fact[fact] = v;
	answer = search(f, from);
	if (answer == SOLVE_NO)
		f->s->fact[fact].kind = SOLVE_ANY;
	return answer;
}

/* The domain of a sender that is known. */
static struct solve_value
domain_of(struct policy_text sender)
{
	struct policy_text domain = identity_domain_of(sender.p, sender.len);

	return (struct solve_value){
		.kind = domain.p != NULL ? SOLVE_IS : SOLVE_ABSENT,
		.text = domain };
}

static enum solve_answer
try_fact(struct search *f, enum policy_fact fact, unsigned from)
{
	const struct solve_value *sender = &f->s->fact[POLICY_SENDER];
	const struct solve_range *range = &f->s->range[fact];
	enum solve_answer answer = SOLVE_NO;

	if (fact == POLICY_DOMAIN && sender->kind == SOLVE_IS)
		return try_value(f, fact, domain_of(sender->text), from);
	if (fact_type(fact) == FACT_TEXT)
		answer = try_value(f, fact, (struct solve_value){
				   .kind = SOLVE_OTHER }, from);
	if (answer == SOLVE_NO &&
	    fact_presence(fact, f->s->class) == FACT_SOMETIMES)
		answer = try_value(f, fact, (struct solve_value){
				   .kind = SOLVE_ABSENT }, from);
	for (unsigned i = 0; i < range->n && answer == SOLVE_NO; i++)
		answer = try_value(f, fact, f->s->value[range->first + i], from);
	return answer;
}

static enum solve_answer
try_test(struct search *f, unsigned test, unsigned from)
{
	struct solve_test *t = &f->s->test[test];
	enum solve_answer answer;

	f->s->trail[f->s->n_trail++] = test;
	t->taken = NO;
	answer = search(f, from);
	if (answer == SOLVE_NO) {
		t->taken = YES;
		answer = search(f, from);
	}
	if (answer == SOLVE_NO) {
		t->taken = OPEN;
		f->s->n_trail--;
	}
	return answer;
}

/* The terms before from are as they have to be. */
static enum solve_answer
search(struct search *f, unsigned from)
{
	enum policy_fact fact;

	for (; from < f->q->n; from++) {
		const struct solve_term *t = &f->q->term[from];
		enum truth is_met = evaluate_term(f, t);

		if (is_met == OPEN)
			break;
		if ((is_met == YES) != t->is_met)
			return SOLVE_NO;
	}
	if (from == f->q->n)
		return SOLVE_YES;
	if (f->steps == 0 || f->s->n_trail == DEPTH_MAX)
		return SOLVE_UNKNOWN;
	if (f->test != NULL)
		return try_test(f, f->test->e->test, from);
	fact = f->fact;
	if (fact == POLICY_DOMAIN && f->s->range[POLICY_SENDER].n != 0 &&
	    f->s->fact[POLICY_SENDER].kind == SOLVE_ANY)
		fact = POLICY_SENDER;
	return try_fact(f, fact, from);
}

enum solve_answer
solve(struct solver *s, struct solve_question *q)
{
	struct search f = { .s = s, .q = q, .steps = q->steps };
	enum solve_answer answer;

	solve_collect(s, q);
	answer = search(&f, 0);
	q->steps = f.steps;
	return answer;
}

struct solve_value
solve_found(const struct solver *s, enum policy_fact fact)
{
	return s->fact[fact];
}

const struct ast_expr *
solve_taken(const struct solver *s, unsigned i, bool *is_met)
{
	const struct solve_test *t;

	if (i >= s->n_trail)
		return NULL;
	t = &s->test[s->trail[i]];
	*is_met = t->taken == YES;
	return t->e;
}
