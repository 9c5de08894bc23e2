/*
 * lock.h - one daemon for one state directory.
 */
#ifndef MILTER_LOCK_H
#define MILTER_LOCK_H

#include <stdbool.h>

#include "../error.h"

/* A directory, ours to write, and nobody else's. False: e. */
bool lock_dir_ok(const char *dir, struct error *e);

/* Locks DIR/lock, and writes our pid into it, until the process ends. False:
 * another process has it; e says which. */
bool lock_take(const char *dir, struct error *e);

#endif
