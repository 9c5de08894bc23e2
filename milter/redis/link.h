/*
 * link.h - bytes to and from Redis: a socket, and TLS in it if it is wanted.
 *
 * Nothing here blocks but what has a deadline on the monotonic clock.
 */
#ifndef MILTER_LINK_H
#define MILTER_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../error.h"

struct target;
struct tls;

struct link {
	int fd;			/* -1: none */
	struct tls *tls;	/* NULL: none */
	short read_wants, write_wants;	/* what poll shall wait for */
	bool is_lasting;	/* only a person can mend why it failed */
};

/* Connects, and has the certificate checked. False: e says why; link_fini is
 * due in any case. */
bool link_init(struct link *l, const struct target *t,
	       uint64_t deadline_us, struct error *e);
void link_fini(struct link *l);

/* Waits until there may be something to read, or room to write if there is
 * something to write. False: e, also when deadline_us has come. */
bool link_wait(const struct link *l, bool is_writing, uint64_t deadline_us,
	       struct error *e);

/* *n is what could be done at once, perhaps nothing. False: e says why, and the
 * link is of no further use. */
bool link_send(struct link *l, const void *p, size_t len, size_t *n,
	       struct error *e);
bool link_recv(struct link *l, void *p, size_t size, size_t *n, struct error *e);

#endif
