/*
 * test_prog.c - one immutable block: its layout, its verifier, its digest.
 */
#include "compile.h"

#include "../../policy/program/pools.h"
#include "../../policy/program/verify.h"
#include "random.h"

static const char whole[] =
	OWN
	"set news { \"news@shop.example\", \"b@shop.example\", \"*@lists.example\" }\n"
	"set lan { 192.0.2.0/25, 2001:db8:1::/48 }\n"
	"limit script { for local mail by script "
	"allow 30 messages/minute burst 60, 300 recipients/hour else hold }\n"
	"limit login { for authenticated mail when sender in news or not "
	"(recipients > 50 or recipients < 2) by login, sender "
	"allow 5 messages/day else tempfail \"Wait\" }\n"
	"limit client { for relayed mail when client in lan and "
	"(listener = \"smtpd\" or sender.domain like \"*.example\") or recipients = 3 "
	"by client/56 allow 7 recipients/hour else observe }\n"
	REST
	"frozen { local hold smtp reject \"Closed\" }\n";

/* A copy of the program in a block of exactly its size. */
static struct policy *
copy_of(const struct policy *p, size_t size)
{
	void *copy = malloc(size);

	assert_non_null(copy);
	memcpy(copy, p, size);
	return copy;
}

static void
facts_of(enum policy_class class, struct policy_facts *f)
{
	*f = (struct policy_facts){ .class = class, .recipients = 3 };
	for (unsigned i = 0; i < POLICY_FACTS; i++)
		f->text[i] = text_of("b@shop.example");
	f->client = (struct policy_address){ 4, { 192, 0, 2, 200 } };
}

/* Everything that reads a program; the sanitizers watch. */
static void
use(const struct policy *p)
{
	FILE *out = fopen("/dev/null", "w");
	char key[POLICY_KEY_MAX];
	struct policy_facts f;
	struct policy_plan plan;

	assert_non_null(out);
	for (unsigned class = 0; class < POLICY_CLASSES; class++) {
		facts_of(class, &f);
		policy_eval(p, &f, &plan);
		assert_true(plan.n <= POLICY_PLAN_MAX);
		for (unsigned i = 0; i < plan.n; i++) {
			policy_key(p, plan.limit[i], &f, key);
			policy_limit(p, plan.limit[i]);
		}
		policy_classify(p, false, &f);
		policy_frozen(p, class);
		policy_trace(p, &f, out);
	}
	policy_dump(p, out);
	fclose(out);
}

static void
any_byte_may_be_wrong(void **state)
{
	struct policy *p = compile(whole), *copy = copy_of(p, p->size);
	unsigned char *byte = (unsigned char *)copy;
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < p->size; i++) {
		unsigned char was = byte[i];

		for (unsigned bit = 0; bit < 9; bit++) {
			byte[i] = (unsigned char)(bit == 8 ? 0xff : was ^ 1u << bit);
			if (verify(copy, p->size) == NULL)
				use(copy);
			else
				refused++;
		}
		byte[i] = was;
	}
	assert_true(refused > p->size);
	assert_null(verify(copy, p->size));
	free(copy);
	policy_free(p);
}

static void
several_bytes_may_be_wrong(void **state)
{
	struct policy *p = compile(whole), *copy = copy_of(p, p->size);
	uint64_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		memcpy(copy, p, p->size);
		for (unsigned i = 0; i < 3; i++) {
			size_t at = p->pool[0].at +
				random_below(&seed, p->size - p->pool[0].at);

			((unsigned char *)copy)[at] =
				(unsigned char)random_below(&seed, 8);
		}
		if (verify(copy, p->size) == NULL)
			use(copy);
	}
	free(copy);
	policy_free(p);
}

static void
every_cut_is_refused(void **state)
{
	struct policy *p = compile(whole);

	(void)state;
	for (size_t size = 0; size < p->size; size++) {
		struct policy *copy = copy_of(p, size);

		assert_non_null(verify(copy, size));
		free(copy);
	}
	policy_free(p);
}

#define FIELD(type, field) offsetof(type, field), sizeof(((type *)0)->field)
#define INSTR(field) POOL_CODE, FIELD(struct prog_instr, field)
#define LIMIT(field) POOL_LIMITS, FIELD(struct prog_limit, field)
#define WINDOW(field) POOL_WINDOWS, FIELD(struct policy_window, field)
#define KEY(field) POOL_KEYS, FIELD(struct prog_key, field)
#define SET(field) POOL_SETS, FIELD(struct prog_set, field)
#define NET(field) POOL_NETS, FIELD(struct prog_net, field)
#define HEAD(field) POOLS, FIELD(struct policy, field)

struct row {
	const char *name;
	unsigned pool;		/* POOLS: the head of the block */
	size_t field, size;
	size_t i;		/* element of the pool */
	uint64_t value;
	const char *want;	/* in the reason */
};

/* The code of whole begins: 0 class, 1 has, 2 charge, 3 class, 4 has, 5 has,
 * 6 in, 7 above, 8 below, 9 charge, 10 class, 11 has, 12 within, 13 equal. It
 * ends: 18 charge, 19 done. */
static const struct row rows[] = {
	{ "other count", HEAD(pool[POOL_CODE].n), 0, 0, "block" },
	{ "other size", HEAD(size), 0, 8, "block" },
	{ "a limit charged twice", INSTR(k), 9, 0, "instruction" },
	{ "limit out of bounds", INSTR(k), 2, 4, "instruction" },
	{ "set out of bounds", INSTR(k), 6, 99, "instruction" },
	{ "number out of bounds", INSTR(k), 7, 99, "instruction" },
	{ "classes out of bounds", INSTR(k), 0, 16, "instruction" },
	{ "operand where there is none", INSTR(k), 1, 1, "instruction" },
	{ "a jump behind the end", INSTR(jf), 0, 99, "instruction" },
	{ "a jump behind the end if true", INSTR(jt), 0, 99, "instruction" },
	{ "a jump where there is none", INSTR(jt), 2, 1, "instruction" },
	{ "the other jump where there is none", INSTR(jf), 2, 1, "instruction" },
	{ "no end", INSTR(op), 19, OP_CHARGE, "instruction" },
	{ "an end before the end", INSTR(op), 1, OP_DONE, "instruction" },
	{ "unknown instruction", INSTR(op), 0, OPS, "instruction" },
	{ "unknown fact", INSTR(fact), 1, POLICY_FACTS, "instruction" },
	{ "a fact where there is none", INSTR(fact), 0, 1, "instruction" },
	{ "no number", INSTR(fact), 7, POLICY_LOGIN, "instruction" },
	{ "no text", INSTR(fact), 6, POLICY_CLIENT, "instruction" },
	{ "no address", INSTR(op), 6, OP_WITHIN, "instruction" },
	{ "text out of bounds", INSTR(k), 13, 2, "instruction" },
	{ "no window", LIMIT(n_windows), 0, 0, "limit" },
	{ "too many windows", LIMIT(n_windows), 0, POLICY_WINDOWS_MAX + 1, "limit" },
	{ "windows out of bounds", LIMIT(first_window), 0, 4, "limit" },
	{ "keys out of bounds", LIMIT(first_key), 0, UINT32_MAX, "limit" },
	{ "too many keys", LIMIT(n_keys), 0, POLICY_KEYS_MAX + 1, "limit" },
	{ "a name too long", LIMIT(name), 0, (uint64_t)POLICY_NAME_MAX << 33, "limit" },
	{ "a name without end", LIMIT(name.len), 0, 5, "limit" },
	{ "a name out of bounds", LIMIT(name.at), 0, UINT32_MAX, "limit" },
	{ "a name that ends out of bounds", LIMIT(name.len), 0, UINT32_MAX, "limit" },
	{ "a reply out of bounds", LIMIT(text.at), 0, UINT32_MAX, "limit" },
	{ "unknown action", LIMIT(action), 0, POLICY_OBSERVE + 1, "limit" },
	{ "unknown unit", WINDOW(unit), 0, POLICY_RCPTS + 1, "limit" },
	{ "no rate", WINDOW(count), 0, 0, "limit" },
	{ "no burst", WINDOW(burst), 0, 0, "limit" },
	{ "no period", WINDOW(period_us), 0, 0, "limit" },
	{ "a window faster than it says", WINDOW(interval_us), 0, 1999999, "limit" },
	{ "a window too wide", WINDOW(burst), 3, UINT32_MAX, "limit" },
	{ "unknown key", KEY(fact), 0, POLICY_FACTS, "limit" },
	{ "a number as a key", KEY(fact), 0, POLICY_RECIPIENTS, "limit" },
	{ "IPv4 prefix too long", KEY(prefix4), 0, 33, "limit" },
	{ "IPv6 prefix too long", KEY(prefix6), 0, 129, "limit" },
	{ "names out of order", SET(n_names), 1, 3, "set" },
	{ "names out of bounds", SET(first_name), 1, 4, "set" },
	{ "globs out of bounds", SET(n_globs), 1, 2, "set" },
	{ "networks out of bounds", SET(n_nets), 2, 3, "set" },
	{ "a set without a name", SET(name.at), 1, UINT32_MAX, "set" },
	{ "network of no family", NET(net.family), 0, 5, "set" },
	{ "IPv4 network too long", NET(prefix), 0, 33, "set" },
	{ "IPv6 network too long", NET(prefix), 1, 129, "set" },
	{ "no own networks", HEAD(own), 0, 99, "set" },
	{ "a text out of bounds", POOL_TEXTS, FIELD(struct prog_text, at), 0, UINT32_MAX, "text" },
	{ "a member out of bounds", POOL_NAMES, FIELD(struct prog_text, at), 0, UINT32_MAX, "text" },
	{ "freezing that only observes", HEAD(frozen[0].action), 0, POLICY_OBSERVE, "frozen" },
	{ "reply to frozen mail", HEAD(frozen[1].text.at), 0, UINT32_MAX, "frozen" },
};

static void
damage(struct policy *p, const struct row *r)
{
	char *at = (char *)p + r->field;

	if (r->pool != POOLS)
		at += p->pool[r->pool].at + r->i * prog_element(r->pool);
	if (r->size == sizeof(uint64_t))
		*(uint64_t *)(void *)at = r->value;
	else if (r->size == sizeof(uint32_t))
		*(uint32_t *)(void *)at = (uint32_t)r->value;
	else if (r->size == sizeof(uint16_t))
		*(uint16_t *)(void *)at = (uint16_t)r->value;
	else
		*(uint8_t *)at = (uint8_t)r->value;
}

static void
refuses(void **state)
{
	const struct row *r = *state;
	struct policy *p = compile(whole);
	size_t size = p->size;
	const char *reason;

	assert_null(verify(p, size));
	damage(p, r);
	reason = verify(p, size);
	if (reason == NULL || strstr(reason, r->want) == NULL)
		fail_msg("got '%s', want '%s' in it", reason, r->want);
	policy_free(p);
}

/* Seventeen limits of one class, which the compiler would not let through. */
static void
plan_is_bounded(void **state)
{
	char text[4096] = OWN;
	size_t n = strlen(text);
	struct policy *p;

	(void)state;
	for (unsigned i = 0; i < POLICY_PLAN_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "limit l%u { for "
				      "local mail allow %u messages/hour else hold }\n",
				      i, i + 1);
	snprintf(text + n, sizeof(text) - n, "limit smtp { for authenticated, relayed "
		 "mail allow 1 messages/hour else tempfail }\n");
	p = compile(text);
	assert_null(verify(p, p->size));
	damage(p, &(struct row){ NULL, INSTR(k), 2 * POLICY_PLAN_MAX, 1, NULL });
	assert_non_null(strstr(verify(p, p->size), "too many limits"));
	policy_free(p);
}

/* What the verifier says to a program of n instructions DONE, and a reply of
 * len bytes to frozen mail. */
static const char *
reason_for(size_t n, size_t len)
{
	struct pools s = { .a = arena_new((size_t)1 << 20) };
	const struct prog_instr done = { .op = OP_DONE };
	const struct prog_set own = { .n_names = 0 };
	char reply[POLICY_TEXT_MAX + 1];
	struct prog_text text;
	struct policy *p;
	const char *reason;

	assert_non_null(s.a);
	memset(reply, 'a', sizeof(reply));
	pools_text(&s, text_of(""));
	text = pools_text(&s, (struct policy_text){ reply, len });
	pools_add(&s, POOL_SETS, &own, 1);
	for (size_t i = 0; i < n; i++)
		pools_add(&s, POOL_CODE, &done, 1);
	p = pools_block(&s);
	assert_non_null(p);
	p->frozen[POLICY_LOCAL].text = text;
	reason = verify(p, p->size);
	policy_free(p);
	arena_free(s.a);
	return reason;
}

static void
sizes_are_bounded(void **state)
{
	struct pools s = { .a = NULL };

	(void)state;
	assert_null(reason_for(1, POLICY_TEXT_MAX));
	assert_non_null(strstr(reason_for(1, POLICY_TEXT_MAX + 1), "frozen"));
	assert_non_null(strstr(reason_for(0, 0), "instruction"));
	assert_non_null(strstr(reason_for(2, 0), "instruction"));
	assert_non_null(strstr(reason_for(PROG_CODE_MAX + 1, 0), "instruction"));
	s.pool[POOL_TEXTS].n = UINT32_MAX;
	assert_null(pools_block(&s));
}

static void
equal_text_is_an_equal_block(void **state)
{
	struct policy *a = compile(whole), *b = compile(whole), *c = compile(OWN REST);

	(void)state;
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a, b, a->size);
	assert_true(policy_digest(a) == policy_digest(b));
	assert_true(policy_digest(a) != policy_digest(c));
	policy_free(a);
	policy_free(b);
	policy_free(c);
}

int
main(void)
{
	struct CMUnitTest tests[6 + N_ROWS(rows)] = {
		cmocka_unit_test(any_byte_may_be_wrong),
		cmocka_unit_test(several_bytes_may_be_wrong),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(plan_is_bounded),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(equal_text_is_an_equal_block),
	};
	size_t n = 6;

	ROWS(tests, &n, rows, refuses);
	return cmocka_run_group_tests_name("prog", tests, NULL, NULL);
}
