/*
 * error.c - a sentence that says what went wrong.
 */
#include "error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

bool
error_set(struct error *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return false;
}
