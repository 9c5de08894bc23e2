/*
 * milter.h - the gate that Postfix talks to; the only file that knows
 * libmilter.
 */
#ifndef MILTER_MILTER_H
#define MILTER_MILTER_H

#include <stdbool.h>

#include "../error.h"
#include "session.h"

/* Opens the socket, which from here on takes connections; umask says who may
 * connect. Keeps site. Once in a process. False: e says why. */
bool milter_open(const char *socket, unsigned umask_bits, const struct site *site,
		 struct error *e);

/* Serves until milter_stop, or until libmilter gives up: then false. Callbacks
 * may still run when it returns (F55). */
bool milter_run(void);

/* milter_run is to return, which it does when its listener wakes: listen_wake.
 * TERM must be blocked, and nobody but libmilter wait for it. */
void milter_stop(void);

#endif
