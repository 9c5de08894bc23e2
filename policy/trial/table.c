/*
 * table.c - a hash table that only grows, its entries in an arena.
 */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "../arena.h"

#define MEMORY_MAX ((size_t)256 << 20)	/* room for a million keys */
#define SLOTS_MIN 1024

struct node {
	struct node *next;		/* of those in the same slot */
	uint64_t hash;
	struct table_entry entry;
	size_t len;
	char key[];
};

struct table {
	struct arena *arena;
	struct node **slot;
	size_t n_slots;			/* a power of two */
	size_t n;
};

struct table *
table_new(void)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->n_slots = SLOTS_MIN;
	t->arena = arena_new(MEMORY_MAX);
	t->slot = calloc(t->n_slots, sizeof(struct node *));
	if (t->arena == NULL || t->slot == NULL) {
		table_free(t);
		return NULL;
	}
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	arena_free(t->arena);
	free(t->slot);
	free(t);
}

/* FNV-1a; the upper half is the better one. */
static uint64_t
hash(const char *key, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)key[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

struct table_entry *
table_find(const struct table *t, const char *key, size_t len)
{
	struct node *n = t->slot[hash(key, len) & (t->n_slots - 1)];

	for (; n != NULL; n = n->next)
		if (n->len == len && memcmp(n->key, key, len) == 0)
			return &n->entry;
	return NULL;
}

static void
link_in(struct node **slot, size_t n_slots, struct node *n)
{
	struct node **at = &slot[n->hash & (n_slots - 1)];

	n->next = *at;
	*at = n;
}

/* Without the memory for it the table only becomes slower. */
static void
grow(struct table *t)
{
	size_t n_slots = 2 * t->n_slots;
	struct node **slot = calloc(n_slots, sizeof(struct node *));

	if (slot == NULL)
		return;
	for (size_t i = 0; i < t->n_slots; i++)
		for (struct node *n = t->slot[i], *next; n != NULL; n = next) {
			next = n->next;
			link_in(slot, n_slots, n);
		}
	free(t->slot);
	t->slot = slot;
	t->n_slots = n_slots;
}

struct table_entry *
table_add(struct table *t, const char *key, size_t len)
{
	struct node *n = arena_alloc(t->arena, sizeof(*n) + len);

	if (n == NULL)
		return NULL;
	n->hash = hash(key, len);
	n->len = len;
	memcpy(n->key, key, len);
	if (t->n >= t->n_slots)
		grow(t);
	link_in(t->slot, t->n_slots, n);
	t->n++;
	return &n->entry;
}
