/*
 * record.h - what was decided and what went wrong meanwhile, as a test wrote it
 * down. A line each, in any order; times are microseconds of one clock.
 *
 *	nodes N				the policy's `nodes`
 *	slack US			by which a node's estimate of Redis's
 *					clock may be off
 *	window messages|recipients N PERIOD BURST
 *	START END NODE KEY RECIPIENTS VERDICT STORE
 *					a message, and who decided
 *	lost FROM TO			Redis lost keys, or its clock leapt ahead
 *	outage FROM TO NODE		the node decided by itself
 *	restart FROM TO NODE		the node began anew
 *
 * VERDICT is accept, refuse (held mail, too: it is not let through), or none:
 * whoever asked has not heard. STORE is redis, memory, node, or - for what no
 * bucket was asked about.
 */
#ifndef HISTORY_RECORD_H
#define HISTORY_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum verdict { ACCEPT, REFUSE, NONE, VERDICTS };
enum decider { BY_REDIS, BY_MEMORY, BY_NODE, BY_NOBODY, DECIDERS };
enum fault_kind { LOST, OUTAGE, RESTART, FAULTS };

struct decision {
	int64_t start_us, end_us;
	const char *node, *key;
	uint32_t recipients;
	enum verdict verdict;
	enum decider by;
};

struct fault {
	enum fault_kind kind;
	int64_t from_us, to_us;
	const char *node;	/* NULL: Redis */
};

struct window {
	bool is_by_recipient;
	uint32_t n, burst;
	int64_t period_us;
};

struct record {
	unsigned nodes;
	int64_t slack_us;
	struct window *window;
	size_t n_windows;
	struct decision *decision;
	size_t n_decisions;
	struct fault *fault;
	size_t n_faults;
	char *text;		/* what all names point into */
};

/* False: the line number of what it does not understand, 0 if the file cannot be
 * read. Ends the program without memory. */
bool record_read(struct record *r, FILE *in, unsigned *line);
void record_free(struct record *r);

/* The fault is that node's, and was there at some moment from..to. */
bool fault_touches(const struct fault *f, const char *node, int64_t from_us,
		   int64_t to_us);

#endif
