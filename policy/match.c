/*
 * match.c - texts: their order, and globs.
 */
#include "match.h"

#include <string.h>

int
match_order(struct policy_text a, struct policy_text b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len > 0 ? memcmp(a.p, b.p, len) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool
match_equal(struct policy_text a, struct policy_text b)
{
	return a.len == b.len && match_order(a, b) == 0;
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
