/*
 * redis_store.h - the store in Redis: take.lua, one round trip per message.
 *
 * One connection serves all sessions: whoever finds it free sends everything
 * that waits as one pipeline and hands out the replies (combine.h). After any
 * failure it is closed, and only redis_store_probe opens it: until then every
 * request is answered LATE at once, as is one that has waited for its turn for
 * half of its time. A batch so has half of the time at least.
 */
#ifndef MILTER_REDIS_STORE_H
#define MILTER_REDIS_STORE_H

#include "../redis/conn.h"
#include "store.h"

/* take.lua as text, made by the Makefile. */
extern const char take_lua[];

/* In the namespace ns (key.h). Keeps t. Does not connect. NULL: out of memory. */
struct store *redis_store_new(const struct target *t, const char *ns,
			      uint64_t timeout_us);

/* Connects, or finds the connection good, and loads the script. False: e says
 * why. Waits for its turn, and then timeout_us at most. */
bool redis_store_probe(struct store *s, struct error *e);

/* Redis's clock minus ours (monotonic), as the last reply told it; before the
 * first one, as the real clock of this machine has it. */
int64_t redis_store_offset_us(const struct store *s);

/* The connection was closed after a failure, and nobody has probed since. */
bool redis_store_is_closed(const struct store *s);

/* Why the last request failed, or the last probe. */
void redis_store_reason(struct store *s, struct error *e);

#endif
