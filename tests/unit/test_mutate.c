/*
 * test_mutate.c - a program with one field changed is refused, or it is run.
 *
 * Each field of each element of each pool, and of the head, gets each small
 * value, each of its bits turned, and all bits set; each pool gets other counts.
 * What the verifier accepts is evaluated on random messages, its keys written,
 * dumped and traced, and the sanitizers find nothing. Counted are the changed
 * programs and those of them that were refused; an instruction that could leave
 * its part of the code, go back, or name what is not there, always is.
 */
#include "compile.h"

#include <glob.h>

#include "../../policy/program/prog.h"
#include "../../policy/program/verify.h"
#include "../fuzz/fuzz_use.h"
#include "random.h"

#define SMALL 100		/* more than any pool of these programs has */
#define TEXT_MAX 8192

static const char every_construct[] =
	OWN
	"nodes 3\nrecipient delimiter \"+-\"\n"
	"set news { a, b, c, \"*@l.example\" }\n"
	"set lan { 127.1.0.0/25, 127.1.0.128/25, 2001:db8:1::/48 }\n"
	"limit a { for local mail by script or \"none\", uid allow 30 messages/minute "
	"burst 60, 300 recipients/hour warn at 80% else hold up to 9 messages/day "
	"then reject even local \"Spent\" }\n"
	"limit b { for authenticated mail when header \"X-A\" in news or not "
	"(recipients > 50 or recipients <= 2) by login, header \"X-B\" or \"x\" "
	"allow 5 messages/day else tempfail \"Wait\" freeze after 9 refusals in 1 hour "
	"for 1 day }\n"
	"limit c { for relayed mail when client in lan and (listener = smtpd or "
	"sender.domain like \"*.example\") or recipients = 3 or time 20:00-07:00 and "
	"day sat by client/56 allow 7 recipients/hour else observe }\n"
	"exempt d { for authenticated mail when login = bulk "
	"allow 50 recipients/hour burst 100 else tempfail }\n"
	REST
	"frozen { local hold smtp reject \"Closed\" exempt e { for relayed mail when "
	"client in 127.0.0.8/29 by client allow 5 messages/hour else tempfail } }\n"
	"outage { smtp tempfail \"Later\" lease 2 minutes }\n";

static const char many_plain[] =
	OWN
	"set logins { l0, l1, l2, l3, l4, l5, l6, l7, l8, l9 }\n"
	"limit a { for outbound mail when day mon, tue or time 08:00-24:00 "
	"allow 9 messages/hour else hold }\n"
	"limit b { for authenticated mail when login in logins and not "
	"(login = l1 or login = l2 or login like \"l?\") by login "
	"allow 9 messages/hour, 90 messages/day else reject }\n"
	"exempt c { for relayed mail when client in 127.0.0.7 or client in "
	"127.0.0.9 by client/4:24 allow 9 messages/hour else tempfail }\n"
	"exempt d { for local mail when uid = 33 by uid allow 9 messages/hour else hold }\n"
	REST;

struct field {
	enum prog_pool pool;	/* POOLS: the head */
	size_t at, size;
};

#define FIELD(pool, type, field) \
	{ POOL_##pool, offsetof(type, field), sizeof(((type *)0)->field) }
#define HEAD(field) \
	{ POOLS, offsetof(struct policy, field), sizeof(((struct policy *)0)->field) }
#define TEXT(pool, type, field) \
	FIELD(pool, type, field.at), FIELD(pool, type, field.len)
#define ANSWER(pool, type, field) \
	TEXT(pool, type, field.text), FIELD(pool, type, field.action)

static const struct field fields[] = {
	FIELD(CODE, struct prog_instr, op), FIELD(CODE, struct prog_instr, fact),
	FIELD(CODE, struct prog_instr, jt), FIELD(CODE, struct prog_instr, jf),
	FIELD(CODE, struct prog_instr, k),
	FIELD(LIMITS, struct prog_limit, freeze_us), TEXT(LIMITS, struct prog_limit, name),
	FIELD(LIMITS, struct prog_limit, kind), FIELD(LIMITS, struct prog_limit, first_window),
	FIELD(LIMITS, struct prog_limit, n_windows), FIELD(LIMITS, struct prog_limit, first_key),
	FIELD(LIMITS, struct prog_limit, n_keys), FIELD(LIMITS, struct prog_limit, warn_percent),
	ANSWER(LIMITS, struct prog_limit, answer), FIELD(LIMITS, struct prog_limit, budget),
	ANSWER(LIMITS, struct prog_limit, spent), FIELD(LIMITS, struct prog_limit, strikes),
	FIELD(WINDOWS, struct policy_window, unit), FIELD(WINDOWS, struct policy_window, count),
	FIELD(WINDOWS, struct policy_window, burst), FIELD(WINDOWS, struct policy_window, period_us),
	FIELD(WINDOWS, struct policy_window, interval_us),
	TEXT(KEYS, struct prog_key, otherwise), FIELD(KEYS, struct prog_key, fact),
	FIELD(KEYS, struct prog_key, prefix4), FIELD(KEYS, struct prog_key, prefix6),
	TEXT(SETS, struct prog_set, name), FIELD(SETS, struct prog_set, first_name),
	FIELD(SETS, struct prog_set, n_names), FIELD(SETS, struct prog_set, n_globs),
	FIELD(SETS, struct prog_set, first_slot), FIELD(SETS, struct prog_set, n_slots),
	FIELD(SETS, struct prog_set, first_net), FIELD(SETS, struct prog_set, n_nets),
	FIELD(TEXTS, struct prog_text, at), FIELD(TEXTS, struct prog_text, len),
	FIELD(NAMES, struct prog_text, at), FIELD(NAMES, struct prog_text, len),
	FIELD(HEADERS, struct prog_text, at), FIELD(HEADERS, struct prog_text, len),
	FIELD(NETS, struct prog_net, net.family), FIELD(NETS, struct prog_net, net.bytes[0]),
	FIELD(NETS, struct prog_net, net.bytes[15]), FIELD(NETS, struct prog_net, prefix),
	{ POOL_SLOTS, 0, sizeof(uint32_t) }, { POOL_NUMBERS, 0, sizeof(uint32_t) },
	{ POOL_BYTES, 0, 1 },
	HEAD(size), HEAD(digest), HEAD(lease_us), HEAD(nodes), HEAD(is_two_person),
	HEAD(delimiters.at), HEAD(delimiters.len), HEAD(own), HEAD(frozen_at),
	HEAD(frozen[0].action), HEAD(frozen[1].text.at), HEAD(frozen[3].text.len),
	HEAD(outage[0].action), HEAD(outage[1].text.at), HEAD(outage[3].text.len),
#define POOL(name, type) HEAD(pool[POOL_##name].at), HEAD(pool[POOL_##name].n),
	PROG_POOLS(POOL)
#undef POOL
};

struct tally {
	uint64_t seed;
	unsigned changed, refused;
};

/* True if the changed program may be run; then it was. */
static bool
try(const struct policy *p, size_t size, struct tally *t)
{
	uint64_t bytes[24];

	t->changed++;
	if (verify(p, size) != NULL) {
		t->refused++;
		return false;
	}
	for (unsigned i = 0; i < N_ROWS(bytes); i++)
		bytes[i] = random_next(&t->seed);
	fuzz_use(p, (const uint8_t *)bytes, sizeof(bytes));
	return true;
}

/* The i-th value of a field of so many bytes; false: there are no more. */
static bool
value(unsigned i, size_t size, uint64_t was, uint64_t *out)
{
	if (i < SMALL)
		*out = i;
	else if (i - SMALL < 8 * size)
		*out = was ^ UINT64_C(1) << (i - SMALL);
	else
		*out = UINT64_MAX;
	return i <= SMALL + 8 * size;
}

/* True if the instruction may lead out of its part, or ask for what is not
 * there, read from its words alone. */
static bool
is_wild(const struct policy *p, size_t i)
{
	const struct prog_instr *in = prog_code(p) + i;
	size_t end = i < p->frozen_at ? p->frozen_at : p->pool[POOL_CODE].n;
	uint32_t limit = in->op == OP_CHARGE ? in->k : 0;
	uint32_t set = in->op == OP_IN || in->op == OP_WITHIN ? in->k : 0;

	return in->op >= OPS || i + 1 + in->jt >= end + (in->op == OP_DONE) ||
	       i + 1 + in->jf >= end + (in->op == OP_DONE) ||
	       limit >= p->pool[POOL_LIMITS].n || set >= p->pool[POOL_SETS].n ||
	       in->fact >= POLICY_HEADER + p->pool[POOL_HEADERS].n;
}

static void
mutate_field(struct policy *p, const struct field *f, size_t i, struct tally *t)
{
	size_t size = p->size;
	char *at = (char *)p + f->at;
	uint64_t was = 0, now;

	if (f->pool != POOLS)
		at += p->pool[f->pool].at + i * prog_element(f->pool);
	memcpy(&was, at, f->size);	/* little-endian, or the row is another */
	for (unsigned v = 0; value(v, f->size, was, &now); v++) {
		memcpy(at, &now, f->size);
		if (try(p, size, t) && f->pool == POOL_CODE)
			assert_false(is_wild(p, i));
		memcpy(at, &was, f->size);
	}
}

/* The program with n elements in a pool: cut, or with zeros behind. */
static void
mutate_count(const struct policy *p, enum prog_pool pool, uint32_t n, struct tally *t)
{
	struct policy head = *p, *q;

	head.pool[pool].n = n;
	assert_true(prog_layout(&head));
	q = calloc(1, head.size);
	assert_non_null(q);
	memcpy(q, &head, sizeof(head));
	for (unsigned i = 0; i < POOLS; i++) {
		uint32_t kept = p->pool[i].n < head.pool[i].n ? p->pool[i].n : head.pool[i].n;

		memcpy((char *)q + q->pool[i].at, (const char *)p + p->pool[i].at,
		       kept * prog_element(i));
	}
	try(q, q->size, t);
	free(q);
}

static void
mutate(struct policy *p, const char *name)
{
	struct tally t = { .seed = 11 };

	assert_null(verify(p, p->size));
	for (size_t f = 0; f < N_ROWS(fields); f++) {
		size_t n = fields[f].pool == POOLS ? 1 : p->pool[fields[f].pool].n;

		for (size_t i = 0; i < n; i++)
			mutate_field(p, &fields[f], i, &t);
	}
	for (unsigned pool = 0; pool < POOLS; pool++)
		for (uint32_t n = 0; n < p->pool[pool].n + 9; n++)
			mutate_count(p, pool, n, &t);
	assert_null(verify(p, p->size));
	print_message("# %s: %u changed programs, %u refused, %u run\n", name,
		      t.changed, t.refused, t.changed - t.refused);
	assert_true(t.refused > t.changed / 2);
	policy_free(p);
}

static void
test_every_construct(void **state)
{
	(void)state;
	mutate(compile(every_construct), "every construct");
}

static void
test_many_plain(void **state)
{
	(void)state;
	mutate(compile(many_plain), "many plain limits");
}

static void
test_examples(void **state)
{
	char text[TEXT_MAX + 1];
	glob_t found;

	(void)state;
	assert_int_equal(glob("deploy/policies/*.policy", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		FILE *in = fopen(found.gl_pathv[i], "r");
		size_t len;

		assert_non_null(in);
		len = fread(text, 1, TEXT_MAX, in);
		text[len] = '\0';
		fclose(in);
		mutate(compile(text), found.gl_pathv[i]);
	}
	globfree(&found);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_construct),
		cmocka_unit_test(test_many_plain),
		cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests_name("mutate", tests, NULL, NULL);
}
