/*
 * worker.h - the sessions that run at the same time, one thread each.
 */
#ifndef LOAD_WORKER_H
#define LOAD_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "message.h"
#include "session.h"

struct record {
	uint64_t start_ns;
	uint64_t asked_ns;	/* end of message; 0: it did not come to that */
	uint64_t took_ns;
	uint64_t number;	/* message_play */
	uint16_t code;		/* SMTP code, if the filter gave one */
	uint8_t outcome;
	char stage;		/* the command that was answered last */
};

struct records {
	struct record *v;
	size_t n, room;
};

/* What all workers share. */
struct run {
	const struct options *opt;
	struct wire_target target;
	pthread_barrier_t barrier;
	uint64_t start_ns;
	_Atomic uint64_t next;	/* number of the next message */
};

struct worker {
	pthread_t thread;
	unsigned id;
	struct run *run;
	struct session session;
	struct records messages;
	struct records setups;	/* took_ns only: connecting and greeting */
	uint64_t rcpt[OUTCOMES];
	uint64_t turns;		/* messages so far, for the schedule */
	uint64_t lag_ns;	/* worst, behind the schedule of -q */
	uint64_t errors;
	char first_error[96];
};

/* Keeps run. */
void worker_init(struct worker *w, struct run *run, unsigned id);
void worker_fini(struct worker *w);

/* Runs n workers from one start to their ends; returns how long that took, in
 * ns. */
uint64_t worker_run(struct worker *w, unsigned n);

/* Counts an error, keeps the first reason. */
void worker_error(struct worker *w);

/* Ends the run early; may be called from a signal handler. */
void worker_stop(void);

#endif
