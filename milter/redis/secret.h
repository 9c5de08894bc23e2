/*
 * secret.h - files that nobody else may read.
 */
#ifndef MILTER_SECRET_H
#define MILTER_SECRET_H

#include <stdbool.h>

#include "../error.h"

#define SECRET_MAX 512		/* bytes of a password */

/* Whether path is a regular file that others can neither read nor write and
 * that we can read. what is for the sentence in e. */
bool secret_ok(const char *path, const char *what, struct error *e);

/* The first line of a file that is secret_ok, without its end. The caller
 * wipes out, also after false. */
bool secret_read(const char *path, const char *what, char out[SECRET_MAX + 1],
		 struct error *e);

#endif
