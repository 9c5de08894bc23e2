/*
 * test_verdict.c - what was found out, and what is answered.
 */
#include "test.h"

#include "../../milter/daemon/verdict.h"

#define LONGEST "12345678901234567890123456789012345678901234567890" \
		"12345678901234567890123456789012345678901234567890" \
		"12345678901234567890123456789012345678901234567890" \
		"12345678901234567890123456789012345678901234567890"

static const struct verdict_row {
	const char *name;
	enum cause cause;
	enum policy_class class;
	enum policy_action asked;
	enum verdict want;
} verdict_rows[] = {
	{ "nothing", CAUSE_NONE, POLICY_LOCAL, POLICY_REJECT, VERDICT_ACCEPT },
	{ "limit hold", CAUSE_LIMIT, POLICY_LOCAL, POLICY_HOLD, VERDICT_HOLD },
	{ "limit hold, SMTP", CAUSE_LIMIT, POLICY_RELAYED, POLICY_HOLD, VERDICT_HOLD },
	{ "limit tempfail", CAUSE_LIMIT, POLICY_AUTHENTICATED, POLICY_TEMPFAIL,
	  VERDICT_TEMPFAIL },
	{ "limit reject", CAUSE_LIMIT, POLICY_RELAYED, POLICY_REJECT, VERDICT_REJECT },
	{ "never, local", CAUSE_NEVER, POLICY_LOCAL, POLICY_TEMPFAIL, VERDICT_HOLD },
	{ "never, login", CAUSE_NEVER, POLICY_AUTHENTICATED, POLICY_TEMPFAIL,
	  VERDICT_REJECT },
	{ "never, relayed", CAUSE_NEVER, POLICY_RELAYED, POLICY_HOLD, VERDICT_REJECT },
	{ "never, inbound", CAUSE_NEVER, POLICY_INBOUND, POLICY_TEMPFAIL,
	  VERDICT_REJECT },
	{ "frozen hold", CAUSE_FROZEN, POLICY_LOCAL, POLICY_HOLD, VERDICT_HOLD },
	{ "frozen tempfail", CAUSE_FROZEN, POLICY_RELAYED, POLICY_TEMPFAIL,
	  VERDICT_TEMPFAIL },
	{ "frozen reject", CAUSE_FROZEN, POLICY_RELAYED, POLICY_REJECT, VERDICT_REJECT },
	{ "stale, local", CAUSE_STALE, POLICY_LOCAL, POLICY_REJECT, VERDICT_HOLD },
	{ "stale, SMTP", CAUSE_STALE, POLICY_RELAYED, POLICY_REJECT, VERDICT_TEMPFAIL },
	{ "down, local", CAUSE_DOWN, POLICY_LOCAL, POLICY_REJECT, VERDICT_HOLD },
	{ "down, SMTP", CAUSE_DOWN, POLICY_AUTHENTICATED, POLICY_REJECT,
	  VERDICT_TEMPFAIL },
	{ "alone, hold", CAUSE_ALONE, POLICY_LOCAL, POLICY_HOLD, VERDICT_HOLD },
	{ "alone, reject", CAUSE_ALONE, POLICY_RELAYED, POLICY_REJECT, VERDICT_REJECT },
	{ "over, local", CAUSE_OVER, POLICY_LOCAL, POLICY_OBSERVE, VERDICT_HOLD },
	{ "over, SMTP", CAUSE_OVER, POLICY_RELAYED, POLICY_OBSERVE, VERDICT_TEMPFAIL },
};

static const struct reply_row {
	const char *name;
	enum verdict verdict;
	enum cause cause;
	const char *text;
	const char *code, *dsn, *want;
} reply_rows[] = {
	{ "no text of the policy", VERDICT_TEMPFAIL, CAUSE_LIMIT, NULL, "451", "4.7.1",
	  "Too much mail, try again later" },
	{ "no text, reject", VERDICT_REJECT, CAUSE_LIMIT, NULL, "550", "5.7.1",
	  "Too much mail" },
	{ "text of the policy", VERDICT_TEMPFAIL, CAUSE_LIMIT, "Slow down", "451",
	  "4.7.1", "Slow down" },
	{ "percent signs", VERDICT_REJECT, CAUSE_LIMIT, "100% of 100%%", "550", "5.7.1",
	  "100%% of 100%%%%" },
	{ "never is not told to try again", VERDICT_REJECT, CAUSE_NEVER,
	  "Try again later", "550", "5.7.1", "Too many recipients in one message" },
	{ "frozen", VERDICT_TEMPFAIL, CAUSE_FROZEN, NULL, "451", "4.7.1",
	  "Mail is suspended, try again later" },
	{ "frozen, reject", VERDICT_REJECT, CAUSE_FROZEN, NULL, "550", "5.7.1",
	  "Mail is suspended" },
	{ "stale", VERDICT_TEMPFAIL, CAUSE_STALE, NULL, "451", "4.7.1",
	  "Limits cannot be checked, try again later" },
	{ "hold has no code", VERDICT_HOLD, CAUSE_LIMIT, "Slow down", NULL, NULL,
	  "Slow down" },
	{ "the longest text", VERDICT_REJECT, CAUSE_LIMIT, LONGEST, "550", "5.7.1",
	  LONGEST },
};

static void
verdict(void **state)
{
	const struct verdict_row *r = *state;
	enum verdict got = verdict_of(r->cause, r->class, r->asked);

	assert_string_equal(verdict_word(got), verdict_word(r->want));
}

static void
same(const char *got, const char *want)
{
	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, want);
}

static void
reply(void **state)
{
	const struct reply_row *r = *state;
	struct verdict_reply got;

	verdict_reply(&got, r->verdict, r->cause, r->text);
	same(got.code, r->code);
	same(got.dsn, r->dsn);
	same(got.text, r->want);
}

/* Local mail is never deferred but by a policy that says so (F32-F35). */
static void
local_is_not_deferred(void **state)
{
	(void)state;
	for (enum cause c = CAUSE_NONE; c < CAUSES; c++)
		for (enum policy_action a = POLICY_HOLD; a <= POLICY_OBSERVE; a++)
			if (a != POLICY_TEMPFAIL)
				assert_int_not_equal(verdict_of(c, POLICY_LOCAL, a),
						     VERDICT_TEMPFAIL);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(verdict_rows) + N_ROWS(reply_rows) + 1];
	size_t n = 0;

	_Static_assert(sizeof(LONGEST) - 1 == POLICY_TEXT_MAX, "the longest text");
	ROWS(tests, &n, verdict_rows, verdict);
	ROWS(tests, &n, reply_rows, reply);
	tests[n] = (struct CMUnitTest)cmocka_unit_test(local_is_not_deferred);
	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
