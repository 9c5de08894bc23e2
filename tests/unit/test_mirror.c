/*
 * test_mirror.c - ledgers of two nodes, and a Redis that forgets and dies.
 */
#include "test.h"

#include <signal.h>

#include "mirror_room.h"

static void
empty_needs_no_token(void **state)
{
	char token[STORE_TOKEN_MAX + 1];

	(void)state;
	sync_wants(a, 0, 0, 0, 0);
	ledger_token(a, token);
	assert_string_equal(token, "");
}

static void
freeze_and_thaw_reach_the_other(void **state)
{
	char one[STORE_TOKEN_MAX + 1], other[STORE_TOKEN_MAX + 1];
	struct record r;

	(void)state;
	room_freeze(a, "script:33:a.php", &r);
	assert_stale(a);
	sync_wants(a, 0, 1, 0, 0);
	assert_stale(b);
	sync_wants(b, 1, 0, 0, 0);
	assert_true(room_is_frozen(b, "33:a.php"));
	ledger_token(a, one);
	ledger_token(b, other);
	assert_int_equal(strlen(one), STORE_TOKEN_MAX);
	assert_string_equal(one, other);
	room_thaw(b, &r);
	sync_wants(b, 0, 1, 0, 0);
	assert_stale(a);
	assert_true(room_is_frozen(a, "33:a.php"));
	sync_wants(a, 1, 0, 0, 0);
	assert_false(room_is_frozen(a, "33:a.php"));
}

static void
both_ways_at_once(void **state)
{
	struct record r;

	(void)state;
	room_freeze(a, "script:33:a.php", &r);
	room_freeze(b, "script:33:b.php", &r);
	sync_wants(a, 0, 1, 0, 0);
	sync_wants(b, 1, 1, 0, 0);
	assert_stale(a);
	sync_wants(a, 1, 0, 0, 0);
	assert_true(room_is_frozen(a, "33:b.php"));
	assert_true(room_is_frozen(b, "33:a.php"));
}

static void
flushed_redis_is_restored(void **state)
{
	struct record r;

	(void)state;
	room_freeze(a, "script:33:a.php", &r);
	room_freeze(a, "script:33:b.php", &r);
	sync_wants(a, 0, 2, 0, 0);
	DO("FLUSHALL");
	assert_stale(a);
	assert_true(room_is_frozen(a, "33:a.php"));
	sync_wants(a, 0, 0, 2, 0);
	sync_wants(b, 2, 0, 0, 0);
	assert_true(room_is_frozen(b, "33:b.php"));
}

static void
killed_redis_is_restored(void **state)
{
	struct mirror_result m;
	struct error e = { "" };
	struct record r;

	(void)state;
	room_freeze(a, "script:33:a.php", &r);
	sync_wants(a, 0, 1, 0, 0);
	private_redis_signal(&redis, SIGKILL);
	room_freeze(a, "script:33:b.php", &r);
	assert_false(mirror_sync(a, conn, NS, soon(), &m, &e));
	assert_true(e.text[0] != '\0');
	assert_true(room_is_frozen(a, "33:a.php"));
	assert_true(room_is_frozen(a, "33:b.php"));
	private_redis_start(&redis, NULL);
	conn_close(conn);
	conn = private_redis_open(&redis);
	assert_stale(a);
	sync_wants(a, 0, 1, 1, 0);
	sync_wants(b, 2, 0, 0, 0);
}

/* The command writes the file of a node while its daemon runs. */
static void
other_process_is_mirrored(void **state)
{
	struct ledger *command = room_open(&room_a);
	struct record r;

	(void)state;
	sync_wants(a, 0, 0, 0, 0);
	room_freeze(command, "script:33:a.php", &r);
	ledger_free(command);
	assert_stale(a);
	sync_wants(a, 0, 1, 0, 0);
	sync_wants(b, 1, 0, 0, 0);
}

/* The records of a node come back in their order, whatever HGETALL's. */
static void
old_backup_catches_up(void **state)
{
	size_t ledger_len, head_len, n;
	char *ledger, *head;
	struct record r;

	(void)state;
	room_freeze(a, "all", &r);
	ledger = room_read(&room_a, "ledger", &ledger_len);
	head = room_read(&room_a, "ledger.head", &head_len);
	for (int i = 0; i < 12; i++)
		room_freeze(a, "script:33:a.php", &r);
	sync_wants(a, 0, 13, 0, 0);
	ledger_free(a);
	room_write(&room_a, "ledger", ledger, ledger_len);
	room_write(&room_a, "ledger.head", head, head_len);
	free(ledger);
	free(head);
	a = room_open(&room_a);
	sync_wants(a, 12, 0, 0, 0);
	assert_null(ledger_broken(a));
	free(ledger_active(a, &n));
	assert_int_equal(n, 13);
}

static void
broken_ledger_does_not_sync(void **state)
{
	struct mirror_result m;
	struct error e = { "" };
	struct record r;

	(void)state;
	room_freeze(a, "all", &r);
	ledger_free(a);
	room_write(&room_a, "ledger", "", 0);
	a = room_open(&room_a);
	assert_false(mirror_sync(a, conn, NS, soon(), &m, &e));
	assert_string_equal(e.text, ledger_broken(a));
}

static void
nodes_are_registered(void **state)
{
	struct mirror_node *nodes;
	struct error e = { "" };
	uint64_t now_us;
	struct record r;
	size_t n;

	(void)state;
	sync_wants(a, 0, 0, 0, 0);
	room_freeze(b, "all", &r);
	sync_wants(b, 0, 1, 0, 0);
	DO("HSET", "sluice:{test}:nodes", "nonsense", "x");
	DO("HSET", "sluice:{test}:nodes", "mx1-1\n\033[2J", "1 -");
	assert_true(mirror_nodes(a, conn, NS, soon(), &nodes, &n, &now_us, &e));
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++) {
		bool is_b = strcmp(nodes[i].name, ledger_node(b)) == 0;
		char token[STORE_TOKEN_MAX + 1];

		assert_true(is_b || strcmp(nodes[i].name, ledger_node(a)) == 0);
		ledger_token(is_b ? b : a, token);
		assert_string_equal(nodes[i].token, token);
		assert_true(nodes[i].seen_us > 0 && nodes[i].seen_us <= now_us);
	}
	free(nodes);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, nodes_setup, nodes_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_needs_no_token),
		TEST(freeze_and_thaw_reach_the_other),
		TEST(both_ways_at_once),
		TEST(flushed_redis_is_restored),
		TEST(killed_redis_is_restored),
		TEST(other_process_is_mirrored),
		TEST(old_backup_catches_up),
		TEST(broken_ledger_does_not_sync),
		TEST(nodes_are_registered),
	};

	return cmocka_run_group_tests_name("mirror", tests, start_redis, stop_redis);
}
