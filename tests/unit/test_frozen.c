/*
 * test_frozen.c - what is frozen, in whatever order the records come.
 */
#include "test.h"

#include "../../milter/ledger/frozen.h"

/* `f2` is the freeze number 2, `t2` the thaw that names it. */
static const struct row {
	const char *name;
	const char *records;
	size_t active, names;		/* that are kept */
} rows[] = {
	{ "nothing", "", 0, 0 },
	{ "a freeze", "f1", 1, 0 },
	{ "a freeze, then its thaw", "f1 t1", 0, 0 },
	{ "a thaw, then its freeze", "t1 f1", 0, 1 },
	{ "a thaw of another", "f1 t2", 1, 1 },
	{ "the thaw of one of two", "f1 f2 t1", 1, 0 },
	{ "two that end", "f1 t1 f2 t2", 0, 0 },
};

static struct record
freeze(char number)
{
	struct record r = { .kind = RECORD_FREEZE };

	snprintf(r.id, sizeof(r.id), "mx1-5f3a9c-%c", number);
	memset(r.mac, number, RECORD_MAC_HEX);
	return r;
}

static struct record
thaw(char number)
{
	struct record r = { .kind = RECORD_THAW }, lifted = freeze(number);
	char name[RECORD_NAME_MAX + 1];

	record_name(&lifted, name);
	snprintf(r.lifts, sizeof(r.lifts), "%s", name);
	return r;
}

/* A ledger that grows by freezes that end must not grow in memory by their
 * names, for each new freeze is looked for among these. */
static void
order(void **state)
{
	const struct row *row = *state;
	struct frozen z = { 0 };

	for (const char *p = row->records; *p != '\0'; p += p[2] == ' ' ? 3 : 2) {
		struct record r = p[0] == 'f' ? freeze(p[1]) : thaw(p[1]);

		assert_true(frozen_add(&z, &r, 0));
	}
	assert_int_equal(z.n, row->active);
	assert_int_equal(z.n_lifted, row->names);
	frozen_fini(&z);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, order);
	return cmocka_run_group_tests_name("frozen", tests, NULL, NULL);
}
