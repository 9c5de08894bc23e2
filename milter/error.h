/*
 * error.h - a sentence that says what went wrong and what to do about it.
 *
 * For what fails at start or in a command; a message in flight uses an enum.
 */
#ifndef MILTER_ERROR_H
#define MILTER_ERROR_H

#include <stdbool.h>

struct error {
	char text[512];
};

/* Writes the sentence; returns false, so that a caller can return it. */
bool error_set(struct error *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
