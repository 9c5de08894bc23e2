/*
 * prog.c - a compiled policy: one immutable block of memory.
 */
#include "prog.h"

#include <stdlib.h>

#define ALIGN 8

#define POOL(name, type) \
	_Static_assert(_Alignof(type) <= ALIGN, #name " fits the alignment");
PROG_POOLS(POOL)
#undef POOL

size_t
prog_element(enum prog_pool pool)
{
	static const size_t size[] = {
#define POOL(name, type) sizeof(type),
		PROG_POOLS(POOL)
#undef POOL
	};

	return size[pool];
}

bool
prog_layout(struct policy *p)
{
	uint64_t at = sizeof(*p);

	for (unsigned i = 0; i < POOLS; i++) {
		at = (at + ALIGN - 1) / ALIGN * ALIGN;
		p->pool[i].at = (uint32_t)at;
		at += (uint64_t)p->pool[i].n * prog_element(i);
		if (at > UINT32_MAX)
			return false;
	}
	p->size = at;
	return true;
}

static const void *
element(const struct policy *p, enum prog_pool pool, uint32_t i)
{
	return (const char *)p + p->pool[pool].at + i * prog_element(pool);
}

const struct prog_instr *
prog_code(const struct policy *p)
{
	return element(p, POOL_CODE, 0);
}

const struct prog_limit *
prog_limit(const struct policy *p, uint32_t i)
{
	return element(p, POOL_LIMITS, i);
}

const struct policy_window *
prog_window(const struct policy *p, uint32_t i)
{
	return element(p, POOL_WINDOWS, i);
}

const struct prog_key *
prog_key(const struct policy *p, uint32_t i)
{
	return element(p, POOL_KEYS, i);
}

const struct prog_set *
prog_set(const struct policy *p, uint32_t i)
{
	return element(p, POOL_SETS, i);
}

const struct prog_net *
prog_net(const struct policy *p, uint32_t i)
{
	return element(p, POOL_NETS, i);
}

struct prog_text
prog_text(const struct policy *p, uint32_t i)
{
	const struct prog_text *t = element(p, POOL_TEXTS, i);

	return *t;
}

struct prog_text
prog_name(const struct policy *p, uint32_t i)
{
	const struct prog_text *t = element(p, POOL_NAMES, i);

	return *t;
}

uint32_t
prog_number(const struct policy *p, uint32_t i)
{
	const uint32_t *number = element(p, POOL_NUMBERS, i);

	return *number;
}

struct policy_text
prog_bytes(const struct policy *p, struct prog_text t)
{
	return (struct policy_text){ element(p, POOL_BYTES, t.at), t.len };
}

static const char *
text_or_null(const struct policy *p, struct prog_text t)
{
	return t.len == 0 ? NULL : prog_bytes(p, t).p;
}

void
policy_free(struct policy *p)
{
	free(p);
}

unsigned
policy_limits(const struct policy *p)
{
	return p->pool[POOL_LIMITS].n;
}

struct policy_limit
policy_limit(const struct policy *p, unsigned i)
{
	const struct prog_limit *l = prog_limit(p, i);

	return (struct policy_limit){
		.name = prog_bytes(p, l->name).p,
		.window = prog_window(p, l->first_window),
		.n_windows = l->n_windows,
		.action = (enum policy_action)l->action,
		.text = text_or_null(p, l->text),
	};
}

struct policy_answer
policy_frozen(const struct policy *p, enum policy_class class)
{
	const struct prog_answer *a = &p->frozen[class];

	return (struct policy_answer){
		.action = (enum policy_action)a->action,
		.text = text_or_null(p, a->text),
	};
}

/* FNV-1a, 64 bits. */
uint64_t
policy_digest(const struct policy *p)
{
	const unsigned char *byte = (const unsigned char *)p;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (uint64_t i = 0; i < p->size; i++)
		hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
	return hash;
}
