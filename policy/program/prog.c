/*
 * prog.c - a compiled policy: one immutable block of memory.
 */
#include "prog.h"

#define ALIGN 8

#define POOL(name, type) \
	_Static_assert(_Alignof(type) <= ALIGN, #name " fits the alignment");
PROG_POOLS(POOL)
#undef POOL

_Static_assert(sizeof(struct prog_limit) == 72, "no padding");

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

static struct prog_text
text_of(const struct policy *p, enum prog_pool pool, uint32_t i)
{
	const struct prog_text *t = element(p, pool, i);

	return *t;
}

struct prog_text
prog_text(const struct policy *p, uint32_t i)
{
	return text_of(p, POOL_TEXTS, i);
}

struct prog_text
prog_name(const struct policy *p, uint32_t i)
{
	return text_of(p, POOL_NAMES, i);
}

struct prog_text
prog_header(const struct policy *p, uint32_t i)
{
	return text_of(p, POOL_HEADERS, i);
}

uint32_t
prog_slot(const struct policy *p, uint32_t i)
{
	const uint32_t *slot = element(p, POOL_SLOTS, i);

	return *slot;
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

/* FNV-1a, 64 bits. */
uint64_t
prog_hash(const void *p, size_t len)
{
	const unsigned char *byte = p;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
	return hash;
}
