/*
 * arena.c - blocks of growing size, each filled from its beginning.
 */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN ((size_t)16 << 10)
#define BLOCK_MAX ((size_t)1 << 20)

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *last;
	size_t left;		/* of max */
	size_t block_size;
	bool is_full;
};

struct arena *
arena_new(size_t max)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a != NULL) {
		a->left = max;
		a->block_size = BLOCK_MIN;
	}
	return a;
}

void
arena_free(struct arena *a)
{
	struct block *b, *next;

	if (a == NULL)
		return;
	for (b = a->last; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

static struct block *
grow(struct arena *a, size_t size)
{
	struct block *b;

	if (size < a->block_size)
		size = a->block_size;
	b = calloc(1, sizeof(*b) + size);
	if (b == NULL)
		return NULL;
	b->size = size;
	b->next = a->last;
	a->last = b;
	if (a->block_size < BLOCK_MAX)
		a->block_size *= 2;
	return b;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->last;
	size_t align = alignof(max_align_t);
	void *p;

	if (size > a->left || size > SIZE_MAX / 2) {
		a->is_full = true;
		return NULL;
	}
	size = (size + align - 1) & ~(align - 1);
	if (b == NULL || size > b->size - b->used)
		b = grow(a, size);
	if (b == NULL) {
		a->is_full = true;
		return NULL;
	}
	p = b->bytes + b->used;
	b->used += size;
	a->left -= size < a->left ? size : a->left;
	return p;
}

void *
arena_copy(struct arena *a, const void *p, size_t size)
{
	void *copy = arena_alloc(a, size);

	if (copy != NULL && size != 0)
		memcpy(copy, p, size);
	return copy;
}

bool
arena_is_full(const struct arena *a)
{
	return a == NULL || a->is_full;
}
