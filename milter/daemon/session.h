/*
 * session.h - one SMTP session: gathers the facts of each of its messages.
 *
 * Knows nothing of libmilter. Memory is bounded: fixed buffers, whatever the
 * peer sends. Callbacks of a session come on different threads, never two at
 * once (F50).
 */
#ifndef MILTER_SESSION_H
#define MILTER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "../../policy/policy.h"
#include "../ledger/ledger.h"
#include "../pseudonym.h"
#include "../store/store.h"
#include "live.h"
#include "status.h"
#include "strike.h"
#include "verdict.h"
#include "warn.h"

/* What all sessions share; everything is borrowed. */
struct site {
	struct live *live;
	struct store *store;
	struct ledger *ledger;
	const struct keys *keys;
	struct counters *counters;
	struct warn *warn;
	const char *local_name;		/* {daemon_name} of pickup's cleanup */
	bool is_clear_log;		/* identities in the log, not pseudonyms */
	uint64_t timeout_us;		/* for all that one verdict asks */

	/* Exchanges the ledger with Redis; false: not done by the deadline. */
	bool (*sync)(void *arg, uint64_t deadline_us);
	void *sync_arg;

	/* Takes a copy of what is to be frozen, and does not wait for it. */
	void (*freeze)(void *arg, const struct strike *s);
	void *freeze_arg;
};

struct session;

/* Keeps site. NULL: out of memory. */
struct session *session_new(const struct site *site);
void session_free(struct session *s);

/* NULL stands for a macro that was not sent, and for an unknown address. */
void session_connect(struct session *s, const char *daemon_name,
		     const char *daemon_port, const char *client);

/* A message begins: whatever was known of one before it is forgotten. Without
 * memory for it, it cannot be decided on. */
void session_mail(struct session *s, const char *sender, const char *login);
void session_rcpt(struct session *s);
void session_header(struct session *s, const char *name, const char *value);

/* How many X-Local-Submitter headers are Postfix's to add and ours to take out
 * again (F22). */
unsigned session_submitters(const struct session *s);

/* Decides, counts, logs. id is the queue id, NULL if it is not known. The reply
 * is filled for any verdict. Without a message it cannot tell: tempfail. */
enum verdict session_decide(struct session *s, const char *id,
			    struct verdict_reply *reply);

/* The message is over, whatever became of it. Fine without one. */
void session_end(struct session *s);

#endif
