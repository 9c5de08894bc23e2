/*
 * message.h - one message, from MAIL to the reply that settles it.
 */
#ifndef LOAD_MESSAGE_H
#define LOAD_MESSAGE_H

#include <stddef.h>
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

/* The queue id of message number n. */
void message_id(uint64_t n, char *out, size_t size);

/* Which of so many identities it has. */
unsigned message_pick(uint64_t n, unsigned of, unsigned offset);

/* Plays message number n; its identities follow from n. Counts in rcpt what
 * became of each recipient. */
enum outcome message_play(struct session *s, uint64_t n,
			  uint64_t rcpt[OUTCOMES]);

#endif
