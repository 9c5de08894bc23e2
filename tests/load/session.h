/*
 * session.h - one milter connection: negotiation, greeting, and replies.
 *
 * Every reply that the protocol calls for is awaited and checked; one that is
 * missing, late, malformed or out of place is an error.
 */
#ifndef LOAD_SESSION_H
#define LOAD_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

struct options;

/* Protocol options of version 6: calls the filter does not want, and calls it
 * does not answer. */
#define NO_CONNECT 0x00000001U
#define NO_HELO 0x00000002U
#define NO_MAIL 0x00000004U
#define NO_RCPT 0x00000008U
#define NO_BODY 0x00000010U
#define NO_HEADERS 0x00000020U
#define NO_EOH 0x00000040U
#define MUTE_HEADER 0x00000080U
#define NO_DATA 0x00000200U
#define MUTE_CONNECT 0x00001000U
#define MUTE_HELO 0x00002000U
#define MUTE_MAIL 0x00004000U
#define MUTE_RCPT 0x00008000U
#define MUTE_DATA 0x00010000U
#define MUTE_EOH 0x00040000U
#define MUTE_BODY 0x00080000U

/* What a single reply says. */
enum verdict {
	VERDICT_CONTINUE,
	VERDICT_ACCEPT,
	VERDICT_TEMPFAIL,
	VERDICT_REJECT,
	VERDICT_DISCARD,
	VERDICT_SKIP,
	VERDICT_ERROR		/* wire.why says more */
};

struct session {
	struct wire wire;
	const struct options *opt;
	uint32_t proto;		/* what the filter negotiated */
	bool accept_all;	/* accepted at CONNECT or HELO: no more calls */
	bool closing;		/* the filter asked us to go away */
	bool held;		/* the filter put this message on hold */
	uint16_t code;		/* SMTP code, if the filter gave one */
	uint64_t asked_ns;	/* when it was told the end of this message */
	uint64_t modifications, progress;
};

/* Keeps opt. */
void session_init(struct session *s, const struct options *opt);

/* Connects, negotiates, CONNECT and HELO. */
bool session_open(struct session *s, const struct wire_target *t);
void session_close(struct session *s);

/* Sends what is queued; awaits the answer to cmd unless it is muted. */
enum verdict session_step(struct session *s, char cmd, uint32_t mute);

#endif
