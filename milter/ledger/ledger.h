/*
 * ledger.h - what is frozen, on this node, for good.
 *
 * The truth is an append-only file (DIR/ledger, one record a line, fsynced
 * before anything is said to be done) with DIR/ledger.head (count and last MAC,
 * renamed into place), so that a file that was cut short starts frozen. Two
 * processes share it under flock: the daemon, and a `sluice` command that works
 * when the daemon is stopped. mirror.h carries it to Redis and back.
 *
 * Frozen is every freeze that no thaw names. Nothing expires but a freeze that
 * says so itself (`freeze after .. for D`), and that is on record.
 */
#ifndef MILTER_LEDGER_H
#define MILTER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "../error.h"
#include "../store/store.h"
#include "record.h"

struct ledger;

/* The freeze_id when the ledger is broken. */
#define LEDGER_BROKEN_ID "ledger-broken"

/* What one decision needs to know. */
struct ledger_view {
	bool is_frozen;
	char freeze_id[RECORD_ID_MAX + 1];	/* the freeze that matched first */
	char token[STORE_TOKEN_MAX + 1];	/* goes into the store request */
};

/* Opens or creates DIR/ledger, DIR/node (this node's name, made once). A file
 * that cannot be trusted is not an error: the ledger opens broken, everything
 * is frozen, and ledger_broken says why. NULL: e says why. Keeps k. */
struct ledger *ledger_open(const char *dir, const struct keys *k, struct error *e);
void ledger_free(struct ledger *l);

const char *ledger_node(const struct ledger *l);

/* NULL: whole. Otherwise the sentence, which names the first bad record. */
const char *ledger_broken(const struct ledger *l);

/* Any thread, often: one fstat, and a read if the file has grown. */
void ledger_look(struct ledger *l, const struct scope_mail *m,
		 struct ledger_view *v);

/* Signs, numbers, appends and fsyncs a record of this node; fills id, time,
 * prev and mac. A thaw may lift only what is frozen now. False: e says why, and
 * unless that says otherwise, nothing was written. */
bool ledger_append(struct ledger *l, struct record *r, struct error *e);

/* Takes in a record of another node (or one of ours that the file lost, in the
 * order of their numbers); already known: nothing happens. False: it is not
 * signed with our key or could not be written; e says why. */
bool ledger_merge(struct ledger *l, const char *line, size_t len, struct error *e);

/* Calls fn for every record, in file order, with the line as it stands in the
 * file. Holds no lock while fn runs. Returns how many there were. */
size_t ledger_each(struct ledger *l,
		   void (*fn)(const struct record *r, const char *line, size_t len,
			      void *arg), void *arg);

/* Active freezes, oldest first, allocated; *n of them. NULL if none. */
struct record *ledger_active(struct ledger *l, size_t *n);

/* The same for those whose time is over and that no thaw has named yet. */
struct record *ledger_expired(struct ledger *l, size_t *n);

/* The version token of Redis as this node knows it. It is LEDGER_NO_TOKEN, which
 * Redis never has, from the moment that a record was added here until mirror.h
 * has exchanged it. */
#define LEDGER_NO_TOKEN "-"
void ledger_token(struct ledger *l, char out[STORE_TOKEN_MAX + 1]);

/* For mirror.h. Redis held the first count records, in file order, when it had
 * this token. False: there are more by now; nothing was set. */
bool ledger_set_token(struct ledger *l, const char *token, size_t count);

/* So many records, in file order, were in Redis when we last looked, or were in
 * the file before we were started. */
size_t ledger_mirrored(struct ledger *l);

const struct keys *ledger_keys(const struct ledger *l);

#endif
