/*
 * mirror_room.c - two nodes with one key, and a real Redis between them.
 */
#include "mirror_room.h"

#include "../../milter/clock.h"
#include "test.h"

struct private_redis redis;
struct conn *conn;
struct room room_a, room_b;
struct ledger *a, *b;

static const struct mirror_beat beat = { 60000000, UINT64_C(0x3c9e1f0b52d7a864) };

uint64_t
soon(void)
{
	return clock_monotonic_us() + 5000000;
}

void
do_ask(const char *const *words)
{
	struct conn_arg arg[8];
	struct reply *r;
	struct error e;
	size_t n = 0;

	for (; words[n] != NULL; n++)
		arg[n] = (struct conn_arg){ words[n], strlen(words[n]) };
	assert_true(conn_append(conn, arg, n));
	if (!conn_exchange(conn, &r, 1, soon(), &e))
		fail_msg("got '%s', want a reply", e.text);
	assert_int_not_equal(reply_type(r), REPLY_ERROR);
	reply_free(r);
}

int
nodes_setup(void **state)
{
	(void)state;
	conn = private_redis_open(&redis);
	DO("FLUSHALL");
	room_init(&room_a, NULL);
	room_init(&room_b, &room_a);
	a = room_open(&room_a);
	b = room_open(&room_b);
	return 0;
}

int
nodes_teardown(void **state)
{
	(void)state;
	ledger_free(a);
	ledger_free(b);
	room_fini(&room_a);
	room_fini(&room_b);
	conn_close(conn);
	return 0;
}

int
start_redis(void **state)
{
	(void)state;
	private_redis_init(&redis);
	return 0;
}

int
stop_redis(void **state)
{
	(void)state;
	private_redis_fini(&redis);
	return 0;
}

void
sync_wants(struct ledger *l, unsigned learned, unsigned sent, unsigned restored,
	   unsigned skipped)
{
	struct mirror_result r;
	struct error e = { "" };
	uint64_t now_us;
	bool is_stale;

	if (!mirror_sync(l, conn, NS, soon(), &r, &e))
		fail_msg("got '%s', want it synced", e.text);
	if (r.learned != learned || r.sent != sent || r.restored != restored ||
	    r.skipped != skipped)
		fail_msg("got learned %u sent %u restored %u skipped %u, want %u %u %u "
			 "%u", r.learned, r.sent, r.restored, r.skipped, learned, sent,
			 restored, skipped);
	assert_true(mirror_heartbeat(l, conn, NS, &beat, soon(), &is_stale, &now_us,
				     &e));
	assert_false(is_stale);
}

void
assert_stale(struct ledger *l)
{
	struct error e = { "" };
	uint64_t now_us;
	bool is_stale;

	if (!mirror_heartbeat(l, conn, NS, &beat, soon(), &is_stale, &now_us, &e))
		fail_msg("got '%s', want an answer", e.text);
	assert_true(is_stale);
}
