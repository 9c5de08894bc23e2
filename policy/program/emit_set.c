/*
 * emit_set.c - sets to tables that are searched in a few steps.
 *
 * Names are sorted, for readers and so that an order in the source means
 * nothing, and found by hash; globs stay in file order; of networks, those that
 * lie in another are left out, so that there is one candidate for an address.
 */
#include "emit_parts.h"

#include <stdlib.h>

#include "../identity/identity.h"
#include "../match.h"
#include "set.h"

#define OTHER_BYTES ((size_t)64 << 10)	/* of conditions and answers, as a rule */

static uint32_t
count_values(const struct ast_value *v, enum ast_value_kind kind)
{
	uint32_t n = 0;

	for (; v != NULL; v = v->next)
		n += v->kind == kind;
	return n;
}

/* Scratch for the values of one kind. */
static void *
scratch(struct emit *e, uint32_t n, size_t size)
{
	void *p = arena_alloc(e->a, n * size);

	if (p == NULL)
		e->pools.is_full = true;
	return p;
}

static int
order_names(const void *a, const void *b)
{
	const struct policy_text *x = a, *y = b;

	return match_order(*x, *y);
}

static void
add_names(struct emit *e, const struct ast_value *v, struct prog_set *s)
{
	uint32_t n = count_values(v, AST_NAME), i = 0;
	struct policy_text *name = scratch(e, n, sizeof(*name));

	if (name == NULL)
		return;
	for (; v != NULL; v = v->next)
		if (v->kind == AST_NAME)
			name[i++] = v->word.text;
	qsort(name, n, sizeof(*name), order_names);
	for (i = 0; i < n; i++) {
		if (i > 0 && match_equal(name[i - 1], name[i]))
			continue;
		emit_text(e, POOL_NAMES, name[i]);
		s->n_names++;
	}
}

static void
add_globs(struct emit *e, const struct ast_value *v, struct prog_set *s)
{
	for (; v != NULL; v = v->next)
		if (v->kind == AST_GLOB) {
			emit_text(e, POOL_NAMES, v->word.text);
			s->n_globs++;
		}
}

/* Twice as many slots as names, and one more, at least. */
static void
add_slots(struct emit *e, struct prog_set *s)
{
	const struct prog_text *names;
	const char *bytes;
	uint32_t *slot;

	s->n_slots = 1;
	while (s->n_slots <= 2 * s->n_names)
		s->n_slots *= 2;
	s->first_slot = pools_add(&e->pools, POOL_SLOTS, NULL, s->n_slots);
	if (e->pools.is_full)
		return;
	slot = (uint32_t *)e->pools.pool[POOL_SLOTS].p + s->first_slot;
	names = (struct prog_text *)e->pools.pool[POOL_NAMES].p;
	bytes = e->pools.pool[POOL_BYTES].p;
	for (uint32_t i = 0; i < s->n_names; i++) {
		const struct prog_text *name = &names[s->first_name + i];
		uint64_t at = prog_hash(bytes + name->at, name->len);

		while (slot[at & (s->n_slots - 1)] != 0)
			at++;
		slot[at & (s->n_slots - 1)] = i + 1;
	}
}

/* Of two that begin with the same address, the larger first. */
static int
order_nets(const void *a, const void *b)
{
	const struct prog_net *x = a, *y = b;
	int order = set_order_nets(&x->net, &y->net);

	return order != 0 ? order : (int)x->prefix - (int)y->prefix;
}

static void
add_nets(struct emit *e, const struct ast_value *v, struct prog_set *s)
{
	uint32_t n = count_values(v, AST_NETWORK), i = 0;
	struct prog_net *net = scratch(e, n, sizeof(*net));
	const struct prog_net *last = NULL;

	if (net == NULL)
		return;
	for (; v != NULL; v = v->next)
		if (v->kind == AST_NETWORK)
			net[i++] = (struct prog_net){
				identity_network(&v->net, v->prefix),
				(uint8_t)v->prefix };
	qsort(net, n, sizeof(*net), order_nets);
	for (i = 0; i < n; i++) {
		if (last != NULL &&
		    identity_in_network(&net[i].net, &last->net, last->prefix))
			continue;
		last = &net[i];
		pools_add(&e->pools, POOL_NETS, last, 1);
		s->n_nets++;
	}
}

static uint32_t
add_set(struct emit *e, struct policy_text name, const struct ast_value *values)
{
	struct prog_set s = {
		.name = pools_text(&e->pools, name),
		.first_name = pools_count(&e->pools, POOL_NAMES),
		.first_net = pools_count(&e->pools, POOL_NETS),
	};

	add_names(e, values, &s);
	add_globs(e, values, &s);
	add_slots(e, &s);
	add_nets(e, values, &s);
	return pools_add(&e->pools, POOL_SETS, &s, 1);
}

uint32_t
emit_set_of(struct emit *e, const struct ast_value *value)
{
	return add_set(e, (struct policy_text){ "", 0 }, value);
}

/* One growth for all of them, and what conditions name: a million names are not
 * copied again. */
static void
reserve(struct emit *e)
{
	size_t n = 0, len = 0;

	for (const struct ast_set *s = e->tree->sets; s != NULL; s = s->next)
		for (const struct ast_value *v = s->values; v != NULL; v = v->next) {
			n++;
			len += v->word.text.len + 1;
		}
	pools_reserve(&e->pools, POOL_NAMES, n);
	pools_reserve(&e->pools, POOL_BYTES, len + OTHER_BYTES);
}

void
emit_sets(struct emit *e)
{
	reserve(e);
	emit_set_of(e, e->tree->own_networks);
	for (const struct ast_set *s = e->tree->sets; s != NULL; s = s->next)
		add_set(e, s->name.text, s->values);
}
