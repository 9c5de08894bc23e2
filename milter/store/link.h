/*
 * link.h - bytes to and from Redis, plain or in TLS, never beyond a deadline.
 */
#ifndef MILTER_LINK_H
#define MILTER_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conn.h"

struct link;

/* Connects, and shakes hands if TLS is wanted. NULL: e says why. */
struct link *link_open(const struct conn_target *t, uint64_t deadline_us,
		       struct error *e);
void link_close(struct link *l);

/* What can be sent, or has come, at once; *n is 0 if nothing. False: e, and the
 * link is of no further use. */
bool link_send(struct link *l, const char *buf, size_t len, size_t *n,
	       struct error *e);
bool link_recv(struct link *l, char *buf, size_t size, size_t *n, struct error *e);

/* Until something has come, or, if is_sending, can be sent. False: e. */
bool link_wait(struct link *l, bool is_sending, uint64_t deadline_us,
	       struct error *e);

#endif
