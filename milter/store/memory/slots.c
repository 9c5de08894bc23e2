/*
 * slots.c - a bounded table of windows, each of one bucket.
 */
#include "slots.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REACH 16

struct slots {
	size_t n;
	struct slot slot[];
};

struct slots *
slots_new(size_t n)
{
	struct slots *s;

	n = n > 0 ? n : 1;
	s = calloc(1, sizeof(*s) + n * sizeof(s->slot[0]));
	if (s != NULL)
		s->n = n;
	return s;
}

void
slots_free(struct slots *s)
{
	free(s);
}

size_t
slots_count(const struct slots *s)
{
	return s->n;
}

struct slot *
slots_at(struct slots *s, size_t i)
{
	return &s->slot[i % s->n];
}

/* A pseudonym is uniformly random already. */
static size_t
home(const struct slots *s, const struct slot *name)
{
	uint64_t h;

	memcpy(&h, name->id, sizeof(h));
	h ^= (name->period_us + 1) * UINT64_C(0x9e3779b97f4a7c15);
	h += (uint64_t)(name->kind * 2 + name->unit) << 32 | name->kind;
	return (size_t)(h % s->n);
}

static size_t
reach(const struct slots *s)
{
	return s->n < REACH ? s->n : REACH;
}

static bool
is_named(const struct slot *a, const struct slot *name)
{
	return a->full_us != 0 && a->kind == name->kind &&
	       a->unit == name->unit && a->period_us == name->period_us &&
	       memcmp(a->id, name->id, sizeof(a->id)) == 0;
}

struct slot *
slots_find(struct slots *s, const struct slot *name)
{
	size_t first = home(s, name);

	for (size_t i = 0; i < reach(s); i++) {
		struct slot *a = slots_at(s, first + i);

		if (is_named(a, name))
			return a;
	}
	return NULL;
}

/* Among equals the one that owes nothing. */
static bool
is_sooner(const struct slot *a, const struct slot *b)
{
	return a->full_us < b->full_us ||
	       (a->full_us == b->full_us && a->start_us > b->start_us);
}

struct slot *
slots_get(struct slots *s, const struct slot *name)
{
	struct slot *a = slots_find(s, name), *victim;
	size_t first = home(s, name);

	if (a != NULL)
		return a;
	victim = slots_at(s, first);
	for (size_t i = 1; i < reach(s); i++) {
		a = slots_at(s, first + i);
		if (is_sooner(a, victim))
			victim = a;
	}
	memset(victim, 0, sizeof(*victim));
	memcpy(victim->id, name->id, sizeof(victim->id));
	victim->kind = name->kind;
	victim->unit = name->unit;
	victim->period_us = name->period_us;
	return victim;
}
