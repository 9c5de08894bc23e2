/*
 * decide.c - the one question and the one answer of a message.
 *
 * The order is the contract: what can never pass, then frozen, then the
 * buckets. Nothing is charged before a message is known not to be frozen.
 */
#include "decide.h"

#include <string.h>

#include "../clock.h"
#include "../store/request.h"

static void
conclude(const struct message *m, struct decision *d, enum cause cause,
	 enum policy_action asked, const char *text)
{
	d->cause = cause;
	d->text = text;
	d->verdict = verdict_of(cause, m->facts.class, asked);
}

static void
conclude_limit(const struct message *m, struct decision *d, enum cause cause)
{
	struct policy_limit l = policy_limit(m->policy, d->plan.limit[d->bucket]);

	conclude(m, d, cause, l.action, l.text);
}

/* True if the message is frozen; d then says so. A freeze, and a ledger that
 * cannot be trusted, stop outbound mail only. */
static bool
is_frozen(const struct site *site, const struct message *m, struct decision *d)
{
	struct ledger_view view;
	struct policy_answer answer;

	ledger_look(site->ledger, &m->facts, &view);
	memcpy(d->asked.token, view.token, sizeof(d->asked.token));
	if (m->facts.class == POLICY_INBOUND)
		memcpy(d->asked.token, STORE_ANY_TOKEN, sizeof(STORE_ANY_TOKEN));
	if (!view.is_frozen || m->facts.class == POLICY_INBOUND)
		return false;
	memcpy(d->freeze_id, view.freeze_id, sizeof(d->freeze_id));
	answer = policy_frozen(m->policy, m->facts.class);
	conclude(m, d, CAUSE_FROZEN, answer.action, answer.text);
	return true;
}

/* Asks the ledger and the store. If Redis has another version of the ledger
 * than this node, the node learns it and asks once more. False: d says that
 * the message is frozen. */
static bool
ask(const struct site *site, const struct message *m, struct decision *d)
{
	uint64_t deadline = d->asked.now_us + site->timeout_us;

	if (is_frozen(site, m, d))
		return false;
	if (store_take(site->store, &d->asked, &d->outcome) != STORE_STALE ||
	    !site->sync(site->sync_arg, deadline))
		return true;
	if (is_frozen(site, m, d))
		return false;
	store_take(site->store, &d->asked, &d->outcome);
	return true;
}

static void
conclude_outcome(const struct message *m, struct decision *d)
{
	switch (d->outcome.answer) {
	case STORE_TAKEN:
		return;
	case STORE_REFUSED:
		d->bucket = d->outcome.bucket;
		d->window = d->outcome.window;
		conclude_limit(m, d, CAUSE_LIMIT);
		return;
	case STORE_STALE:
		conclude(m, d, CAUSE_STALE, POLICY_HOLD, NULL);
		return;
	case STORE_DOWN:
		break;
	}
	conclude(m, d, CAUSE_DOWN, POLICY_HOLD, NULL);
}

void
decide(const struct site *site, struct message *m, struct decision *d)
{
	uint64_t now = clock_monotonic_us();

	memset(d, 0, sizeof(*d));
	m->facts.class = policy_classify(m->policy, m->is_local, &m->facts);
	policy_eval(m->policy, &m->facts, &d->plan);
	if (m->facts.class == POLICY_INBOUND && d->plan.n == 0)
		return;
	request_build(&d->asked, m->policy, &d->plan, &m->facts, site->keys);
	d->asked.now_us = now;
	if (d->plan.never >= 0) {
		d->bucket = (unsigned)d->plan.never;
		d->window = d->plan.never_window;
		conclude_limit(m, d, CAUSE_NEVER);
	} else if (ask(site, m, d)) {
		conclude_outcome(m, d);
	}
	d->took_us = clock_monotonic_us() - now;
}
