/*
 * duration.c - how long something took, for people.
 */
#include "duration.h"

#include <stdio.h>

#define SECOND_US UINT64_C(1000000)

static const struct unit {
	const char *one, *many;
	unsigned seconds;
} units[] = {
	{ " day", " days", 86400 },
	{ " hour", " hours", 3600 },
	{ " minute", " minutes", 60 },
	{ " s", " s", 1 },
};

static const char *
word(const struct unit *u, unsigned n)
{
	return n == 1 ? u->one : u->many;
}

/* Up to three decimals, none that is a zero at the end. */
static void
fraction(uint64_t us, char out[DURATION_MAX])
{
	unsigned seconds = (unsigned)(us / SECOND_US);
	unsigned ms = (unsigned)(us % SECOND_US / 1000);
	int digits = 3;

	for (; digits > 0 && ms % 10 == 0; digits--)
		ms /= 10;
	if (digits == 0)
		snprintf(out, DURATION_MAX, "%u s", seconds);
	else
		snprintf(out, DURATION_MAX, "%u.%0*u s", seconds, digits, ms);
}

const char *
duration_text(uint64_t us, char out[DURATION_MAX])
{
	uint64_t seconds = us / SECOND_US;
	const struct unit *u = units;
	unsigned n, rest;

	if (seconds < 60) {
		fraction(us, out);
		return out;
	}
	while (seconds < u->seconds)
		u++;
	n = (unsigned)(seconds / u->seconds);
	rest = (unsigned)(seconds % u->seconds / u[1].seconds);
	if (rest == 0)
		snprintf(out, DURATION_MAX, "%u%s", n, word(u, n));
	else
		snprintf(out, DURATION_MAX, "%u%s %u%s", n, word(u, n), rest,
			 word(u + 1, rest));
	return out;
}
