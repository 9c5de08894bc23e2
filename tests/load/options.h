/*
 * options.h - what milterload was asked to do.
 */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *socket;	/* unix:/path, inet:port@host or host:port */
	unsigned conns;		/* concurrent sessions */
	unsigned sessions;	/* in a row per slot; 0: no bound */
	unsigned messages;	/* per session */
	double seconds;		/* stop after this long; 0: no bound */
	double rate;		/* messages a second over all; 0: flat out */
	unsigned rcpts;		/* per message */
	unsigned senders;	/* distinct ones, used in turn */
	unsigned scripts;	/* distinct ones; 0: no PHP header */
	unsigned logins;	/* distinct ones; 0: no {auth_authen} */
	unsigned offset;	/* added to every identity's number */
	bool local;		/* play cleanup(8) for sendmail(1) mail */
	long uid;		/* X-Local-Submitter: uid=N; < 0: no header */
	unsigned body;		/* bytes */
	unsigned extra;		/* extra headers per message */
	const char *client;	/* IPv4 address at CONNECT */
	double timeout;		/* seconds, per reply */
	unsigned idle;		/* idle sessions held open during the run */
	const char *log;	/* one line per message; NULL: none */
	double burst, refill;	/* the bound to compare with; 0: none */
	bool json;
};

/* Exits with 2 and a sentence, or the usage, if argv makes no sense. */
void options_parse(struct options *o, int argc, char **argv);

#endif
