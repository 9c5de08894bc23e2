/*
 * match.c - globs, sets of names and sets of networks.
 */
#include "match.h"

#include <string.h>

#include "../identity/identity.h"

int
match_order(struct policy_text a, struct policy_text b)
{
	int order = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* Compared as bytes: IPv4 before IPv6. */
int
match_order_nets(const struct policy_address *a, const struct policy_address *b)
{
	return memcmp(a, b, sizeof(*a));
}

/* On a mismatch the last star takes one byte more: at most glob.len * text.len
 * steps. */
bool
match_glob(struct policy_text glob, struct policy_text text)
{
	const char *g = glob.p, *g_end = g + glob.len;
	const char *t = text.p, *t_end = t + text.len;
	const char *star = NULL, *taken = NULL;

	while (t < t_end) {
		if (g < g_end && *g == '*') {
			star = ++g;
			taken = t;
		} else if (g < g_end && (*g == '?' || *g == *t)) {
			g++;
			t++;
		} else if (star != NULL) {
			g = star;
			t = ++taken;
		} else {
			return false;
		}
	}
	while (g < g_end && *g == '*')
		g++;
	return g == g_end;
}

bool
match_name(const struct policy *p, const struct prog_set *s, struct policy_text text)
{
	uint32_t mask = s->n_slots - 1, at = (uint32_t)prog_hash(text.p, text.len);
	uint32_t slot;

	while ((slot = prog_slot(p, s->first_slot + (at & mask))) != 0) {
		struct prog_text name = prog_name(p, s->first_name + slot - 1);

		if (name.len == text.len &&
		    memcmp(prog_bytes(p, name).p, text.p, text.len) == 0)
			return true;
		at++;
	}
	return false;
}

bool
match_set(const struct policy *p, const struct prog_set *s, struct policy_text text)
{
	uint32_t first_glob = s->first_name + s->n_names;

	if (match_name(p, s, text))
		return true;
	for (uint32_t i = 0; i < s->n_globs; i++)
		if (match_glob(prog_bytes(p, prog_name(p, first_glob + i)), text))
			return true;
	return false;
}

/* The only network that can have the address is the last that does not begin
 * behind it. */
bool
match_networks(const struct policy *p, const struct prog_set *s,
	       const struct policy_address *a)
{
	uint32_t low = 0, high = s->n_nets;
	const struct prog_net *n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		n = prog_net(p, s->first_net + middle);
		if (match_order_nets(&n->net, a) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return false;
	n = prog_net(p, s->first_net + low - 1);
	return identity_in_network(a, &n->net, n->prefix);
}
