/*
 * test_strike.c - what the policy freezes by itself, in a real ledger.
 */
#include "compile.h"

#include "../../milter/daemon/strike.h"
#include "../../milter/log.h"
#include "ledger_room.h"

static const char policy_text[] = OWN REST
	"limit days { for local mail by uid, script allow 1 message/day else hold\n"
	"	freeze after 200 refusals in 10 minutes for 2 days }\n"
	"limit one { for local mail allow 1 message/day else hold\n"
	"	freeze after 1 refusal in 1 day }\n";

static const struct row {
	const char *name;
	unsigned limit;		/* in the order of the file */
	const char *scope, *reason;
	uint64_t freeze_us;
} rows[] = {
	{ "for a time", 1, "limit/days/33,33:a.php",
	  "limit days: 200 refusals in 10 minutes; for 2 days",
	  UINT64_C(172800000000) },
	{ "until a thaw", 2, "limit/one/-", "limit one: 1 refusal in 1 day", 0 },
};

static struct strike
strike_of(unsigned limit, const char *script)
{
	struct policy *p = compile(policy_text);
	struct policy_facts f = { .class = POLICY_LOCAL };
	struct strike s;

	f.text[POLICY_UID] = text_of("33");
	f.text[POLICY_SCRIPT] = text_of(script);
	strike_set(&s, p, limit, &f);
	policy_free(p);
	return s;
}

static void
strike(void **state)
{
	const struct row *r = *state;
	struct strike s = strike_of(r->limit, "33:a.php");
	char scope[SCOPE_TEXT_MAX + 1];

	scope_text(&s.scope, scope);
	assert_string_equal(scope, r->scope);
	assert_string_equal(s.reason, r->reason);
	assert_int_equal(s.freeze_us, r->freeze_us);
}

static size_t
count_active(struct ledger *l)
{
	size_t n;

	free(ledger_active(l, &n));
	return n;
}

static void
written_once(void **state)
{
	struct strike a = strike_of(1, "33:a.php"), b = strike_of(1, "33:b.php");
	struct strikes *q = strikes_new();
	struct record *active;
	struct ledger *l;
	struct room room;
	size_t n;

	(void)state;
	room_init(&room, NULL);
	l = room_open(&room);
	assert_true(strikes_add(q, &a) && strikes_add(q, &a) && strikes_add(q, &b));
	strikes_write(q, l);
	assert_true(strikes_add(q, &a));
	strikes_write(q, l);
	active = ledger_active(l, &n);
	assert_int_equal(n, 2);
	assert_string_equal(active[0].by, STRIKE_BY);
	assert_string_equal(active[0].reason, a.reason);
	assert_in_range(active[0].until_us - active[0].time_us, a.freeze_us - 1000000,
			a.freeze_us + 1000000);
	free(active);
	ledger_free(l);
	room_fini(&room);
	strikes_free(q);
}

/* Nor does one whose freezes end and come again. */
static void
paced(void **state)
{
	struct strikes *q = strikes_new();
	uint64_t now_us = 5000000;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		assert_true(strikes_may(q, now_us));
	assert_false(strikes_may(q, now_us));
	assert_false(strikes_may(q, now_us + 35999999));
	assert_true(strikes_may(q, now_us + 36000000));
	strikes_free(q);
}

/* A sender who invents keys does not fill the ledger. */
static void
bounded(void **state)
{
	struct strikes *q = strikes_new();
	unsigned taken = 0;
	struct ledger *l;
	struct room room;
	char script[32];

	(void)state;
	room_init(&room, NULL);
	l = room_open(&room);
	for (unsigned i = 0; i < 200; i++) {
		struct strike s;

		snprintf(script, sizeof(script), "33:%u.php", i);
		s = strike_of(1, script);
		taken += strikes_add(q, &s);
	}
	assert_in_range(taken, 1, 199);
	strikes_write(q, l);
	assert_int_equal(count_active(l), taken);
	ledger_free(l);
	room_fini(&room);
	strikes_free(q);
}

static size_t
count_expired(struct ledger *l)
{
	size_t n;

	free(ledger_expired(l, &n));
	return n;
}

static void
freeze_until(struct ledger *l, const char *scope, uint64_t until_us)
{
	struct record r = { .kind = RECORD_FREEZE, .by = "policy", .reason = "x",
			    .until_us = until_us };
	struct error e = { "" };

	assert_true(scope_parse(&r.scope, scope, &e));
	if (!ledger_append(l, &r, &e))
		fail_msg("got '%s', want a record", e.text);
}

/* Over is over at once, on every node; that it is, is put on record by the one
 * that froze. */
static void
expires(void **state)
{
	struct room here, there;
	struct ledger *l, *other;

	(void)state;
	room_init(&here, NULL);
	room_init(&there, &here);
	l = room_open(&here);
	other = room_open(&there);
	freeze_until(l, "script:33:a.php", 1000000);
	freeze_until(l, "script:33:b.php", UINT64_C(4000000000000000));
	room_merge(other, l);
	assert_false(room_is_frozen(l, "33:a.php") || room_is_frozen(other, "33:a.php"));
	assert_true(room_is_frozen(l, "33:b.php") && room_is_frozen(other, "33:b.php"));
	strikes_expire(other);
	assert_int_equal(count_expired(other), 1);
	strikes_expire(l);
	assert_int_equal(count_expired(l), 0);
	assert_int_equal(count_active(l), 1);
	room_merge(other, l);
	assert_int_equal(count_expired(other), 0);
	ledger_free(l);
	ledger_free(other);
	room_fini(&here);
	room_fini(&there);
}

/* What ends all at once is not written all at once. */
static void
ends_in_turn(void **state)
{
	struct room room;
	struct ledger *l;
	char scope[32];

	(void)state;
	room_init(&room, NULL);
	l = room_open(&room);
	for (unsigned i = 0; i < 70; i++) {
		snprintf(scope, sizeof(scope), "script:33:%u.php", i);
		freeze_until(l, scope, 1000000);
	}
	strikes_expire(l);
	assert_int_equal(count_expired(l), 6);
	strikes_expire(l);
	assert_int_equal(count_expired(l), 0);
	ledger_free(l);
	room_fini(&room);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 5];
	size_t n = 0;

	log_open("test_strike", true, LOG_LEVEL_ERROR);
	ROWS(tests, &n, rows, strike);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(written_once);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(bounded);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(paced);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(expires);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(ends_in_turn);
	return cmocka_run_group_tests_name("strike", tests, NULL, NULL);
}
