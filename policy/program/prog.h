/*
 * prog.h - a compiled policy: one immutable block of memory.
 *
 * A header, then the pools one behind the other, addressed by offset, so that
 * the block can be copied, hashed, and compared with memcmp. Padding is zero.
 * The code is in two parts, each walked from its first instruction: for mail,
 * and for mail that is frozen. Jumps go forward and stay in their part.
 *
 * Written by emit.c; read by eval.c, key.c, set.c and dump.c, which trust
 * what verify.c has seen.
 */
#ifndef POLICY_PROG_H
#define POLICY_PROG_H

#include "../policy.h"

#define PROG_CODE_MAX 65000
#define PROG_NONE UINT32_MAX	/* an index that stands for nothing */

enum prog_op {
#define OP(name, word, kind, fact, operand, note) OP_##name,
#include "ops.def"
#undef OP
	OPS
};

struct prog_instr {
	uint8_t op;		/* enum prog_op */
	uint8_t fact;		/* POLICY_HEADER + i, too; 0 where op has none */
	uint16_t jt, jf;	/* tests: how many instructions to skip */
	uint16_t k;		/* operand */
};

/* Bytes of the pool BYTES, a NUL behind them. */
struct prog_text {
	uint32_t at, len;
};

struct prog_net {
	struct policy_address net;	/* its first address */
	uint8_t prefix;
};

/* Members are in NAMES: names in match_order, then globs; and in NETS, in
 * order, none in another. A slot is 0 or 1 + the number of a name: its place is
 * the first free one from prog_hash modulo n_slots, a power of two, of which at
 * least one stays free. */
struct prog_set {
	struct prog_text name;	/* len 0: written in place */
	uint32_t first_name, n_names, n_globs;
	uint32_t first_slot, n_slots;
	uint32_t first_net, n_nets;
};

struct prog_key {
	struct prog_text otherwise;	/* len 0: the fact must be there */
	uint16_t fact;			/* POLICY_HEADER + i, too */
	uint8_t prefix4, prefix6;
};

struct prog_answer {
	struct prog_text text;	/* len 0: none */
	uint32_t action;	/* enum policy_action */
};

struct prog_limit {
	uint64_t freeze_us;
	struct prog_text name;
	uint32_t kind;		/* enum policy_kind */
	uint32_t first_window, n_windows;
	uint32_t first_key, n_keys;
	uint32_t warn_percent;	/* 0: never */
	struct prog_answer answer;
	uint32_t budget;	/* in WINDOWS, or PROG_NONE */
	struct prog_answer spent;
	uint32_t strikes;	/* in WINDOWS, or PROG_NONE */
};

#define PROG_POOLS(POOL) \
	POOL(CODE, struct prog_instr) \
	POOL(LIMITS, struct prog_limit) \
	POOL(WINDOWS, struct policy_window) \
	POOL(KEYS, struct prog_key) \
	POOL(SETS, struct prog_set) \
	POOL(TEXTS, struct prog_text) \
	POOL(NAMES, struct prog_text) \
	POOL(SLOTS, uint32_t) \
	POOL(NETS, struct prog_net) \
	POOL(HEADERS, struct prog_text) \
	POOL(NUMBERS, uint32_t) \
	POOL(BYTES, char)

enum prog_pool {
#define POOL(name, type) POOL_##name,
	PROG_POOLS(POOL)
#undef POOL
	POOLS
};

struct policy {
	uint64_t size;		/* of the whole block in bytes */
	struct {
		uint32_t at;	/* offset in the block */
		uint32_t n;	/* elements */
	} pool[POOLS];
	uint64_t digest;	/* of the block in which it is 0 */
	uint64_t lease_us;
	uint32_t nodes;
	uint32_t is_two_person;
	struct prog_text delimiters;
	uint32_t own;		/* the set of own networks */
	uint32_t frozen_at;	/* where the code for frozen mail begins */
	struct prog_answer frozen[POLICY_CLASSES], outage[POLICY_CLASSES];
};

/* Size of an element. */
size_t prog_element(enum prog_pool pool);

/* Works out size and every at from every n. False: too large. */
bool prog_layout(struct policy *p);

/* The views of a program; they trust i. */
const struct prog_instr *prog_code(const struct policy *p);
const struct prog_limit *prog_limit(const struct policy *p, uint32_t i);
const struct policy_window *prog_window(const struct policy *p, uint32_t i);
const struct prog_key *prog_key(const struct policy *p, uint32_t i);
const struct prog_set *prog_set(const struct policy *p, uint32_t i);
const struct prog_net *prog_net(const struct policy *p, uint32_t i);
struct prog_text prog_text(const struct policy *p, uint32_t i);
struct prog_text prog_name(const struct policy *p, uint32_t i);
struct prog_text prog_header(const struct policy *p, uint32_t i);
uint32_t prog_slot(const struct policy *p, uint32_t i);
uint32_t prog_number(const struct policy *p, uint32_t i);

/* The bytes of a text; they end in NUL. */
struct policy_text prog_bytes(const struct policy *p, struct prog_text t);

uint64_t prog_hash(const void *p, size_t len);

#endif
