/*
 * fitness.h - whether a daemon with these options could serve.
 */
#ifndef MILTER_FITNESS_H
#define MILTER_FITNESS_H

#include "../pseudonym.h"
#include "options.h"

enum fitness {
	FITNESS_OK,
	FITNESS_AWAY,		/* not reachable: start without it */
	FITNESS_BAD		/* must not be used */
};

/* Looks at the Redis of o with the key k. e says why it is not OK. */
enum fitness fitness_redis(const struct options *o, const struct keys *k,
			   struct error *e);

/* sluiced -t: looks at everything, changes nothing on this node, prints a line
 * for each part. True if a daemon would start. */
bool fitness_check(const struct options *o);

#endif
