/*
 * property_eval.c - the program means what the tree means.
 *
 * A million pairs of a random policy and a random message: the plan of the
 * program is that of the reference. PAIRS in the environment: another number.
 */
#include "../unit/test.h"

#include "../../policy/program/prog.h"
#include "../../policy/program/verify.h"
#include "parts.h"
#include "random.h"
#include "reference.h"

#define MESSAGES 100	/* for each policy */
#define TEXT_MAX 16384

static void
compare(const char *text, const struct parts *x, const struct policy_facts *f,
	bool is_frozen)
{
	struct policy_plan got, want;

	reference_eval(x->tree, f, is_frozen, &want);
	if (is_frozen)
		policy_eval_frozen(x->policy, f, &got);
	else
		policy_eval(x->policy, f, &got);
	if (got.n == want.n && got.never == want.never &&
	    (got.never < 0 || got.never_window == want.never_window) &&
	    memcmp(got.limit, want.limit, want.n * sizeof(want.limit[0])) == 0)
		return;
	print_message("%s", text);
	policy_trace(x->policy, f, stdout);
	fail_msg("got %u charges, never %d; want %u, never %d", got.n, got.never,
		 want.n, want.never);
}

static void
program_is_tree(void **state)
{
	static char text[TEXT_MAX];
	unsigned long pairs = parts_effort(1000000), tried = 0, refused = 0;
	struct random r = random_seed(1);
	struct policy_facts f;
	struct parts x;

	(void)state;
	for (unsigned long done = 0; done < pairs; tried++) {
		random_policy(&r, (struct random_shape){ .has_floor = true }, text,
			      sizeof(text));
		parts_init(&x, text);
		if (x.policy == NULL) {
			refused++;
			/* An error of the generator would make this test idle. */
			if (refused > 20 + tried / 2) {
				print_message("%s", text);
				diags_print(x.d, stdout);
				fail_msg("%lu of %lu policies do not compile",
					 refused, tried);
			}
			parts_fini(&x);
			continue;
		}
		assert_null(verify(x.policy, x.policy->size));
		for (unsigned i = 0; i < MESSAGES; i++, done++) {
			random_facts(&r, policy_headers(x.policy), &f);
			compare(text, &x, &f, false);
			compare(text, &x, &f, true);
		}
		parts_fini(&x);
	}
	print_message("# %lu pairs, %lu policies, %lu of them refused\n", pairs, tried,
		      refused);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_is_tree),
	};

	return cmocka_run_group_tests_name("property_eval", tests, NULL, NULL);
}
