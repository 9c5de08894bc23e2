/*
 * verify_set.c - sets: every search ends, and finds what is there.
 */
#include "verify_parts.h"

#include "../identity/identity.h"
#include "../match.h"
#include "set.h"

static bool
are_names_ordered(const struct policy *p, const struct prog_set *s)
{
	for (uint32_t i = 1; i < s->n_names; i++) {
		struct prog_text a = prog_name(p, s->first_name + i - 1);
		struct prog_text b = prog_name(p, s->first_name + i);

		if (match_order(prog_bytes(p, a), prog_bytes(p, b)) >= 0)
			return false;
	}
	return true;
}

/* Each slot is that of a name, and one is free: a search ends. */
static bool
are_slots_good(const struct policy *p, const struct prog_set *s)
{
	uint32_t n_free = 0;

	if (s->n_slots == 0 || (s->n_slots & (s->n_slots - 1)) != 0)
		return false;
	for (uint32_t i = 0; i < s->n_slots; i++) {
		uint32_t slot = prog_slot(p, s->first_slot + i);

		if (slot > s->n_names)
			return false;
		n_free += slot == 0;
	}
	return n_free > 0;
}

static bool
are_names_found(const struct policy *p, const struct prog_set *s)
{
	for (uint32_t i = 0; i < s->n_names; i++) {
		struct prog_text name = prog_name(p, s->first_name + i);

		if (!set_has_name(p, s, prog_bytes(p, name)))
			return false;
	}
	return true;
}

/* One of a family, no bit set behind the prefix. */
static bool
is_net_good(const struct prog_net *n)
{
	struct policy_address net = identity_network(&n->net, n->prefix);

	return (n->net.family == 4 || n->net.family == 6) &&
	       n->prefix <= identity_bits(&n->net) &&
	       set_order_nets(&net, &n->net) == 0;
}

/* In order, and none in the one before it: so none in any other. */
static bool
are_nets_good(const struct policy *p, const struct prog_set *s)
{
	for (uint32_t i = 0; i < s->n_nets; i++) {
		const struct prog_net *n = prog_net(p, s->first_net + i);

		if (!is_net_good(n))
			return false;
		if (i == 0)
			continue;
		if (set_order_nets(&n[-1].net, &n->net) > 0 ||
		    identity_in_network(&n->net, &n[-1].net, n[-1].prefix))
			return false;
	}
	return true;
}

static bool
is_set_good(const struct policy *p, const struct prog_set *s)
{
	return verify_text(p, s->name, UINT32_MAX) &&
	       verify_range(p, POOL_NAMES, s->first_name, s->n_names) &&
	       verify_range(p, POOL_NAMES, s->first_name + s->n_names, s->n_globs) &&
	       verify_range(p, POOL_SLOTS, s->first_slot, s->n_slots) &&
	       verify_range(p, POOL_NETS, s->first_net, s->n_nets) &&
	       are_names_ordered(p, s) && are_slots_good(p, s) &&
	       are_names_found(p, s) && are_nets_good(p, s);
}

bool
verify_sets(const struct policy *p)
{
	for (uint32_t i = 0; i < verify_count(p, POOL_SETS); i++)
		if (!is_set_good(p, prog_set(p, i)))
			return false;
	return p->own < verify_count(p, POOL_SETS);
}
