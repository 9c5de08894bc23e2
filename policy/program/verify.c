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
#include "verify_parts.h"

uint32_t
verify_count(const struct policy *p, enum prog_pool pool)
{
	return p->pool[pool].n;
}

bool
verify_range(const struct policy *p, enum prog_pool pool, uint32_t first,
	     uint32_t n)
{
	uint32_t count = verify_count(p, pool);

	return first <= count && n <= count - first;
}

bool
verify_text(const struct policy *p, struct prog_text t, uint32_t max)
{
	uint32_t count = verify_count(p, POOL_BYTES);

	return t.at < count && t.len < count - t.at && t.len <= max &&
	       prog_bytes(p, t).p[t.len] == '\0';
}

bool
verify_fact(const struct policy *p, uint32_t fact)
{
	return fact < POLICY_HEADER + verify_count(p, POOL_HEADERS);
}

static bool
is_layout_good(const struct policy *p, size_t size)
{
	struct policy want = *p;

	return prog_layout(&want) && size == p->size && size == want.size &&
	       memcmp(want.pool, p->pool, sizeof(want.pool)) == 0;
}

static bool
are_texts_good(const struct policy *p)
{
	for (uint32_t i = 0; i < verify_count(p, POOL_TEXTS); i++)
		if (!verify_text(p, prog_text(p, i), UINT32_MAX))
			return false;
	for (uint32_t i = 0; i < verify_count(p, POOL_NAMES); i++)
		if (!verify_text(p, prog_name(p, i), UINT32_MAX))
			return false;
	for (uint32_t i = 0; i < verify_count(p, POOL_HEADERS); i++)
		if (!verify_text(p, prog_header(p, i), POLICY_HEADER_MAX))
			return false;
	return verify_count(p, POOL_HEADERS) <= POLICY_HEADERS_MAX;
}

static bool
is_window_good(const struct policy_window *w)
{
	return (w->unit == POLICY_MESSAGES || w->unit == POLICY_RCPTS) &&
	       w->count > 0 && w->burst > 0 && w->period_us > 0 &&
	       w->interval_us == (w->period_us - 1) / w->count + 1 &&
	       w->interval_us <= BUCKET_SPAN_MAX_US / w->burst;
}

/* A number or a time is nobody. */
static bool
is_key_good(const struct policy *p, const struct prog_key *k)
{
	return verify_fact(p, k->fact) &&
	       (fact_type(k->fact) == FACT_TEXT ||
		fact_type(k->fact) == FACT_ADDRESS) &&
	       k->prefix4 <= 32 && k->prefix6 <= 128 &&
	       verify_text(p, k->otherwise, POLICY_NAME_MAX);
}

static bool
is_answer_good(const struct policy *p, const struct prog_answer *a,
	       enum policy_action last)
{
	return verify_text(p, a->text, POLICY_TEXT_MAX) && a->action <= last;
}

static bool
is_window_or_none(const struct policy *p, uint32_t i)
{
	return i == PROG_NONE || i < verify_count(p, POOL_WINDOWS);
}

static bool
is_limit_good(const struct policy *p, const struct prog_limit *l)
{
	return verify_text(p, l->name, POLICY_NAME_MAX) &&
	       l->kind <= POLICY_FROM_FREEZE && l->warn_percent <= 100 &&
	       l->n_windows >= 1 && l->n_windows <= POLICY_WINDOWS_MAX &&
	       verify_range(p, POOL_WINDOWS, l->first_window, l->n_windows) &&
	       l->n_keys <= POLICY_KEYS_MAX &&
	       verify_range(p, POOL_KEYS, l->first_key, l->n_keys) &&
	       is_answer_good(p, &l->answer, POLICY_OBSERVE) &&
	       is_window_or_none(p, l->budget) &&
	       is_answer_good(p, &l->spent, POLICY_REJECT) &&
	       is_window_or_none(p, l->strikes);
}

static bool
are_limits_good(const struct policy *p)
{
	for (uint32_t i = 0; i < verify_count(p, POOL_WINDOWS); i++)
		if (!is_window_good(prog_window(p, i)))
			return false;
	for (uint32_t i = 0; i < verify_count(p, POOL_KEYS); i++)
		if (!is_key_good(p, prog_key(p, i)))
			return false;
	for (uint32_t i = 0; i < verify_count(p, POOL_LIMITS); i++)
		if (!is_limit_good(p, prog_limit(p, i)))
			return false;
	return true;
}

static bool
are_answers_good(const struct policy *p)
{
	for (unsigned c = 0; c < POLICY_CLASSES; c++)
		if (!is_answer_good(p, &p->frozen[c], POLICY_REJECT) ||
		    !is_answer_good(p, &p->outage[c], POLICY_REJECT))
			return false;
	return true;
}

static bool
is_site_good(const struct policy *p)
{
	return p->nodes > 0 && p->lease_us > 0 && p->is_two_person <= 1 &&
	       verify_text(p, p->delimiters, POLICY_DELIMITERS_MAX);
}

const char *
verify(const struct policy *p, size_t size)
{
	if (size < sizeof(*p) || !is_layout_good(p, size))
		return "the pools do not fill the block";
	if (!are_texts_good(p))
		return "a text is out of bounds";
	if (!verify_sets(p))
		return "a set is not well formed";
	if (!are_limits_good(p))
		return "a limit is not well formed";
	if (!are_answers_good(p))
		return "an answer where no limit refuses is not well formed";
	if (!is_site_good(p))
		return "what is said of the site is not well formed";
	if (!verify_code(p))
		return "an instruction is not well formed";
	return NULL;
}
