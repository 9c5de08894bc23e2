/*
 * ledger_room.h - a fresh state directory with a key, and ledgers in it.
 */
#ifndef TESTS_LEDGER_ROOM_H
#define TESTS_LEDGER_ROOM_H

#include "../../milter/ledger/ledger.h"

struct room {
	char dir[64];
	struct keys *keys;
};

/* Whatever goes wrong ends the test. keys NULL: the room makes its own. */
void room_init(struct room *m, const struct room *same_key);
void room_fini(struct room *m);

/* DIR/name; in a buffer that the next call reuses. */
const char *room_path(const struct room *m, const char *name);

/* The whole file, allocated and NUL-terminated. */
char *room_read(const struct room *m, const char *name, size_t *len);
void room_write(const struct room *m, const char *name, const char *text,
		size_t len);

/* A ledger that opens, whole or broken. */
struct ledger *room_open(const struct room *m);

/* Appends, fails the test if it cannot; r is what was written. */
void room_freeze(struct ledger *l, const char *scope, struct record *r);
void room_thaw(struct ledger *l, const struct record *frozen);

/* Whether mail of the script 33:NAME is frozen. */
bool room_is_frozen(struct ledger *l, const char *script);

/* Merges all records of from into to. */
void room_merge(struct ledger *to, struct ledger *from);

/* Facts of local mail by this script. */
struct policy_facts room_facts(const char *script);

#endif
