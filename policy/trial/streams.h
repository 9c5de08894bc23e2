/*
 * streams.h - who sends what and when, in the virtual time of a trial.
 */
#ifndef POLICY_STREAMS_H
#define POLICY_STREAMS_H

#include "../arena.h"
#include "../language/ast.h"

struct wildcard;

/* Facts and times are those of the message that is sent next. */
struct stream {
	const struct ast_stream *source;
	struct policy_facts facts;
	struct wildcard *wildcards;
	uint64_t number;		/* from 1 */
	uint64_t at_us;			/* after the beginning */
	uint64_t rest;			/* of at_us, in parts of source->count */
};

struct streams {
	const struct ast_trial *trial;
	struct stream *stream;		/* in the order of the file */
	size_t n;
	struct stream **queue;		/* a heap: who sends next is the first */
	size_t n_queue;
};

/* For a trial that has been checked, at its beginning. False: out of memory. */
bool streams_init(struct streams *s, const struct ast_trial *trial,
		  struct arena *a);

/* To the beginning. */
void streams_rewind(struct streams *s);

/* The stream whose message is next; of several, the first in the file. NULL:
 * everything is sent. */
struct stream *streams_first(struct streams *s);

/* That message has been sent. */
void streams_advance(struct streams *s);

#endif
