/*
 * mirror_room.h - two nodes with one key, and a real Redis between them.
 */
#ifndef TESTS_MIRROR_ROOM_H
#define TESTS_MIRROR_ROOM_H

#include "../../milter/ledger/mirror.h"
#include "ledger_room.h"
#include "private_redis.h"

#define NS "test"
#define LEDGER "sluice:{test}:ledger"
#define TOKEN "sluice:{test}:token"

extern struct private_redis redis;
extern struct conn *conn;
extern struct room room_a, room_b;
extern struct ledger *a, *b;

/* For the group and for each test: Redis is empty, and so are the nodes. */
int start_redis(void **state);
int stop_redis(void **state);
int nodes_setup(void **state);
int nodes_teardown(void **state);

/* A deadline that is far enough. */
uint64_t soon(void);

/* One command whose reply does not matter. */
#define DO(...) do_ask((const char *[]){ __VA_ARGS__, NULL })
void do_ask(const char *const *words);

/* Syncs, and wants these figures; afterwards the token is that of Redis. */
void sync_wants(struct ledger *l, unsigned learned, unsigned sent,
		unsigned restored, unsigned skipped);

/* Redis has another token. */
void assert_stale(struct ledger *l);

#endif
