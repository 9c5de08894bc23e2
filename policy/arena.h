/*
 * arena.h - memory for everything that lives as long as one compilation.
 *
 * There is no freeing but of the whole. A failure is remembered, so that
 * whoever fills a tree may go on without the part and ask once, at the end.
 */
#ifndef POLICY_ARENA_H
#define POLICY_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* For at most max bytes in all. Returns NULL when out of memory. */
struct arena *arena_new(size_t max);
void arena_free(struct arena *a);

/* Zeroed and aligned for anything. NULL: out of memory, or beyond max. */
void *arena_alloc(struct arena *a, size_t size);

/* The same with a copy of p[0..size). */
void *arena_copy(struct arena *a, const void *p, size_t size);

/* True once an allocation has failed; of NULL, too. */
bool arena_is_full(const struct arena *a);

#endif
