/*
 * flight.h - requests that are on their way to Redis.
 *
 * What Redis may be granting at this moment must not be granted here as well.
 */
#ifndef MILTER_FLIGHT_H
#define MILTER_FLIGHT_H

#include <sys/queue.h>

#include "../store.h"

struct flight {
	const struct store_request *q;
	LIST_ENTRY(flight) link;
};

LIST_HEAD(flights, flight);

/* What they cost the k-th window of q's i-th bucket, as time under the rate that
 * q gives it. What a refusal costs is not foreseen. */
uint64_t flight_cost(const struct flights *list, const struct store_request *q,
		     unsigned i, unsigned k);

#endif
