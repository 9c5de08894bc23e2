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

static bool
has_name(const struct policy *p, const struct prog_set *s, struct policy_text text)
{
	uint32_t low = 0, high = s->n_names;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct prog_text t = prog_name(p, s->first_name + middle);
		int order = match_order(text, prog_bytes(p, t));

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

bool
match_set(const struct policy *p, const struct prog_set *s, struct policy_text text)
{
	uint32_t first_glob = s->first_name + s->n_names;

	if (has_name(p, s, text))
		return true;
	for (uint32_t i = 0; i < s->n_globs; i++)
		if (match_glob(prog_bytes(p, prog_name(p, first_glob + i)), text))
			return true;
	return false;
}

bool
match_networks(const struct policy *p, const struct prog_set *s,
	       const struct policy_address *a)
{
	for (uint32_t i = 0; i < s->n_nets; i++) {
		const struct prog_net *n = prog_net(p, s->first_net + i);

		if (identity_in_network(a, &n->net, n->prefix))
			return true;
	}
	return false;
}
