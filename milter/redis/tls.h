/*
 * tls.h - TLS on a connected, nonblocking socket; the only file that knows
 * OpenSSL.
 */
#ifndef MILTER_TLS_H
#define MILTER_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "../error.h"

struct endpoint;
struct target;
struct tls;

enum tls_result {
	TLS_DONE,
	TLS_WAIT,	/* *wants is what poll shall wait for, then once more */
	TLS_FAILED,	/* e says why */
	TLS_LASTING	/* the same, and only a person can mend it */
};

/* Reads the files of t. Whoever is at a must show a certificate for this very
 * address, by the authority in t's file. NULL: e says what to do. */
struct tls *tls_new(const struct target *t, const struct endpoint *a,
		    struct error *e);
void tls_free(struct tls *t);

/* Borrows fd until tls_free. */
void tls_begin(struct tls *t, int fd);

enum tls_result tls_handshake(struct tls *t, short *wants, struct error *e);

/* *n is what was done. A peer that has closed is TLS_FAILED. */
enum tls_result tls_write(struct tls *t, const void *p, size_t len, size_t *n,
			  short *wants, struct error *e);
enum tls_result tls_read(struct tls *t, void *p, size_t size, size_t *n,
			 short *wants, struct error *e);

/* Something was received that tls_read has not returned yet. */
bool tls_has_read(const struct tls *t);

#endif
