/*
 * verify.c - everything that evaluation trusts.
 *
 * The compiler asks before it hands a program out. That the compiler is right
 * thus becomes a property that is checked.
 */
#include "verify.h"

#include <string.h>

#include "../bucket/bucket.h"
#include "../facts.h"
#include "match.h"

/* Columns of ops.def. */
enum kind { KIND_TEST, KIND_STEP, KIND_END };
enum looks_at { LOOKS_AT_NONE, LOOKS_AT_ANY, LOOKS_AT_TEXT, LOOKS_AT_ADDRESS,
		LOOKS_AT_NUMBER };
enum operand { OPERAND_NOTHING, OPERAND_CLASSES, OPERAND_TEXT, OPERAND_SET,
	       OPERAND_NUMBER, OPERAND_LIMIT };

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

static uint32_t
count(const struct policy *p, enum prog_pool pool)
{
	return p->pool[pool].n;
}

/* The range lies in the pool. */
static bool
has(const struct policy *p, enum prog_pool pool, uint32_t first, uint32_t n)
{
	return first <= count(p, pool) && n <= count(p, pool) - first;
}

static bool
is_layout_good(const struct policy *p, size_t size)
{
	struct policy want = *p;

	return prog_layout(&want) && size == p->size && size == want.size &&
	       memcmp(want.pool, p->pool, sizeof(want.pool)) == 0;
}

static bool
is_text_good(const struct policy *p, struct prog_text t)
{
	return has(p, POOL_BYTES, t.at, t.len) && t.len < count(p, POOL_BYTES) - t.at &&
	       prog_bytes(p, t).p[t.len] == '\0';
}

static bool
is_reply_good(const struct policy *p, struct prog_text t)
{
	return is_text_good(p, t) && t.len <= POLICY_TEXT_MAX;
}

static bool
are_texts_good(const struct policy *p)
{
	for (uint32_t i = 0; i < count(p, POOL_TEXTS); i++)
		if (!is_text_good(p, prog_text(p, i)))
			return false;
	for (uint32_t i = 0; i < count(p, POOL_NAMES); i++)
		if (!is_text_good(p, prog_name(p, i)))
			return false;
	return true;
}

static bool
is_net_good(const struct prog_net *n)
{
	return (n->net.family == 4 && n->prefix <= 32) ||
	       (n->net.family == 6 && n->prefix <= 128);
}

static bool
are_names_ordered(const struct policy *p, const struct prog_set *s)
{
	for (uint32_t i = 1; i < s->n_names; i++) {
		struct prog_text a = prog_name(p, s->first_name + i - 1);
		struct prog_text b = prog_name(p, s->first_name + i);

		if (match_order(prog_bytes(p, a), prog_bytes(p, b)) > 0)
			return false;
	}
	return true;
}

static bool
is_set_good(const struct policy *p, const struct prog_set *s)
{
	return is_text_good(p, s->name) &&
	       has(p, POOL_NAMES, s->first_name, s->n_names) &&
	       has(p, POOL_NAMES, s->first_name + s->n_names, s->n_globs) &&
	       has(p, POOL_NETS, s->first_net, s->n_nets) &&
	       are_names_ordered(p, s);
}

static bool
are_sets_good(const struct policy *p)
{
	for (uint32_t i = 0; i < count(p, POOL_NETS); i++)
		if (!is_net_good(prog_net(p, i)))
			return false;
	for (uint32_t i = 0; i < count(p, POOL_SETS); i++)
		if (!is_set_good(p, prog_set(p, i)))
			return false;
	return p->own < count(p, POOL_SETS);
}

static bool
is_window_good(const struct policy_window *w)
{
	return (w->unit == POLICY_MESSAGES || w->unit == POLICY_RCPTS) &&
	       w->count > 0 && w->burst > 0 && w->period_us > 0 &&
	       w->interval_us == (w->period_us - 1) / w->count + 1 &&
	       w->interval_us <= BUCKET_SPAN_MAX_US / w->burst;
}

static bool
is_key_good(const struct prog_key *k)
{
	return k->fact < POLICY_FACTS && fact_type(k->fact) != FACT_NUMBER &&
	       k->prefix4 <= 32 && k->prefix6 <= 128;
}

static bool
is_limit_good(const struct policy *p, const struct prog_limit *l)
{
	return is_text_good(p, l->name) && l->name.len <= POLICY_NAME_MAX &&
	       is_reply_good(p, l->text) && l->action <= POLICY_OBSERVE &&
	       l->n_windows >= 1 && l->n_windows <= POLICY_WINDOWS_MAX &&
	       has(p, POOL_WINDOWS, l->first_window, l->n_windows) &&
	       l->n_keys <= POLICY_KEYS_MAX &&
	       has(p, POOL_KEYS, l->first_key, l->n_keys);
}

static bool
are_limits_good(const struct policy *p)
{
	for (uint32_t i = 0; i < count(p, POOL_WINDOWS); i++)
		if (!is_window_good(prog_window(p, i)))
			return false;
	for (uint32_t i = 0; i < count(p, POOL_KEYS); i++)
		if (!is_key_good(prog_key(p, i)))
			return false;
	for (uint32_t i = 0; i < count(p, POOL_LIMITS); i++)
		if (!is_limit_good(p, prog_limit(p, i)))
			return false;
	return true;
}

static bool
are_answers_good(const struct policy *p)
{
	for (unsigned c = 0; c < POLICY_CLASSES; c++)
		if (!is_reply_good(p, p->frozen[c].text) ||
		    p->frozen[c].action > POLICY_REJECT)
			return false;
	return true;
}

static bool
is_fact_good(const struct prog_instr *in)
{
	if (in->fact >= POLICY_FACTS)
		return false;
	switch (ops[in->op].looks_at) {
	case LOOKS_AT_TEXT:
		return fact_type(in->fact) == FACT_TEXT;
	case LOOKS_AT_ADDRESS:
		return fact_type(in->fact) == FACT_ADDRESS;
	case LOOKS_AT_NUMBER:
		return fact_type(in->fact) == FACT_NUMBER;
	case LOOKS_AT_NONE:
		return in->fact == 0;
	case LOOKS_AT_ANY:
		break;
	}
	return true;
}

static bool
is_operand_good(const struct policy *p, const struct prog_instr *in)
{
	switch (ops[in->op].operand) {
	case OPERAND_CLASSES:
		return in->k < 1 << POLICY_CLASSES;
	case OPERAND_TEXT:
		return in->k < count(p, POOL_TEXTS);
	case OPERAND_SET:
		return in->k < count(p, POOL_SETS);
	case OPERAND_NUMBER:
		return in->k < count(p, POOL_NUMBERS);
	case OPERAND_LIMIT:
		return in->k < count(p, POOL_LIMITS);
	case OPERAND_NOTHING:
		break;
	}
	return in->k == 0;
}

/* left: how many instructions follow this one. */
static bool
is_jump_good(const struct prog_instr *in, uint32_t left)
{
	if (ops[in->op].kind == KIND_TEST)
		return in->jt < left && in->jf < left;
	return in->jt == 0 && in->jf == 0 &&
	       (left == 0) == (ops[in->op].kind == KIND_END);
}

/* Each instruction for itself; limits are charged in file order, each once. */
static bool
is_code_good(const struct policy *p)
{
	uint32_t n = count(p, POOL_CODE), next_limit = 0;

	if (n == 0 || n > PROG_CODE_MAX)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const struct prog_instr *in = prog_code(p) + i;

		if (in->op >= OPS || !is_fact_good(in) || !is_operand_good(p, in) ||
		    !is_jump_good(in, n - 1 - i))
			return false;
		if (in->op == OP_CHARGE && in->k < next_limit)
			return false;
		if (in->op == OP_CHARGE)
			next_limit = in->k + 1u;
	}
	return true;
}

/* The most limits that a message of the class can meet on any path. */
static unsigned
longest_plan(const struct policy *p, enum policy_class class)
{
	uint16_t most[PROG_CODE_MAX];
	uint32_t i = count(p, POOL_CODE) - 1;

	most[i] = 0;
	while (i-- > 0) {
		const struct prog_instr *in = prog_code(p) + i;
		uint16_t yes = most[i + 1 + in->jt], no = most[i + 1 + in->jf];

		if (in->op == OP_CHARGE)
			most[i] = (uint16_t)(yes + 1);
		else if (in->op == OP_CLASS)
			most[i] = in->k >> class & 1 ? yes : no;
		else
			most[i] = yes > no ? yes : no;
	}
	return most[0];
}

static bool
are_plans_good(const struct policy *p)
{
	for (unsigned c = 0; c < POLICY_CLASSES; c++)
		if (longest_plan(p, c) > POLICY_PLAN_MAX)
			return false;
	return true;
}

const char *
verify(const struct policy *p, size_t size)
{
	if (size < sizeof(*p) || !is_layout_good(p, size))
		return "the pools do not fill the block";
	if (!are_texts_good(p))
		return "a text is out of bounds";
	if (!are_sets_good(p))
		return "a set is not well formed";
	if (!are_limits_good(p))
		return "a limit is not well formed";
	if (!are_answers_good(p))
		return "an answer to frozen mail is not well formed";
	if (!is_code_good(p))
		return "an instruction is not well formed";
	if (!are_plans_good(p))
		return "a message can meet too many limits";
	return NULL;
}
