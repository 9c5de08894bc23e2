/*
 * decide.h - the one question and the one answer of a message.
 */
#ifndef MILTER_DECIDE_H
#define MILTER_DECIDE_H

#include "session.h"

/* A message at its end. */
struct message {
	const struct policy *policy;	/* pinned */
	struct policy_facts facts;
	bool is_local;
	bool is_forged;			/* a second script header came (F26) */
	const char *id;			/* queue id, NULL: not known */
};

struct decision {
	enum verdict verdict;
	enum cause cause;
	unsigned bucket, window;	/* LIMIT, NEVER: index into the plan */
	bool is_exempt;			/* frozen, and the plan is of what
					   `frozen { exempt .. }` lets through */
	const char *text;		/* of the policy; NULL: none was given */
	struct policy_plan plan;
	struct store_request asked;
	struct store_outcome outcome;	/* zero if no store was asked */
	char freeze_id[RECORD_ID_MAX + 1];
	uint64_t took_us;
};

/* Sets m's class and fills d. Cannot fail; takes no longer than the site's
 * timeout. */
void decide(const struct site *site, struct message *m, struct decision *d);

/* Counts it, and writes the log line that explains it. */
void decision_report(const struct site *site, const struct message *m,
		     const struct decision *d);

#endif
