/*
 * verdict.h - what is answered for a message, and what that is in SMTP.
 */
#ifndef MILTER_VERDICT_H
#define MILTER_VERDICT_H

#include <stdbool.h>

#include "../../policy/policy.h"

enum verdict {
	VERDICT_ACCEPT,
	VERDICT_HOLD,
	VERDICT_TEMPFAIL,
	VERDICT_REJECT,
	VERDICTS
};

/* Why it is not a plain accept. */
enum cause {
	CAUSE_NONE,
	CAUSE_LIMIT,		/* a limit refused */
	CAUSE_NEVER,		/* the cost exceeds a full bucket */
	CAUSE_FROZEN,
	CAUSE_ALONE,		/* without Redis for longer than the lease */
	CAUSE_STALE,		/* freezes elsewhere may not be known here */
	CAUSE_OVER,		/* it meets more limits than a plan holds */
	CAUSE_DOWN,		/* no store could tell */
	CAUSES
};

/* The one function that turns what was found out into a verdict. asked is what
 * the policy wants: the limit's action for LIMIT, the answer of the `frozen`
 * block for FROZEN, of `outage` for ALONE; the other causes do not look at it. */
enum verdict verdict_of(enum cause cause, enum policy_class class,
			enum policy_action asked);

const char *verdict_word(enum verdict v);

/* As in the log and in the status file: "limit", "frozen". */
const char *cause_word(enum cause c);

#define VERDICT_TEXT_SIZE (2 * POLICY_TEXT_MAX + 1)

struct verdict_reply {
	const char *code, *dsn;		/* NULL: no reply text for this verdict */
	char text[VERDICT_TEXT_SIZE];	/* one line, every % doubled (F30) */
};

/* text is the policy's, NULL for ours. A message that can never pass always
 * gets ours: it is not told to try again. */
void verdict_reply(struct verdict_reply *r, enum verdict v, enum cause cause,
		   const char *text);

#endif
