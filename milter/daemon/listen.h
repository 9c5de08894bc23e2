/*
 * listen.h - the socket that Postfix connects to, before and after libmilter
 * has it.
 *
 * SOCKET is unix:PATH, inet:PORT@ADDRESS, inet6:PORT@ADDRESS or fd:N; an
 * address is numeric, and without one inet means loopback.
 */
#ifndef MILTER_LISTEN_H
#define MILTER_LISTEN_H

#include <stdbool.h>

#include "../error.h"

#define LISTEN_SPEC_MAX 512

/* Checks the text and writes it as libmilter wants it: a bare path gets its
 * "unix:", a bare inet port its address. False: e says what is wrong. */
bool listen_spec(const char *text, char spec[LISTEN_SPEC_MAX], struct error *e);

/* Makes room: a socket file that nobody answers on is removed. False: another
 * daemon answers, or something else than a socket is there. */
bool listen_claim(const char *spec, struct error *e);

/* Connects once, so that a listener that is to stop wakes up (F55). */
void listen_wake(const char *spec);

#endif
