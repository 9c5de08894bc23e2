/*
 * running.h - what sluiced says of itself, and whether it runs.
 */
#ifndef MILTER_RUNNING_H
#define MILTER_RUNNING_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "../error.h"

/* The status file in the state directory, status.h; NULL: there is none. An old
 * one, or one of a process that is gone, means that sluiced does not run:
 * *is_running is then false, and why says so. */
json_t *running_status(const char *dir, uint64_t now_us, bool *is_running,
		       struct error *why);

#endif
