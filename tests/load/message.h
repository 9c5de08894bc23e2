/*
 * message.h - one message, from MAIL to the reply that settles it.
 */
#ifndef LOAD_MESSAGE_H
#define LOAD_MESSAGE_H

#include <stdint.h>

struct session;

enum outcome {
	ACCEPT,
	TEMPFAIL,
	REJECT,
	DISCARD,
	QUARANTINE,
	ERROR,			/* the session is of no more use */
	OUTCOMES
};

extern const char *const outcome_name[OUTCOMES];

/* Plays message number n; its identities follow from n. Counts in rcpt what
 * became of each recipient. */
enum outcome message_play(struct session *s, uint64_t n,
			  uint64_t rcpt[OUTCOMES]);

#endif
