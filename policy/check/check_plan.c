/*
 * check_plan.c - no message meets more limits than a plan can hold.
 *
 * Limits that ask for different values of one fact, as one for each login,
 * never meet: of these a message finds as many as there are for the value that
 * has most. Every other limit it may find.
 */
#include "check.h"

#include <stdlib.h>

#include "../facts.h"
#include "../language/words.h"
#include "../match.h"

/* A limit, and the value that it asks for. */
struct pin {
	const struct ast_limit *l;
	int fact;			/* enum policy_fact; -1: none */
	struct policy_text text;
	unsigned place;			/* in the file */
};

const struct ast_expr *
check_pinned(const struct ast_expr *e)
{
	const struct ast_expr *found;

	if (e == NULL)
		return NULL;
	if (e->op == AST_AND) {
		found = check_pinned(e->left);
		return found != NULL ? found : check_pinned(e->right);
	}
	return e->op == AST_EQUAL && fact_type(e->fact) == FACT_TEXT ? e : NULL;
}

static struct pin
pin(const struct ast_limit *l, unsigned place)
{
	const struct ast_expr *e = check_pinned(l->when);

	if (e == NULL || e->value == NULL)
		return (struct pin){ l, -1, { "", 0 }, place };
	return (struct pin){ l, (int)e->fact, e->value->word.text, place };
}

static int
order_values(const struct pin *a, const struct pin *b)
{
	int order = a->fact - b->fact;

	return order != 0 ? order : match_order(a->text, b->text);
}

static int
order_pins(const void *first, const void *second)
{
	const struct pin *a = first, *b = second;
	int order = order_values(a, b);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static unsigned
run_length(const struct pin *p, unsigned n)
{
	unsigned len = 1;

	while (len < n && order_values(&p[0], &p[len]) == 0)
		len++;
	return len;
}

/* The longest run of limits with one value among those of p's fact. */
static const struct pin *
longest_run(const struct pin *p, unsigned n, unsigned *longest)
{
	const struct pin *found = p;
	int fact = p->fact;
	unsigned len;

	*longest = 0;
	for (; n > 0 && p->fact == fact; p += len, n -= len) {
		len = run_length(p, n);
		if (len > *longest) {
			*longest = len;
			found = p;
		}
	}
	return found;
}

/* The first limit that is one too many; NULL: a plan can hold all of them. */
static const struct ast_limit *
find_excess(const struct pin *p, unsigned n, unsigned *bound)
{
	const struct ast_limit *last = NULL;
	unsigned len;

	*bound = 0;
	for (unsigned i = 0; i < n;) {
		const struct pin *run = longest_run(p + i, n - i, &len);
		int fact = p[i].fact;

		*bound += len;
		if (*bound > POLICY_PLAN_MAX && last == NULL)
			last = run[len - (*bound - POLICY_PLAN_MAX)].l;
		while (i < n && p[i].fact == fact)
			i++;
	}
	return last;
}

static unsigned
pin_class(struct pin *p, const struct ast_limit *l, enum policy_class class)
{
	unsigned n = 0;

	for (; l != NULL; l = l->next)
		if (check_has_class(l, class)) {
			p[n] = pin(l, n);
			n++;
		}
	qsort(p, n, sizeof(*p), order_pins);
	return n;
}

void
check_plans(struct check *k)
{
	const struct ast_limit *excess, *reported = NULL;
	unsigned n = 1, bound;
	struct pin *p;

	for (struct ast_limit *l = k->tree->limits; l != NULL; l = l->next)
		n++;
	p = arena_alloc(k->arena, n * sizeof(*p));
	for (int class = 0; p != NULL && class < POLICY_CLASSES; class++) {
		n = pin_class(p, k->tree->limits, (enum policy_class)class);
		excess = find_excess(p, n, &bound);
		if (excess != NULL && excess != reported)
			diag_error(k->d, excess->classes_at, "one more limit that "
				   "%s mail may meet: there can be %d, and here "
				   "are %u; join some, or write 'when login = "
				   "...' where each is for somebody else",
				   words_classes.list[class], POLICY_PLAN_MAX,
				   bound);
		reported = excess != NULL ? excess : reported;
	}
}
