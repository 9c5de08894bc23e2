/*
 * fuzz_use.c - everything that is done with a policy, on a message out of any
 * bytes.
 */
#include "fuzz_use.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../policy/identity/identity.h"

struct bytes {
	const uint8_t *p;
	size_t len, left;	/* not yet read: p[0..left) */
};

/* 0 when nothing is left. */
static uint8_t
byte(struct bytes *b)
{
	return b->left == 0 ? 0 : b->p[--b->left];
}

static uint32_t
number(struct bytes *b)
{
	return (uint32_t)byte(b) << 24 | (uint32_t)byte(b) << 16 |
	       (uint32_t)byte(b) << 8 | byte(b);
}

/* Three of four are known. */
static struct policy_text
text(struct bytes *b)
{
	uint32_t n = number(b);
	size_t at = b->len == 0 ? 0 : (n & 0xffff) % b->len;
	size_t len = (n >> 16 & 0x3fff) % (IDENTITY_MAX + 1);

	if (n >> 30 == 0)
		return (struct policy_text){ NULL, 0 };
	if (len > b->len - at)
		len = b->len - at;
	return (struct policy_text){ (const char *)b->p + at, len };
}

static struct policy_address
client(struct bytes *b)
{
	static const uint8_t families[] = { 4, 6, 0, 4 };
	struct policy_address a = { .family = families[byte(b) % 4] };

	for (size_t i = 0; i < (a.family == 4 ? 4 : a.family == 6 ? 16 : 0); i++)
		a.bytes[i] = byte(b);
	return a;
}

/* Numbers are read from the end of the bytes, texts are a piece of them, so that
 * a policy's own words come up. */
static void
make_facts(const uint8_t *data, size_t size, struct policy_facts *f)
{
	struct bytes b = { data, size, size };

	memset(f, 0, sizeof(*f));
	f->class = (enum policy_class)(byte(&b) % POLICY_CLASSES);
	f->recipients = number(&b) >> byte(&b) % 32;
	f->minute = (uint16_t)(number(&b) % (24 * 60));
	f->weekday = byte(&b) % 7;
	f->client = client(&b);
	for (unsigned i = 0; i < POLICY_FACT_IDS; i++)
		if (i != POLICY_CLIENT && i != POLICY_RECIPIENTS &&
		    i != POLICY_TIME && i != POLICY_DAY)
			f->text[i] = text(&b);
}

static void
check_plan(const struct policy *p, const struct policy_facts *f,
	   const struct policy_plan *plan)
{
	char *key = malloc(POLICY_KEY_MAX), shown[64];

	assert(key != NULL && plan->n <= POLICY_PLAN_MAX);
	assert(plan->never == -1 || (plan->never >= 0 && plan->never < (int)plan->n));
	for (unsigned i = 0; i < plan->n; i++) {
		assert(plan->limit[i] < policy_limits(p));
		assert(i == 0 || plan->limit[i] > plan->limit[i - 1]);
		assert(policy_key(p, plan->limit[i], f, key) <= POLICY_KEY_MAX);
		assert(policy_key_text(p, plan->limit[i], f, shown,
				       sizeof(shown)) < sizeof(shown));
	}
	free(key);
}

static void
evaluate(const struct policy *p, const struct policy_facts *f)
{
	struct policy_plan plan, frozen;

	policy_eval(p, f, &plan);
	check_plan(p, f, &plan);
	policy_eval_frozen(p, f, &frozen);
	check_plan(p, f, &frozen);
	assert(policy_classify(p, true, f) == POLICY_LOCAL);
	assert(policy_classify(p, false, f) < POLICY_CLASSES);
}

static void
look_at_limit(const struct policy *p, unsigned i)
{
	struct policy_limit l = policy_limit(p, i);
	char text[64];

	assert(strlen(l.name) <= POLICY_NAME_MAX);
	assert(l.n_windows >= 1 && l.n_windows <= POLICY_WINDOWS_MAX);
	assert(l.text == NULL || strlen(l.text) <= POLICY_TEXT_MAX);
	assert(l.spent_text == NULL || strlen(l.spent_text) <= POLICY_TEXT_MAX);
	for (unsigned w = 0; w < l.n_windows; w++)
		assert(policy_window_text(&l.window[w], text, sizeof(text)) > 0);
	if (l.budget != NULL)
		assert(policy_window_text(l.budget, text, sizeof(text)) > 0);
	if (l.strikes != NULL)
		assert(l.strikes->count > 0);
}

static void
look(const struct policy *p)
{
	for (unsigned i = 0; i < policy_limits(p); i++)
		look_at_limit(p, i);
	for (unsigned i = 0; i < policy_headers(p); i++)
		assert(strlen(policy_header(p, i)) <= POLICY_HEADER_MAX);
	for (unsigned c = 0; c < POLICY_CLASSES; c++) {
		assert(policy_frozen(p, c).action <= POLICY_OBSERVE);
		assert(policy_outage(p, c).action <= POLICY_OBSERVE);
	}
	assert(policy_site(p).nodes > 0);
	assert(strlen(policy_site(p).delimiters) < 256);
}

void
fuzz_use(const struct policy *p, const uint8_t *data, size_t size)
{
	struct policy_facts f;
	char *shown = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&shown, &len);

	assert(out != NULL);
	make_facts(data, size, &f);
	look(p);
	evaluate(p, &f);
	policy_dump(p, out);
	policy_trace(p, &f, out);
	policy_trace_frozen(p, &f, out);
	fclose(out);
	free(shown);
}
