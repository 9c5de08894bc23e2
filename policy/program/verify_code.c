/*
 * verify_code.c - code: it ends, and asks for nothing that is not there.
 */
#include "verify_parts.h"

#include "../facts.h"

#define DAY_MINUTES (24 * 60)

/* Columns of ops.def. */
enum kind { KIND_TEST, KIND_STEP, KIND_END };
enum looks_at { LOOKS_AT_NONE, LOOKS_AT_ANY, LOOKS_AT_TEXT, LOOKS_AT_ADDRESS,
		LOOKS_AT_NUMBER, LOOKS_AT_MINUTE, LOOKS_AT_WEEKDAY };
enum operand { OPERAND_NOTHING, OPERAND_CLASSES, OPERAND_DAYS, OPERAND_TEXT,
	       OPERAND_SET, OPERAND_NUMBER, OPERAND_SPAN, OPERAND_LIMIT };

static const struct {
	enum kind kind;
	enum looks_at looks_at;
	enum operand operand;
} ops[] = {
#define OP(name, word, kind, fact, operand, note) \
	{ KIND_##kind, LOOKS_AT_##fact, OPERAND_##operand },
#include "ops.def"
#undef OP
};

static const enum looks_at looks_at_type[] = {
	[FACT_TEXT] = LOOKS_AT_TEXT,
	[FACT_ADDRESS] = LOOKS_AT_ADDRESS,
	[FACT_NUMBER] = LOOKS_AT_NUMBER,
	[FACT_MINUTE] = LOOKS_AT_MINUTE,
	[FACT_WEEKDAY] = LOOKS_AT_WEEKDAY,
};

static bool
is_fact_good(const struct policy *p, const struct prog_instr *in)
{
	enum looks_at looks_at = ops[in->op].looks_at;

	if (looks_at == LOOKS_AT_NONE)
		return in->fact == 0;
	return verify_fact(p, in->fact) &&
	       (looks_at == LOOKS_AT_ANY ||
		looks_at == looks_at_type[fact_type(in->fact)]);
}

static bool
is_span_good(const struct policy *p, uint16_t k)
{
	uint32_t span, from, to;

	if (k >= verify_count(p, POOL_NUMBERS))
		return false;
	span = prog_number(p, k);
	from = span >> 16;
	to = span & 0xffff;
	return from < DAY_MINUTES && to <= DAY_MINUTES && from != to;
}

static bool
is_operand_good(const struct policy *p, const struct prog_instr *in)
{
	switch (ops[in->op].operand) {
	case OPERAND_CLASSES:
		return in->k < 1 << POLICY_CLASSES;
	case OPERAND_DAYS:
		return in->k < 1 << 7;
	case OPERAND_TEXT:
		return in->k < verify_count(p, POOL_TEXTS);
	case OPERAND_SET:
		return in->k < verify_count(p, POOL_SETS);
	case OPERAND_NUMBER:
		return in->k < verify_count(p, POOL_NUMBERS);
	case OPERAND_SPAN:
		return is_span_good(p, in->k);
	case OPERAND_LIMIT:
		return in->k < verify_count(p, POOL_LIMITS);
	default:	/* OPERAND_NOTHING */
		return in->k == 0;
	}
}

/* left: how many instructions of the part follow this one. */
static bool
is_jump_good(const struct prog_instr *in, uint32_t left)
{
	if (ops[in->op].kind == KIND_TEST)
		return in->jt < left && in->jf < left;
	return in->jt == 0 && in->jf == 0 &&
	       (left > 0 || ops[in->op].kind == KIND_END);
}

/* A limit is charged where mail of its kind comes by, behind those that stand
 * before it; an exemption is the whole plan. */
static bool
is_charge_good(const struct policy *p, const struct prog_instr *in,
	       bool is_for_frozen, uint32_t *next)
{
	uint32_t kind = prog_limit(p, in->k)->kind;

	if (in->k < *next || (kind == POLICY_FROM_FREEZE) != is_for_frozen)
		return false;
	*next = in->k + 1u;
	return kind == POLICY_LIMIT || in[1].op == OP_DONE;
}

/* The instructions from at to end, which are a part of their own. */
static bool
is_part_good(const struct policy *p, uint32_t at, uint32_t end, uint32_t *next)
{
	bool is_for_frozen = at != 0;

	for (; at < end; at++) {
		const struct prog_instr *in = prog_code(p) + at;

		if (in->op >= OPS || !is_fact_good(p, in) ||
		    !is_operand_good(p, in) || !is_jump_good(in, end - 1 - at))
			return false;
		if (in->op == OP_CHARGE &&
		    !is_charge_good(p, in, is_for_frozen, next))
			return false;
	}
	return true;
}

bool
verify_code(const struct policy *p)
{
	uint32_t n = verify_count(p, POOL_CODE), next = 0;

	return p->frozen_at > 0 && p->frozen_at < n && n <= PROG_CODE_MAX &&
	       is_part_good(p, 0, p->frozen_at, &next) &&
	       is_part_good(p, p->frozen_at, n, &next);
}
