/*
 * test_mirror_lies.c - what somebody who can read and write Redis achieves.
 */
#include "test.h"

#include "mirror_room.h"

/* Every field and value, run together. */
static char *
dump(const char *key)
{
	struct error e;
	struct reply *r = conn_ask(conn, soon(), &e, "HGETALL", key, NULL);
	char *all = calloc(1, 65536);
	size_t n = 0;

	assert_non_null(r);
	assert_non_null(all);
	for (size_t i = 0; i < reply_count(r); i++) {
		size_t len;
		const char *text = reply_text(reply_at(r, i), &len);

		assert_true(n + len < 65536);
		memcpy(all + n, text, len);
		n += len;
	}
	reply_free(r);
	return all;
}

static void
nothing_is_in_clear(void **state)
{
	struct record r;
	char *all;

	(void)state;
	room_freeze(a, "sender:alice@shop.example", &r);
	sync_wants(a, 0, 1, 0, 0);
	all = dump(LEDGER);
	assert_non_null(strstr(all, r.id));
	assert_null(strstr(all, "alice"));
	assert_null(strstr(all, "a test"));
	assert_null(strstr(all, "root"));
	free(all);
}

static const char *
field_of(const struct record *r)
{
	static char field[RECORD_ID_MAX + RECORD_MAC_HEX + 2];

	snprintf(field, sizeof(field), "%s/%s", r->id, r->mac);
	return field;
}

static void
put_sealed(const struct keys *k, const char *field, const char *text, size_t len)
{
	char *sealed = keys_seal(k, text, len);

	DO("HSET", LEDGER, field, sealed);
	free(sealed);
}

static void
strangers_are_skipped(void **state)
{
	char line[RECORD_LINE_MAX];
	struct room stranger;
	struct record r;
	size_t len;

	(void)state;
	room_freeze(a, "script:33:a.php", &r);
	sync_wants(a, 0, 1, 0, 0);
	len = record_format(&r, line, sizeof(line));
	room_init(&stranger, NULL);
	DO("HSET", LEDGER, "mx9-1/00", "nonsense");
	put_sealed(stranger.keys, "mx9-2/00", line, len);
	put_sealed(room_a.keys, "mx9-3/00", line, len);
	record_sign(&r, stranger.keys);
	len = record_format(&r, line, sizeof(line));
	put_sealed(room_a.keys, field_of(&r), line, len);
	room_fini(&stranger);
	sync_wants(b, 1, 0, 0, 4);
	sync_wants(b, 0, 0, 0, 4);
}

/* A later version may freeze what this one cannot name: that is not junk. */
static void
unreadable_is_not_passed_over(void **state)
{
	static const char line[] = "freeze id=mx9-1 scope=\"limit:a/b\"";
	struct mirror_result m;
	struct error e = { "" };
	struct record r;

	(void)state;
	room_freeze(a, "script:33:a.php", &r);
	sync_wants(a, 0, 1, 0, 0);
	put_sealed(room_a.keys, "mx9-1/00", line, sizeof(line) - 1);
	assert_false(mirror_sync(b, conn, NS, soon(), &m, &e));
	assert_non_null(strstr(e.text, "cannot read (mx9-1)"));
	assert_stale(b);
	DO("HDEL", LEDGER, "mx9-1/00");
	sync_wants(b, 1, 0, 0, 0);
}

/* Whoever can write to Redis cannot hide a freeze behind its own name. */
static void
overwritten_is_restored(void **state)
{
	char line[RECORD_LINE_MAX];
	struct record one, other;
	size_t len;

	(void)state;
	room_freeze(a, "script:33:a.php", &one);
	room_freeze(a, "script:33:b.php", &other);
	sync_wants(a, 0, 2, 0, 0);
	len = record_format(&other, line, sizeof(line));
	put_sealed(room_a.keys, field_of(&one), line, len);
	sync_wants(a, 0, 0, 1, 0);
	sync_wants(b, 2, 0, 0, 0);
	assert_true(room_is_frozen(b, "33:a.php"));
}

static void
odd_token_is_replaced(void **state)
{
	struct record r;

	(void)state;
	room_freeze(a, "all", &r);
	sync_wants(a, 0, 1, 0, 0);
	DO("SET", TOKEN, LEDGER_NO_TOKEN);
	sync_wants(a, 0, 0, 0, 0);
	assert_stale(b);
	DO("DEL", TOKEN);
	assert_stale(a);
	sync_wants(a, 0, 0, 0, 0);
}

static void
wrong_type_is_an_error(void **state)
{
	struct mirror_result m;
	struct error e = { "" };

	(void)state;
	DO("SET", LEDGER, "x");
	assert_false(mirror_sync(a, conn, NS, soon(), &m, &e));
	assert_non_null(strstr(e.text, "WRONGTYPE"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, nodes_setup, nodes_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_in_clear),
		TEST(strangers_are_skipped),
		TEST(unreadable_is_not_passed_over),
		TEST(overwritten_is_restored),
		TEST(odd_token_is_replaced),
		TEST(wrong_type_is_an_error),
	};

	return cmocka_run_group_tests_name("mirror_lies", tests, start_redis, stop_redis);
}
