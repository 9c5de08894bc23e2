/*
 * random.h - numbers, policies and messages that nobody chose.
 *
 * Everything follows from the seed, so that what failed can be run again. The
 * vocabulary is small: rules and messages have to meet.
 */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include "../../policy/policy.h"

struct random {
	uint64_t state;
};

struct random random_seed(uint64_t seed);
unsigned random_below(struct random *r, unsigned n);
bool random_chance(struct random *r, unsigned percent);

/* What a random policy is to be like. */
struct random_shape {
	bool has_floor;		/* a limit for all outbound mail, no key, no when */
	bool has_halves;	/* two limits that cover together: a condition, and
				   its opposite */
	bool has_hole;		/* with halves: the second is left out */
};

/* Writes a policy of that shape, NUL-terminated; most compile. */
void random_policy(struct random *r, struct random_shape shape, char *out,
		   size_t size);

/* A message: the texts lie in static storage. headers: how many there are. */
void random_facts(struct random *r, unsigned headers, struct policy_facts *f);

#endif
