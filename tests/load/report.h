/*
 * report.h - what a run came to: counts, quantiles, and how they are printed.
 */
#ifndef LOAD_REPORT_H
#define LOAD_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

struct options;
struct worker;

struct idle_result {
	size_t opened;
	size_t alive;		/* carried a message after the run */
	uint64_t errors;
	char first_error[96];
};

/* Prints the whole of it; returns the number of errors. */
uint64_t report_print(const struct options *o, const struct worker *w,
		      const struct idle_result *idle, uint64_t took_ns);

/* Writes one line per message to o->log; false with errno. */
bool report_log(const struct options *o, const struct worker *w);

#endif
