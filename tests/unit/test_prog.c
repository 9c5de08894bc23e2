/*
 * test_prog.c - one immutable block: its layout, its verifier, its digest.
 */
#include "compile.h"

#include "../../policy/program/pools.h"
#include "../../policy/program/verify.h"
#include "../fuzz/fuzz_use.h"
#include "random.h"

static const char whole[] =
	OWN
	"nodes 3\nrecipient delimiter \"+-\"\n"
	"set news { \"news@shop.example\", \"b@shop.example\", \"*@lists.example\" }\n"
	"set lan { 192.0.2.0/25, 2001:db8:1::/48 }\n"
	"limit script { for local mail by script or \"none\" "
	"allow 30 messages/minute burst 60, 300 recipients/hour warn at 80% "
	"else hold up to 9 messages/day then reject even local \"Spent\" }\n"
	"limit login { for authenticated mail when sender in news or not "
	"(recipients > 50 or recipients < 2) by login, sender "
	"allow 5 messages/day else tempfail \"Wait\" freeze after 9 refusals in 1 hour }\n"
	"limit client { for relayed mail when client in lan and "
	"(listener = \"smtpd\" or sender.domain like \"*.example\") or recipients = 3 "
	"or time 20:00-07:00 and day sat and header \"X-Tag\" = \"a\" "
	"by client/56 allow 7 recipients/hour else observe }\n"
	"exempt bulk { for authenticated mail when login = \"bulk\" "
	"allow 50 recipients/hour burst 100 else tempfail }\n"
	REST
	"frozen { local hold smtp reject \"Closed\" exempt alarm { for authenticated mail "
	"when login = \"monitor\" allow 5 messages/hour else tempfail } }\n"
	"outage { smtp tempfail \"Later\" lease 2 minutes }\n";

/* A copy of the program in a block of exactly its size. */
static struct policy *
copy_of(const struct policy *p, size_t size)
{
	void *copy = malloc(size);

	assert_non_null(copy);
	memcpy(copy, p, size);
	return copy;
}

/* Everything that reads a program; the sanitizers watch. */
static void
use(const struct policy *p, uint64_t *seed)
{
	uint64_t bytes[16];

	for (unsigned i = 0; i < N_ROWS(bytes); i++)
		bytes[i] = random_next(seed);
	fuzz_use(p, (const uint8_t *)bytes, sizeof(bytes));
}

static void
any_byte_may_be_wrong(void **state)
{
	struct policy *p = compile(whole), *copy = copy_of(p, p->size);
	unsigned char *byte = (unsigned char *)copy;
	uint64_t seed = 6;
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < p->size; i++) {
		unsigned char was = byte[i];

		for (unsigned bit = 0; bit < 9; bit++) {
			byte[i] = (unsigned char)(bit == 8 ? 0xff : was ^ 1u << bit);
			if (verify(copy, p->size) == NULL)
				use(copy, &seed);
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
			use(copy, &seed);
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
#define TEXT(pool) POOL_##pool, FIELD(struct prog_text, at)
#define NUMBER POOL_NUMBERS, 0, sizeof(uint32_t)
#define HEAD(field) POOLS, FIELD(struct policy, field)

struct row {
	const char *name;
	unsigned pool;		/* POOLS: the head of the block */
	size_t field, size;
	size_t i;		/* element of the pool; CODE: the first of that op */
	uint64_t value;
	const char *want;	/* in the reason */
};

/* Limits: 0 bulk, 1 script, 2 login, 3 client, 4 rest, 5 alarm. Windows: 0 of
 * bulk, 1 and 2 of script. Sets: 0 own, 1 news, 2 lan. Nets: 0 and 1 own. */
static const struct row rows[] = {
	{ "other count", HEAD(pool[POOL_CODE].n), 0, 0, "block" },
	{ "other size", HEAD(size), 0, 8, "block" },
	{ "a limit charged again", INSTR(k), OP_CHARGE, 4, "instruction" },
	{ "frozen mail's limit charged for others", INSTR(k), OP_CHARGE, 5, "instruction" },
	{ "limit out of bounds", INSTR(k), OP_CHARGE, 6, "instruction" },
	{ "set out of bounds", INSTR(k), OP_IN, 99, "instruction" },
	{ "number out of bounds", INSTR(k), OP_ABOVE, 99, "instruction" },
	{ "span out of bounds", INSTR(k), OP_DURING, 99, "instruction" },
	{ "classes out of bounds", INSTR(k), OP_CLASS, 16, "instruction" },
	{ "days out of bounds", INSTR(k), OP_ON, 128, "instruction" },
	{ "text out of bounds", INSTR(k), OP_EQUAL, 99, "instruction" },
	{ "operand where there is none", INSTR(k), OP_HAS, 1, "instruction" },
	{ "a jump behind the end", INSTR(jf), OP_CLASS, 9999, "instruction" },
	{ "a jump into the other part", INSTR(jf), OP_ON, 40, "instruction" },
	{ "a jump behind the end if true", INSTR(jt), OP_CLASS, 9999, "instruction" },
	{ "a jump where there is none", INSTR(jt), OP_CHARGE, 1, "instruction" },
	{ "the other jump where there is none", INSTR(jf), OP_CHARGE, 1, "instruction" },
	{ "an exemption that goes on", INSTR(op), OP_DONE, OP_HAS, "instruction" },
	{ "unknown instruction", INSTR(op), OP_CLASS, OPS, "instruction" },
	{ "unknown fact", INSTR(fact), OP_HAS, POLICY_FACT_IDS, "instruction" },
	{ "a header that is not named", INSTR(fact), OP_HAS, POLICY_HEADER + 1, "instruction" },
	{ "a fact where there is none", INSTR(fact), OP_CLASS, 1, "instruction" },
	{ "no number", INSTR(fact), OP_ABOVE, POLICY_LOGIN, "instruction" },
	{ "no text", INSTR(fact), OP_IN, POLICY_CLIENT, "instruction" },
	{ "no address", INSTR(op), OP_IN, OP_WITHIN, "instruction" },
	{ "no time", INSTR(fact), OP_DURING, POLICY_DAY, "instruction" },
	{ "no day", INSTR(fact), OP_ON, POLICY_TIME, "instruction" },
	{ "no code for frozen mail", HEAD(frozen_at), 0, 9999, "instruction" },
	{ "no code for other mail", HEAD(frozen_at), 0, 0, "instruction" },
	{ "code that does not end", HEAD(frozen_at), 0, 3, "instruction" },
	{ "from 24:00", NUMBER, 0, 1440u << 16, "instruction" },
	{ "to 24:01", NUMBER, 0, 1441, "instruction" },
	{ "no time at all", NUMBER, 0, 60u << 16 | 60, "instruction" },
	{ "unknown kind", LIMIT(kind), 0, POLICY_FROM_FREEZE + 1, "limit" },
	{ "no window", LIMIT(n_windows), 0, 0, "limit" },
	{ "too many windows", LIMIT(n_windows), 0, POLICY_WINDOWS_MAX + 1, "limit" },
	{ "windows out of bounds", LIMIT(first_window), 0, 99, "limit" },
	{ "keys out of bounds", LIMIT(first_key), 0, UINT32_MAX, "limit" },
	{ "too many keys", LIMIT(n_keys), 0, POLICY_KEYS_MAX + 1, "limit" },
	{ "a name too long", LIMIT(name), 0, (uint64_t)POLICY_NAME_MAX << 33, "limit" },
	{ "a name without end", LIMIT(name.len), 0, 3, "limit" },
	{ "a name out of bounds", LIMIT(name.at), 0, UINT32_MAX, "limit" },
	{ "a name that ends out of bounds", LIMIT(name.len), 0, UINT32_MAX, "limit" },
	{ "a reply out of bounds", LIMIT(answer.text.at), 0, UINT32_MAX, "limit" },
	{ "unknown action", LIMIT(answer.action), 0, POLICY_OBSERVE + 1, "limit" },
	{ "warn beyond the brim", LIMIT(warn_percent), 1, 101, "limit" },
	{ "budget out of bounds", LIMIT(budget), 1, 99, "limit" },
	{ "strikes out of bounds", LIMIT(strikes), 1, 99, "limit" },
	{ "spent, and observed", LIMIT(spent.action), 1, POLICY_OBSERVE, "limit" },
	{ "spent, and a reply out of bounds", LIMIT(spent.text.at), 1, UINT32_MAX, "limit" },
	{ "unknown unit", WINDOW(unit), 0, POLICY_RCPTS + 1, "limit" },
	{ "no rate", WINDOW(count), 0, 0, "limit" },
	{ "no burst", WINDOW(burst), 0, 0, "limit" },
	{ "no period", WINDOW(period_us), 0, 0, "limit" },
	{ "a window faster than it says", WINDOW(interval_us), 0, 1999999, "limit" },
	{ "a window too wide", WINDOW(burst), 2, UINT32_MAX, "limit" },
	{ "unknown key", KEY(fact), 0, POLICY_FACT_IDS, "limit" },
	{ "a header that is not named, as a key", KEY(fact), 0, POLICY_HEADER + 1, "limit" },
	{ "a number as a key", KEY(fact), 0, POLICY_RECIPIENTS, "limit" },
	{ "a time as a key", KEY(fact), 0, POLICY_TIME, "limit" },
	{ "IPv4 prefix too long", KEY(prefix4), 0, 33, "limit" },
	{ "IPv6 prefix too long", KEY(prefix6), 0, 129, "limit" },
	{ "the name of a missing key out of bounds", KEY(otherwise.at), 0, UINT32_MAX, "limit" },
	{ "names out of order", SET(n_names), 1, 3, "set" },
	{ "names out of bounds", SET(first_name), 1, 4, "set" },
	{ "globs out of bounds", SET(n_globs), 1, 2, "set" },
	{ "networks out of bounds", SET(n_nets), 2, 99, "set" },
	{ "slots out of bounds", SET(first_slot), 1, 99, "set" },
	{ "no slots", SET(n_slots), 1, 0, "set" },
	{ "slots that are no power of two", SET(n_slots), 1, 3, "set" },
	{ "too few slots to find a name", SET(n_slots), 1, 1, "set" },
	{ "a set without a name", SET(name.at), 1, UINT32_MAX, "set" },
	{ "network of no family", NET(net.family), 0, 5, "set" },
	{ "networks out of order", NET(net.family), 0, 6, "set" },
	{ "IPv4 network too long", NET(prefix), 0, 33, "set" },
	{ "IPv6 network too long", NET(prefix), 1, 129, "set" },
	{ "a host with the size of a network", NET(net.bytes[3]), 0, 1, "set" },
	{ "no own networks", HEAD(own), 0, 99, "set" },
	{ "a text out of bounds", TEXT(TEXTS), 0, UINT32_MAX, "text" },
	{ "a member out of bounds", TEXT(NAMES), 0, UINT32_MAX, "text" },
	{ "a header out of bounds", TEXT(HEADERS), 0, UINT32_MAX, "text" },
	{ "freezing that only observes", HEAD(frozen[0].action), 0, POLICY_OBSERVE, "answer" },
	{ "reply to frozen mail", HEAD(frozen[1].text.at), 0, UINT32_MAX, "answer" },
	{ "an outage that only observes", HEAD(outage[0].action), 0, POLICY_OBSERVE, "answer" },
	{ "reply in an outage", HEAD(outage[1].text.at), 0, UINT32_MAX, "answer" },
	{ "no node", HEAD(nodes), 0, 0, "site" },
	{ "no lease", HEAD(lease_us), 0, 0, "site" },
	{ "more than two persons", HEAD(is_two_person), 0, 2, "site" },
	{ "delimiters out of bounds", HEAD(delimiters.at), 0, UINT32_MAX, "site" },
};

static size_t
element_of(const struct policy *p, const struct row *r)
{
	size_t i = 0;

	if (r->pool != POOL_CODE)
		return r->i;
	while (prog_code(p)[i].op != r->i)
		i++;
	return i;
}

static void
damage(struct policy *p, const struct row *r)
{
	char *at = (char *)p + r->field;

	if (r->pool != POOLS)
		at += p->pool[r->pool].at + element_of(p, r) * prog_element(r->pool);
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

/* Sixteen limits of one class and one of another, which is made to be of the
 * first as well; the compiler lets none through that has more. */
static void
plan_is_bounded(void **state)
{
	char text[4096] = OWN;
	struct policy_facts f = { .class = POLICY_LOCAL, .recipients = 1 };
	size_t n = strlen(text);
	struct policy_plan plan;
	struct policy *p;

	(void)state;
	for (unsigned i = 0; i < POLICY_PLAN_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "limit l%u { for "
				      "local mail allow %u messages/hour else hold }\n",
				      i, i + 1);
	snprintf(text + n, sizeof(text) - n, "limit smtp { for authenticated, relayed "
		 "mail allow 1 messages/hour else tempfail }\n");
	p = compile(text);
	policy_eval(p, &f, &plan);
	assert_int_equal(plan.n, POLICY_PLAN_MAX);
	assert_false(plan.is_over);
	((struct prog_instr *)(uintptr_t)prog_code(p))[2 * POLICY_PLAN_MAX].k = 1;
	assert_null(verify(p, p->size));
	policy_eval(p, &f, &plan);
	assert_int_equal(plan.n, POLICY_PLAN_MAX);
	assert_true(plan.is_over);
	policy_free(p);
}

/* What the verifier says to a program of n instructions DONE in either part, a
 * reply of len bytes to frozen mail, and headers. */
static const char *
reason_for(size_t n, size_t len, unsigned headers)
{
	struct pools s = { .a = arena_new((size_t)2 << 20) };
	const struct prog_instr done = { .op = OP_DONE };
	const struct prog_set own = { .n_slots = 1 };
	struct policy head, *p;
	char reply[POLICY_TEXT_MAX + 1];
	const char *reason;

	assert_non_null(s.a);
	memset(&head, 0, sizeof(head));
	memset(reply, 'a', sizeof(reply));
	pools_text(&s, text_of(""));
	pools_add(&s, POOL_SETS, &own, 1);
	pools_add(&s, POOL_SLOTS, NULL, 1);
	for (size_t i = 0; i < n; i++)
		pools_add(&s, POOL_CODE, &done, 1);
	if (headers > 0)
		pools_add(&s, POOL_HEADERS, NULL, headers);
	head.frozen_at = (uint32_t)n / 2;
	head.nodes = 1;
	head.lease_us = 1;
	head.frozen[POLICY_LOCAL].text = pools_text(&s, (struct policy_text){ reply, len });
	p = pools_block(&s, &head);
	assert_non_null(p);
	reason = verify(p, p->size);
	policy_free(p);
	arena_free(s.a);
	return reason;
}

static void
sizes_are_bounded(void **state)
{
	struct pools s = { .a = NULL };
	struct policy head = { .size = 0 };

	(void)state;
	assert_null(reason_for(2, POLICY_TEXT_MAX, POLICY_HEADERS_MAX));
	assert_non_null(strstr(reason_for(2, 0, POLICY_HEADERS_MAX + 1), "text"));
	assert_non_null(strstr(reason_for(2, POLICY_TEXT_MAX + 1, 0), "answer"));
	assert_non_null(strstr(reason_for(0, 0, 0), "instruction"));
	assert_non_null(strstr(reason_for(1, 0, 0), "instruction"));
	assert_null(reason_for(PROG_CODE_MAX, 0, 0));
	assert_non_null(strstr(reason_for(PROG_CODE_MAX + 1, 0, 0), "instruction"));
	s.pool[POOL_TEXTS].n = UINT32_MAX;
	assert_null(pools_block(&s, &head));
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
