/*
 * watch.h - when a bound that does not hold was broken, and by what.
 *
 * A trial keeps counters only. Where they are not as expected it is run once
 * more, the same in every step, with a watch on each such bound.
 */
#ifndef POLICY_WATCH_H
#define POLICY_WATCH_H

#include "gate.h"
#include "streams.h"

#define WATCH_KEY_MAX 80
#define WATCH_NONE UINT64_MAX	/* as a time: there was no refusal */

/* One message and what became of it. */
struct moment {
	const struct ast_stream *stream;	/* NULL: it never came */
	uint64_t number;			/* in its stream */
	uint64_t at_us;
	uint32_t recipients;
	enum gate_cause cause;
	/* What refused it; if nothing did, what was nearest to it. */
	int limit;				/* of the policy; -1: nothing */
	const struct policy_window *window;
	uint32_t level;
	char key[WATCH_KEY_MAX];		/* "-": the limit has none */
};

struct watch {
	const struct ast_bound *bound;
	uint64_t got;			/* messages; or the time of the first refusal */
	bool is_too_many;

	uint64_t seen;
	struct moment first_refusal;
	struct moment broken;		/* too many: the first beyond; too few: the
					   last there was */
};

/* True if the bound holds for what was got. */
bool watch_holds(const struct ast_bound *b, uint64_t got);

/* True if a message with this end counts for the subject. */
bool watch_counts(enum ast_subject subject, enum ast_subject end);

/* For a bound that does not hold. */
void watch_init(struct watch *w, const struct ast_bound *b, uint64_t got);

/* The gate has just decided on that message of the stream. */
void watch_message(struct watch *w, const struct gate *g,
		   const struct stream *s, enum ast_subject end, uint64_t now_us);

/* Which of the messages that count is `broken`; 0: none is. */
uint64_t watch_ordinal(const struct watch *w);

#endif
