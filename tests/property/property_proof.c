/*
 * property_proof.c - what the compiler proves is so.
 *
 * If a policy compiles, no search finds outbound mail that meets no limit, or
 * only limits that its sender can avoid. If the search finds such mail, the
 * compiler has said so.
 */
#include "../unit/test.h"

#include "parts.h"
#include "random.h"
#include "reference.h"

#define MESSAGES 400	/* looked at for each policy */
#define TEXT_MAX 16384

struct row {
	const char *name;
	struct random_shape shape;
	unsigned min_compiled, min_escaping;	/* percent: the test is not idle */
};

static const struct row rows[] = {
	{ "a floor under everything", { .has_floor = true }, 50, 0 },
	{ "a condition and its opposite", { .has_halves = true }, 50, 0 },
	{ "one of the two is missing", { .has_halves = true, .has_hole = true }, 0, 50 },
	{ "nothing that covers by design", { .has_floor = false }, 0, 50 },
};

static bool
search(struct random *r, const struct parts *x, struct policy_facts *f)
{
	for (unsigned i = 0; i < MESSAGES; i++) {
		random_facts(r, x->tree->n_headers, f);
		if (reference_escapes(x->tree, f))
			return true;
	}
	return false;
}

static void
proof_is_true(void **state)
{
	const struct row *row = *state;
	static char text[TEXT_MAX];
	unsigned long n = parts_effort(1000000) / MESSAGES, compiled = 0, escaping = 0;
	struct random r = random_seed(2);
	struct policy_facts f;
	struct parts x;

	for (unsigned long i = 0; i < n; i++) {
		bool is_escaping;

		random_policy(&r, row->shape, text, sizeof(text));
		parts_init(&x, text);
		is_escaping = x.tree != NULL && search(&r, &x, &f);
		if (x.policy != NULL && is_escaping) {
			print_message("%s", text);
			policy_trace(x.policy, &f, stdout);
			fail_msg("it compiles, and %s mail escapes",
				 policy_class_word(f.class));
		}
		compiled += x.policy != NULL;
		escaping += is_escaping;
		parts_fini(&x);
	}
	print_message("# %lu policies, %lu compile, %lu have a hole\n", n, compiled,
		      escaping);
	assert_true(compiled * 100 >= n * row->min_compiled);
	assert_true(escaping * 100 >= n * row->min_escaping);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, proof_is_true);
	return _cmocka_run_group_tests("property_proof", tests, n, NULL, NULL);
}
