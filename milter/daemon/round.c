/*
 * round.c - what has to be done each second, on a connection of its own.
 *
 * What is done here never waits for mail, and mail never waits for it.
 */
#include "round.h"

#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../log.h"
#include "../redis/redis_fit.h"
#include "../store/outage.h"
#include "alarms.h"

#define CHECK_ROUNDS 10		/* a connected Redis is looked at this often */

struct round {
	struct round_options o;
	struct conn *conn;		/* NULL: none */
	unsigned n;			/* since it was connected */
	unsigned skipped;		/* records, at the last exchange */
	uint64_t digest;		/* of the policy that nodes were counted for */
	struct error sync_error;
	bool is_status_failing;
	struct alarms alarms;
	struct strikes *strikes;
};

struct round *
round_new(const struct round_options *o, struct error *e)
{
	struct round *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->strikes = strikes_new()) == NULL) {
		free(r);
		error_set(e, "cannot start: out of memory");
		return NULL;
	}
	if (!alarms_init(&r->alarms, o->status.dir, e)) {
		strikes_free(r->strikes);
		free(r);
		return NULL;
	}
	r->o = *o;
	r->o.status.alarms = &r->alarms.status;
	return r;
}

static void
disconnect(struct round *r)
{
	conn_close(r->conn);
	r->conn = NULL;
	r->n = 0;
}

static uint64_t
deadline(const struct round *r)
{
	return clock_monotonic_us() + r->o.timeout_us;
}

/* A Redis that can be reached but must not be used is no Redis. */
static bool
connect_fit(struct round *r, struct error *e)
{
	if (r->conn == NULL) {
		r->conn = conn_open(r->o.redis, deadline(r), e);
		if (r->conn == NULL)
			return false;
	}
	if (r->n++ % CHECK_ROUNDS != 0 ||
	    redis_fit(r->conn, r->o.ns, r->o.fingerprint, true, deadline(r), e) ==
	    REDIS_FIT)
		return true;
	disconnect(r);
	return false;
}

static void
say_synced(struct round *r, const struct mirror_result *m)
{
	if (m->learned > 0)
		log_info("ledger learned=%u", m->learned);
	if (m->restored > 0)
		log_warning("ledger restored=%u reason=\"Redis lacked records of "
			    "this node; it has them now\"", m->restored);
	if (m->skipped > r->skipped)
		log_warning("ledger skipped=%u reason=\"Redis holds records that are "
			    "not signed with this node's key\"", m->skipped);
	r->skipped = m->skipped;
}

/* Logs a failure when it begins and when it changes, and hangs up. */
static bool
failed(struct round *r, const struct error *e)
{
	char value[sizeof(e->text) + 2];

	if (strcmp(e->text, r->sync_error.text) != 0) {
		r->sync_error = *e;
		log_warning("ledger sync=failed reason=%s",
			    log_value(e->text, strlen(e->text), value, sizeof(value)));
	}
	disconnect(r);
	return false;
}

static bool
exchange(struct round *r)
{
	unsigned mark = outage_behind(r->o.status.store);
	struct mirror_result m;
	struct error e;

	memset(&m, 0, sizeof(m));
	if (!mirror_sync(r->o.status.ledger, r->conn, r->o.ns, deadline(r), &m, &e))
		return failed(r, &e);
	outage_caught_up(r->o.status.store, mark);
	r->sync_error.text[0] = '\0';
	r->o.status.synced_us = clock_real_us();
	say_synced(r, &m);
	return true;
}

/* The others count our silence from the heartbeat, so the lease counts from
 * before it. */
static bool
keep_ledger(struct round *r, const struct mirror_beat *beat)
{
	uint64_t here_us = clock_monotonic_us(), redis_us;
	bool is_stale;
	struct error e;

	if (!mirror_heartbeat(r->o.status.ledger, r->conn, r->o.ns, beat, deadline(r),
			      &is_stale, &redis_us, &e))
		return failed(r, &e);
	alarms_clock(&r->alarms, redis_us, clock_real_us());
	if (is_stale)
		outage_set_behind(r->o.status.store);
	if ((is_stale || r->n % CHECK_ROUNDS == 1) && !exchange(r))
		return false;
	outage_heard(r->o.status.store, here_us, beat->lease_us);
	return true;
}

/* Who is there beside us, now and for the time when Redis has forgotten it. */
static bool
keep_nodes(struct round *r, unsigned allowed, uint64_t digest)
{
	struct mirror_node *nodes = NULL;
	uint64_t now_us;
	struct error e;
	size_t n;

	if (!mirror_nodes(r->o.status.ledger, r->conn, r->o.ns, deadline(r), &nodes, &n,
			  &now_us, &e))
		return failed(r, &e);
	alarms_nodes(&r->alarms, nodes, n, now_us, allowed, digest);
	outage_set_nodes(r->o.status.store, r->alarms.status.nodes);
	r->digest = digest;
	free(nodes);
	return true;
}

/* Is it the Redis that it was? "I am here". Then the ledger, if Redis knows more
 * or it has been long, and the others. */
static bool
keep(struct round *r)
{
	const struct policy *p = live_pin(r->o.status.live);
	struct policy_site site = policy_site(p);
	struct mirror_beat beat = {
		.lease_us = site.nodes > 1 ? site.lease_us : 0,
		.digest = policy_digest(p),
	};
	uint64_t news = r->alarms.status.restarts + r->alarms.status.losses;
	struct error e;

	live_unpin(r->o.status.live, p);
	if (!alarms_genesis(&r->alarms, r->conn, r->o.ns, deadline(r), &e))
		return failed(r, &e);
	if (r->alarms.status.restarts + r->alarms.status.losses != news)
		outage_doubt(r->o.status.store, clock_monotonic_us());
	if (!keep_ledger(r, &beat))
		return false;
	return (r->n % CHECK_ROUNDS != 1 && r->digest == beat.digest) ||
	       keep_nodes(r, site.nodes, beat.digest);
}

static void
keep_status(struct round *r)
{
	char value[sizeof(struct error) + 2];
	struct error e;
	bool is_ok;

	r->o.status.sync_error = r->sync_error.text[0] != '\0' ?
				 r->sync_error.text : NULL;
	is_ok = status_write(&r->o.status, &e);
	if (!is_ok && !r->is_status_failing)
		log_error("status=failed reason=%s",
			  log_value(e.text, strlen(e.text), value, sizeof(value)));
	r->is_status_failing = !is_ok;
}

/* Behind a connection that was lost there may be another Redis now: it is
 * checked before it is used. */
static void
keep_redis(struct round *r)
{
	struct store *store = r->o.status.store;
	struct error e;

	if (!connect_fit(r, &e) || (!keep(r) && !connect_fit(r, &e)))
		outage_begin(store, e.text);
	else if (outage_probe(store))
		outage_settle(store, clock_monotonic_us());
}

void
round_run(struct round *r)
{
	strikes_write(r->strikes, r->o.status.ledger);
	strikes_expire(r->o.status.ledger);
	keep_redis(r);
	keep_status(r);
}

bool
round_exchange(struct round *r)
{
	struct error e;

	strikes_write(r->strikes, r->o.status.ledger);
	return connect_fit(r, &e) && exchange(r);
}

void
round_end(struct round *r)
{
	keep_status(r);
}

bool
round_strike(struct round *r, const struct strike *s)
{
	return strikes_add(r->strikes, s);
}
