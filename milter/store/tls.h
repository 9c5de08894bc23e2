/*
 * tls.h - TLS on a socket that does not block; the only room for libssl.
 */
#ifndef MILTER_TLS_H
#define MILTER_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "conn.h"

struct tls;

enum tls_result {
	TLS_DONE,
	TLS_AGAIN,		/* when poll says tls_events */
	TLS_CLOSED,		/* by the other side, in order */
	TLS_FAILED		/* e */
};

/* Whether the files of t can be read and belong together. False: e. */
bool tls_ok(const struct conn_target *t, struct error *e);

/* For the client's side of fd, which stays the caller's: TLS 1.2 or later, with
 * a certificate for the numeric host (NULL: a UNIX socket, any name) that
 * t->ca_file vouches for. NULL: e. */
struct tls *tls_new(const struct conn_target *t, const char *host, int fd,
		    struct error *e);
void tls_free(struct tls *t);

enum tls_result tls_handshake(struct tls *t, struct error *e);
enum tls_result tls_read(struct tls *t, void *buf, size_t size, size_t *n,
			 struct error *e);
enum tls_result tls_write(struct tls *t, const void *buf, size_t len, size_t *n,
			  struct error *e);

/* What the last TLS_AGAIN waits for: POLLIN or POLLOUT. */
short tls_events(const struct tls *t);

#endif
