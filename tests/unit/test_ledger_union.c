/*
 * test_ledger_union.c - ledgers of several nodes, merged in any order.
 */
#include "test.h"

#include "ledger_room.h"

/* Nodes that share a key. */
static struct room a, b, c;

static int
setup(void **state)
{
	(void)state;
	room_init(&a, NULL);
	room_init(&b, &a);
	room_init(&c, &a);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	room_fini(&a);
	room_fini(&b);
	room_fini(&c);
	return 0;
}

struct lines {
	char line[4][RECORD_LINE_MAX];
	size_t len[4];
	size_t n;
};

static void
keep(const struct record *r, const char *line, size_t len, void *arg)
{
	struct lines *all = arg;

	(void)r;
	memcpy(all->line[all->n], line, len);
	all->len[all->n++] = len;
}

static size_t
count(struct ledger *l)
{
	static struct lines unused;

	unused.n = 0;
	return ledger_each(l, keep, &unused);
}

static void
assert_whole(const struct ledger *l)
{
	if (ledger_broken(l) != NULL)
		fail_msg("got '%s', want a whole ledger", ledger_broken(l));
}

/* A fresh node takes the lines in this order, and opens again. */
static void
merge_in_order(const struct lines *all, const int order[4])
{
	struct error e = { "" };
	struct room fresh;
	struct ledger *l;

	room_init(&fresh, &a);
	l = room_open(&fresh);
	for (int i = 0; i < 4; i++)
		if (!ledger_merge(l, all->line[order[i]], all->len[order[i]], &e))
			fail_msg("got '%s', want it merged", e.text);
	for (int i = 0; i < 2; i++) {
		assert_whole(l);
		assert_int_equal(count(l), 4);
		assert_false(room_is_frozen(l, "33:one.php"));
		assert_true(room_is_frozen(l, "33:two.php"));
		assert_true(room_is_frozen(l, "33:three.php"));
		ledger_free(l);
		l = room_open(&fresh);
	}
	ledger_free(l);
	room_fini(&fresh);
}

static void
any_order_gives_the_same(void **state)
{
	struct ledger *one = room_open(&a), *other = room_open(&b);
	static struct lines all;
	struct record first, r;

	(void)state;
	all.n = 0;
	room_freeze(one, "script:33:one.php", &first);
	room_freeze(one, "script:33:two.php", &r);
	room_merge(other, one);
	room_thaw(other, &first);
	room_freeze(other, "script:33:three.php", &r);
	ledger_each(other, keep, &all);
	for (int i = 0; i < 256; i++) {
		int order[4] = { i & 3, i >> 2 & 3, i >> 4 & 3, i >> 6 };
		int seen = 1 << order[0] | 1 << order[1] | 1 << order[2] |
			1 << order[3];

		if (seen == 15)
			merge_in_order(&all, order);
	}
	ledger_free(one);
	ledger_free(other);
}

static void
unseen_freeze_survives_the_thaw(void **state)
{
	struct ledger *one = room_open(&a), *other = room_open(&b);
	struct record seen, unseen;

	(void)state;
	room_freeze(one, "script:33:a.php", &seen);
	room_merge(other, one);
	room_freeze(one, "script:33:a.php", &unseen);
	room_thaw(other, &seen);
	assert_false(room_is_frozen(other, "33:a.php"));
	room_merge(other, one);
	room_merge(one, other);
	assert_true(room_is_frozen(one, "33:a.php"));
	assert_true(room_is_frozen(other, "33:a.php"));
	room_thaw(one, &unseen);
	assert_false(room_is_frozen(one, "33:a.php"));
	ledger_free(one);
	ledger_free(other);
}

static void
known_is_not_written_again(void **state)
{
	struct ledger *one = room_open(&a), *other = room_open(&b);
	struct record r;

	(void)state;
	room_freeze(one, "all", &r);
	room_merge(other, one);
	room_merge(other, one);
	room_merge(one, other);
	assert_int_equal(count(one), 1);
	assert_int_equal(count(other), 1);
	ledger_free(one);
	ledger_free(other);
}

/* A machine that was cloned writes under the name of the other: a thaw means
 * the freeze that it names, not its namesake. */
static void
same_id_keeps_both(void **state)
{
	struct ledger *one = room_open(&a), *other;
	char *name;
	struct record r, again;
	size_t len;

	(void)state;
	name = room_read(&a, "node", &len);
	room_write(&b, "node", name, len);
	free(name);
	other = room_open(&b);
	room_freeze(one, "script:33:one.php", &r);
	room_freeze(other, "script:33:two.php", &again);
	assert_string_equal(r.id, again.id);
	room_merge(one, other);
	room_freeze(one, "script:33:three.php", &r);
	for (int i = 0; i < 2; i++) {
		assert_whole(one);
		assert_int_equal(count(one), 3);
		assert_true(room_is_frozen(one, "33:one.php"));
		assert_true(room_is_frozen(one, "33:two.php"));
		assert_true(room_is_frozen(one, "33:three.php"));
		ledger_free(one);
		one = room_open(&a);
	}
	room_thaw(one, &again);
	assert_false(room_is_frozen(one, "33:two.php"));
	assert_true(room_is_frozen(one, "33:one.php"));
	room_merge(other, one);
	assert_false(room_is_frozen(other, "33:two.php"));
	assert_true(room_is_frozen(other, "33:one.php"));
	ledger_free(one);
	ledger_free(other);
}

static void
other_key_is_refused(void **state)
{
	struct ledger *one = room_open(&a), *other;
	static struct lines all;
	struct error e = { "" };
	struct room stranger;
	struct record r;

	(void)state;
	room_init(&stranger, NULL);
	other = room_open(&stranger);
	room_freeze(other, "all", &r);
	all.n = 0;
	ledger_each(other, keep, &all);
	assert_false(ledger_merge(one, all.line[0], all.len[0], &e));
	assert_non_null(strstr(e.text, "not signed with the key"));
	assert_false(ledger_merge(one, "nonsense", 8, &e));
	assert_int_equal(count(one), 0);
	assert_whole(one);
	ledger_free(one);
	ledger_free(other);
	room_fini(&stranger);
}

/* A state directory restored from an old backup: what it lost is with others. */
static void
own_records_come_back(void **state)
{
	struct ledger *one = room_open(&a), *other = room_open(&b);
	char *file, *head;
	size_t file_len, head_len;
	struct record r;

	(void)state;
	room_freeze(one, "script:33:one.php", &r);
	file = room_read(&a, "ledger", &file_len);
	head = room_read(&a, "ledger.head", &head_len);
	room_freeze(one, "script:33:two.php", &r);
	room_freeze(one, "script:33:three.php", &r);
	room_merge(other, one);
	ledger_free(one);
	room_write(&a, "ledger", file, file_len);
	room_write(&a, "ledger.head", head, head_len);
	one = room_open(&a);
	assert_false(room_is_frozen(one, "33:three.php"));
	room_merge(one, other);
	assert_true(room_is_frozen(one, "33:two.php"));
	assert_true(room_is_frozen(one, "33:three.php"));
	ledger_free(one);
	one = room_open(&a);
	assert_whole(one);
	ledger_free(one);
	ledger_free(other);
	free(file);
	free(head);
}

/* If one of them is nowhere, nobody can say what it froze. */
static void
hole_in_own_history_freezes(void **state)
{
	struct ledger *one = room_open(&a);
	static struct lines all;
	struct error e = { "" };
	struct record r;
	size_t len;
	char *node;

	(void)state;
	all.n = 0;
	room_freeze(one, "script:33:one.php", &r);
	room_freeze(one, "script:33:two.php", &r);
	ledger_each(one, keep, &all);
	ledger_free(one);
	node = room_read(&a, "node", &len);
	room_write(&c, "node", node, len);
	free(node);
	one = room_open(&c);
	assert_false(ledger_merge(one, all.line[1], all.len[1], &e));
	assert_non_null(strstr(e.text, "the record before it"));
	assert_true(room_is_frozen(one, "33:other.php"));
	ledger_free(one);
}

/* Writes lines order[0..n) of DIR/ledger, which must break it for this reason. */
static void
assert_breaks(const struct room *m, const struct lines *all, const char *order,
	      const char *why)
{
	static char text[4 * RECORD_LINE_MAX];
	struct ledger *l;
	size_t len = 0;

	for (; *order != '\0'; order++) {
		size_t i = (size_t)(*order - '0');

		memcpy(text + len, all->line[i], all->len[i]);
		len += all->len[i];
		text[len++] = '\n';
	}
	room_write(m, "ledger", text, len);
	l = room_open(m);
	if (ledger_broken(l) == NULL || strstr(ledger_broken(l), why) == NULL)
		fail_msg("got '%s', want '%s' in it", ledger_broken(l) == NULL ?
			 "a whole ledger" : ledger_broken(l), why);
	ledger_free(l);
}

/* Every line is signed and yet the file is not what was written. */
static void
moved_lines_break(void **state)
{
	struct ledger *one = room_open(&a), *other = room_open(&b);
	static struct lines all;
	struct record r;
	size_t len;
	char *head;

	(void)state;
	all.n = 0;
	room_freeze(one, "script:33:one.php", &r);
	head = room_read(&a, "ledger.head", &len);
	room_freeze(one, "script:33:two.php", &r);
	room_freeze(one, "script:33:three.php", &r);
	room_merge(other, one);
	ledger_each(one, keep, &all);
	ledger_free(one);
	ledger_free(other);
	assert_breaks(&b, &all, "021", "not the one that ledger.head names");
	assert_breaks(&b, &all, "0122", "stands there twice");
	room_write(&a, "ledger.head", head, len);
	assert_breaks(&a, &all, "02", "the record before it is missing");
	free(head);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_order_gives_the_same),
		TEST(unseen_freeze_survives_the_thaw),
		TEST(known_is_not_written_again),
		TEST(same_id_keeps_both),
		TEST(other_key_is_refused),
		TEST(own_records_come_back),
		TEST(hole_in_own_history_freezes),
		TEST(moved_lines_break),
	};

	return cmocka_run_group_tests_name("ledger_union", tests, NULL, NULL);
}
