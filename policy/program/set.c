/*
 * set.c - whether a text or a client is in a set.
 */
#include "set.h"

#include <string.h>

#include "../identity/identity.h"
#include "../match.h"

/* Compared as bytes: IPv4 before IPv6. */
int
set_order_nets(const struct policy_address *a, const struct policy_address *b)
{
	return memcmp(a, b, sizeof(*a));
}

bool
set_has_name(const struct policy *p, const struct prog_set *s, struct policy_text text)
{
	uint32_t mask = s->n_slots - 1, at = (uint32_t)prog_hash(text.p, text.len);
	uint32_t slot;

	while ((slot = prog_slot(p, s->first_slot + (at & mask))) != 0) {
		struct prog_text name = prog_name(p, s->first_name + slot - 1);

		if (match_equal(prog_bytes(p, name), text))
			return true;
		at++;
	}
	return false;
}

bool
set_has_text(const struct policy *p, const struct prog_set *s, struct policy_text text)
{
	uint32_t first_glob = s->first_name + s->n_names;

	if (set_has_name(p, s, text))
		return true;
	for (uint32_t i = 0; i < s->n_globs; i++)
		if (match_glob(prog_bytes(p, prog_name(p, first_glob + i)), text))
			return true;
	return false;
}

/* The only network that can have the address is the last that does not begin
 * behind it. */
bool
set_has_client(const struct policy *p, const struct prog_set *s,
	       const struct policy_address *a)
{
	uint32_t low = 0, high = s->n_nets;
	const struct prog_net *n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		n = prog_net(p, s->first_net + middle);
		if (set_order_nets(&n->net, a) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return false;
	n = prog_net(p, s->first_net + low - 1);
	return identity_in_network(a, &n->net, n->prefix);
}
