/*
 * pools.c - the pools of a program while they grow.
 */
#include "pools.h"

#include <stdlib.h>
#include <string.h>

/* An arena is far smaller than 4 GB: no count outgrows its type. */
static bool
grow(struct pools *s, enum prog_pool pool, size_t room)
{
	size_t used = s->pool[pool].n, size = prog_element(pool);
	void *p = arena_alloc(s->a, room * size);

	if (p == NULL) {
		s->is_full = true;
		return false;
	}
	if (used > 0)
		memcpy(p, s->pool[pool].p, used * size);
	s->pool[pool].p = p;
	s->pool[pool].room = (uint32_t)room;
	return true;
}

void
pools_reserve(struct pools *s, enum prog_pool pool, size_t n)
{
	if (n > s->pool[pool].room - s->pool[pool].n)
		grow(s, pool, s->pool[pool].n + n);
}

uint32_t
pools_add(struct pools *s, enum prog_pool pool, const void *p, size_t n)
{
	uint32_t first = s->pool[pool].n;
	size_t size = prog_element(pool);

	if (n > s->pool[pool].room - first && !grow(s, pool, 2 * (first + n)))
		return 0;
	if (p != NULL)
		memcpy((char *)s->pool[pool].p + first * size, p, n * size);
	s->pool[pool].n += (uint32_t)n;
	return first;
}

uint32_t
pools_count(const struct pools *s, enum prog_pool pool)
{
	return s->pool[pool].n;
}

struct prog_text
pools_text(struct pools *s, struct policy_text t)
{
	struct prog_text text = { pools_count(s, POOL_BYTES), (uint32_t)t.len };

	if (t.len > 0)
		pools_add(s, POOL_BYTES, t.p, t.len);
	pools_add(s, POOL_BYTES, "", 1);
	return text;
}

struct policy *
pools_block(const struct pools *s, const struct policy *head)
{
	struct policy whole, *p;

	memcpy(&whole, head, sizeof(whole));
	for (unsigned i = 0; i < POOLS; i++)
		whole.pool[i].n = s->pool[i].n;
	if (s->is_full || !prog_layout(&whole))
		return NULL;
	p = calloc(1, whole.size);
	if (p == NULL)
		return NULL;
	memcpy(p, &whole, sizeof(whole));
	for (unsigned i = 0; i < POOLS; i++)
		if (p->pool[i].n > 0)
			memcpy((char *)p + p->pool[i].at, s->pool[i].p,
			       p->pool[i].n * prog_element(i));
	return p;
}
