/*
 * random.c - numbers that follow from a seed (xorshift64*).
 */
#include "random.h"

struct random
random_seed(uint64_t seed)
{
	return (struct random){ seed * UINT64_C(0x9e3779b97f4a7c15) + 1 };
}

unsigned
random_below(struct random *r, unsigned n)
{
	uint64_t x = r->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	r->state = x;
	return (unsigned)((x * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % n;
}

bool
random_chance(struct random *r, unsigned percent)
{
	return random_below(r, 100) < percent;
}
