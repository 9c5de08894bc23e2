/*
 * solve_values.c - what the solver knows of tests, and the values worth trying.
 *
 * Tests of a number divide its values into ranges, and within one all of them
 * are alike: the lowest stands for the rest. So it is with minutes, and with
 * addresses, whose ranges begin where a network begins or has just ended.
 */
#include "solve_values.h"

#include <stdlib.h>
#include <string.h>

#include "../facts.h"
#include "../identity/identity.h"
#include "../match.h"

static int
order_values(const void *first, const void *second)
{
	const struct solve_value *a = first, *b = second;
	int order = match_order(a->text, b->text);

	if (order == 0)
		order = a->client.family - b->client.family;
	if (order == 0)
		order = memcmp(a->client.bytes, b->client.bytes, 16);
	return order != 0 ? order : (a->low > b->low) - (a->low < b->low);
}

static void
add_text(struct solver *s, struct policy_text text)
{
	s->value[s->n_values++] =
		(struct solve_value){ .kind = SOLVE_IS, .text = text };
}

static void
add_number(struct solver *s, uint64_t n)
{
	if (n >= 1 && n <= UINT32_MAX)
		s->value[s->n_values++] = (struct solve_value){
			.kind = SOLVE_IS, .low = (uint32_t)n };
}

static void
add_minute(struct solver *s, unsigned minute)
{
	s->value[s->n_values++] = (struct solve_value){
		.kind = SOLVE_IS, .low = minute % 1440 };
}

/* True if the class may have that client. */
static bool
fits_class(const struct solver *s, const struct policy_address *client)
{
	bool is_own = false;

	if (!s->has_few_own || s->class == POLICY_AUTHENTICATED)
		return true;
	for (const struct ast_value *v = s->tree->own_networks; v != NULL;
	     v = v->next)
		is_own |= identity_in_network(client, &v->net, v->prefix);
	return is_own == (s->class == POLICY_RELAYED);
}

static void
add_client(struct solver *s, struct policy_address client)
{
	if (fits_class(s, &client))
		s->value[s->n_values++] = (struct solve_value){
			.kind = SOLVE_IS, .client = client };
}

/* Its first address, and the one after its last. */
static void
add_network(struct solver *s, const struct ast_value *v)
{
	struct policy_address a = identity_network(&v->net, v->prefix);

	add_client(s, a);
	for (unsigned i = v->prefix; i-- > 0;) {
		a.bytes[i / 8] ^= (uint8_t)(0x80 >> i % 8);
		if ((a.bytes[i / 8] & 0x80 >> i % 8) != 0) {
			add_client(s, a);
			return;
		}
	}
}

static void
add_set(struct solver *s, const struct ast_value *v)
{
	for (; v != NULL; v = v->next)
		if (v->kind == AST_NETWORK)
			add_network(s, v);
		else if (v->kind == AST_NAME)
			add_text(s, v->word.text);
}

/* The borders between those values of which it is true, and the others. */
static void
add_test(struct solver *s, const struct solve_test *t)
{
	const struct ast_expr *e = t->e;

	switch (fact_type(e->fact)) {
	case FACT_NUMBER:
		if (e->op != AST_ABOVE && e->op != AST_AT_MOST)
			add_number(s, e->number);
		if (e->op != AST_BELOW && e->op != AST_AT_LEAST)
			add_number(s, e->number + 1);
		break;
	case FACT_MINUTE:
		add_minute(s, e->from);
		add_minute(s, e->to);
		break;
	case FACT_WEEKDAY:
		break;
	default:
		if (t->is_small)
			add_set(s, solve_values_of(e));
	}
}

/* What is there, whatever is tested. */
static void
add_always(struct solver *s, enum policy_fact fact)
{
	static const struct policy_text null_sender = {
		IDENTITY_NULL_SENDER, sizeof(IDENTITY_NULL_SENDER) - 1 };

	if (fact == POLICY_SENDER)
		add_text(s, null_sender);
	if (fact == POLICY_RECIPIENTS)
		add_number(s, 1);
	for (uint32_t day = 0; fact == POLICY_DAY && day < 7; day++)
		s->value[s->n_values++] =
			(struct solve_value){ .kind = SOLVE_IS, .low = day };
	if (fact != POLICY_CLIENT)
		return;
	add_client(s, (struct policy_address){ .family = 4 });
	add_client(s, (struct policy_address){ .family = 6 });
	if (s->has_few_own)
		add_set(s, s->tree->own_networks);
}

/* Sorts the values of a fact, each once, and says where each range ends. */
static void
finish_range(struct solver *s, enum policy_fact fact)
{
	struct solve_value *v = s->value + s->range[fact].first;
	unsigned n = s->n_values - s->range[fact].first, kept = 0;

	qsort(v, n, sizeof(*v), order_values);
	for (unsigned i = 0; i < n; i++)
		if (kept == 0 || order_values(&v[kept - 1], &v[i]) != 0)
			v[kept++] = v[i];
	for (unsigned i = 0; i < kept; i++) {
		if (fact == POLICY_RECIPIENTS)
			v[i].high = i + 1 < kept ? v[i + 1].low - 1 : UINT32_MAX;
		if (fact == POLICY_TIME)
			v[i].high = v[(i + 1) % kept].low;
	}
	s->range[fact].n = kept;
	s->n_values = s->range[fact].first + kept;
}

static void
ask_tests(struct solver *s, const struct ast_expr *e, bool has_fact[])
{
	struct solve_test *t;

	if (!solve_is_test(e)) {
		ask_tests(s, e->left, has_fact);
		if (e->right != NULL)
			ask_tests(s, e->right, has_fact);
		return;
	}
	t = &s->test[e->test];
	if (t->asked == s->number)
		return;
	t->asked = s->number;
	t->taken = OPEN;
	s->asked[s->n_asked++] = e->test;
	has_fact[e->fact] = true;
}

void
solve_collect(struct solver *s, const struct solve_question *q)
{
	bool has_fact[POLICY_FACT_IDS] = { false };

	s->number++;
	s->class = q->class;
	s->n_asked = s->n_values = s->n_trail = 0;
	for (unsigned i = 0; i < q->n; i++)
		if (q->term[i].when != NULL)
			ask_tests(s, q->term[i].when, has_fact);
	memset(s->fact, 0, sizeof(s->fact));
	for (unsigned f = 0; f < POLICY_FACT_IDS; f++) {
		s->range[f] = (struct solve_range){ s->n_values, 0 };
		if (!has_fact[f])
			continue;
		add_always(s, (enum policy_fact)f);
		for (unsigned i = 0; i < s->n_asked; i++)
			if (s->test[s->asked[i]].e->fact == f)
				add_test(s, &s->test[s->asked[i]]);
		finish_range(s, (enum policy_fact)f);
	}
}
