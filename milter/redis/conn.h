/*
 * conn.h - one connection to Redis; the only file that knows hiredis.
 *
 * Commands are argument vectors with lengths, never formats. Every exchange has
 * a deadline on the monotonic clock (a hiredis timeout counts per read).
 * After any error, short, late or odd reply the connection must be closed:
 * conn_exchange says so, conn_close does it. Not for two threads at once.
 */
#ifndef MILTER_CONN_H
#define MILTER_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../error.h"
#include "target.h"

struct conn;
struct reply;

enum reply_type {
	REPLY_NIL, REPLY_INTEGER, REPLY_TEXT, REPLY_ERROR, REPLY_ARRAY, REPLY_OTHER
};

struct conn_arg {
	const char *p;
	size_t len;
};

/* Connects, TLS if it is wanted, AUTH, SELECT, CLIENT SETNAME. NULL: e says why. */
struct conn *conn_open(const struct target *t, uint64_t deadline_us,
		       struct error *e);

/* The same. On NULL *is_lasting says that only a person can mend it: a wrong
 * password, say, but not a Redis that is down. */
struct conn *conn_try(const struct target *t, uint64_t deadline_us,
		      bool *is_lasting, struct error *e);
void conn_close(struct conn *c);

/* Queues a command. False when out of memory. */
bool conn_append(struct conn *c, const struct conn_arg *arg, size_t n);

/* The same for literal text; ends with NULL. */
bool conn_append_text(struct conn *c, ...) __attribute__((sentinel));

/* Overwrites what was sent. */
void conn_wipe(struct conn *c);

/* Sends what is queued and reads n replies into reply[], each to be freed. On
 * false none is left in reply[] and the connection is of no further use. */
bool conn_exchange(struct conn *c, struct reply **reply, size_t n,
		   uint64_t deadline_us, struct error *e);

/* One command, one reply; NULL as above. A REPLY_ERROR is a reply. */
struct reply *conn_ask(struct conn *c, uint64_t deadline_us, struct error *e, ...)
	__attribute__((sentinel));

/* Says what Redis sent instead of what was expected; returns false. */
bool reply_unexpected(const struct reply *r, struct error *e);

void reply_free(struct reply *r);
enum reply_type reply_type(const struct reply *r);
int64_t reply_integer(const struct reply *r);
const char *reply_text(const struct reply *r, size_t *len);	/* TEXT, ERROR */
size_t reply_count(const struct reply *r);			/* ARRAY */
const struct reply *reply_at(const struct reply *r, size_t i);	/* borrowed */

#endif
