/*
 * status.h - what this node has done and how it is, for those who look.
 *
 * The counters are written by the sessions, without a lock. Once a second the
 * keeper writes all of it to STATE/status.json, which is replaced by rename:
 *
 *   { "version": 1, "written": REAL_TIME_US, "pid": N, "node": "mx1-5f3a9c",
 *     "started": REAL_TIME_US,
 *     "mode": "normal" | "frozen" | "outage",   frozen: something is
 *     "policy": { "file": "..", "digest": "16 hex digits", "limits": N,
 *                 "loaded": REAL_TIME_US, "error": null | ".." },
 *     "store": { "is_outage": false, "since": REAL_TIME_US, "decisions": N,
 *                "recalled": N, "late": N, "reason": ".." },   outage.h
 *     "ledger": { "broken": null | "..", "freezes": N, "synced": REAL_TIME_US,
 *                 "error": null | ".." },
 *     "alarms": { "nodes": N, "allowed": N, "names": "mx1-.., mx2-..",
 *                 "strangers": null | "mx2-..", "is_clock_off": false,
 *                 "clock": US, "restarts": N, "losses": N,
 *                 "lost": REAL_TIME_US },      alarms.h
 *     "sessions": N,
 *     "messages": { "local": { "accept": N, "hold": N, "tempfail": N,
 *                              "reject": N }, "authenticated": {..},
 *                   "relayed": {..}, "inbound": {..} },
 *     "refused": { "limit": N, "never": N, "frozen": N, "alone": N, "stale": N,
 *                  "over": N, "down": N },
 *     "observed": N, "forged": N }
 *
 * No identity is in it.
 */
#ifndef MILTER_STATUS_H
#define MILTER_STATUS_H

#include <stdatomic.h>

#include "../error.h"
#include "../ledger/ledger.h"
#include "../store/store.h"
#include "live.h"
#include "verdict.h"
#include "alarms.h"

struct counters {
	_Atomic uint64_t message[POLICY_CLASSES][VERDICTS];
	_Atomic uint64_t cause[CAUSES];
	_Atomic uint64_t observed;	/* an observed limit would have refused */
	_Atomic uint64_t forged;	/* a second script header (F26) */
	_Atomic uint32_t sessions;	/* open now */
	_Atomic uint32_t deciding;	/* messages between question and answer */
};

/* What the status file says beside the counters. All is borrowed. */
struct status {
	const char *dir;
	const struct counters *counters;
	struct live *live;
	struct store *store;		/* outage.h */
	struct ledger *ledger;
	uint64_t started_us;
	uint64_t synced_us;		/* 0: never */
	const char *sync_error;		/* NULL: none */
	const struct alarms_status *alarms;	/* NULL: none yet */
};

/* Writes DIR/status.json. False: e says why. */
bool status_write(const struct status *s, struct error *e);

#endif
