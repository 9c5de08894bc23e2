/*
 * fitness.h - whether a daemon with these options could serve.
 */
#ifndef MILTER_FITNESS_H
#define MILTER_FITNESS_H

#include "../pseudonym.h"
#include "../redis/redis_fit.h"
#include "options.h"

/* Looks at the Redis of o with the key k. Not FIT: e says why. With
 * is_claiming a Redis that no key has used becomes that of k. A daemon starts
 * without one that is AWAY, and not at all with one that is UNFIT. */
enum redis_fitness fitness_redis(const struct options *o, const struct keys *k,
				 bool is_claiming, struct error *e);

/* sluiced -t: looks at everything, changes nothing on this node, prints a line
 * for each part. True if a daemon would start. */
bool fitness_check(const struct options *o);

#endif
