/*
 * pools.h - the pools of a program while they grow.
 */
#ifndef POLICY_POOLS_H
#define POLICY_POOLS_H

#include "../arena.h"
#include "prog.h"

struct pools {
	struct arena *a;
	struct {
		void *p;
		uint32_t n, room;
	} pool[POOLS];
	bool is_full;		/* something did not fit */
};

/* Room for n more elements, so that adding them copies none again. */
void pools_reserve(struct pools *s, enum prog_pool pool, size_t n);

/* Adds n elements and returns the index of the first. Copies; p NULL: zeros, as
 * what an arena gives is. */
uint32_t pools_add(struct pools *s, enum prog_pool pool, const void *p, size_t n);

/* How many there are; the index that the next will have. */
uint32_t pools_count(const struct pools *s, enum prog_pool pool);

struct prog_text pools_text(struct pools *s, struct policy_text t);

/* One block of malloc: head with the pools behind it. NULL: out of memory, or
 * something did not fit. */
struct policy *pools_block(const struct pools *s, const struct policy *head);

#endif
