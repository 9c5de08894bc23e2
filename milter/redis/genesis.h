/*
 * genesis.h - whether Redis is still the one that it was.
 *
 * A bucket that Redis has lost is a full one, so a loss must not go unseen. The
 * key `sluice:{ns}:genesis` holds a random id that is made once, and is gone with
 * all that is gone; the run_id of Redis is another after each of its starts.
 */
#ifndef MILTER_GENESIS_H
#define MILTER_GENESIS_H

#include "conn.h"

#define GENESIS_ID_LEN 32	/* hex */
#define GENESIS_RUN_MAX 40

struct genesis {
	char id[GENESIS_ID_LEN + 1];	/* "": none was seen yet */
	char run[GENESIS_RUN_MAX + 1];
};

enum genesis_news {
	GENESIS_SAME,		/* or the first that was seen */
	GENESIS_RESTARTED,	/* the same data, another process: its last writes
				   may be missing */
	GENESIS_LOST		/* the data is gone, or this is another Redis */
};

/* Makes the key if it is missing, and compares what Redis says with g, which it
 * then becomes. False: e says why, g is as before, and the connection must be
 * closed. */
bool genesis_look(struct genesis *g, struct conn *c, const char *ns,
		  uint64_t deadline_us, enum genesis_news *news, struct error *e);

/* As text, and back; false: it is none. */
#define GENESIS_TEXT_MAX (GENESIS_ID_LEN + 1 + GENESIS_RUN_MAX + 1)
void genesis_text(const struct genesis *g, char out[GENESIS_TEXT_MAX + 1]);
bool genesis_parse(struct genesis *g, const char *text);

#endif
