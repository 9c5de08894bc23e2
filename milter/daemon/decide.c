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
conclude_never(const struct message *m, struct decision *d)
{
	struct policy_limit l;

	d->bucket = (unsigned)d->plan.never;
	d->window = d->plan.never_window;
	l = policy_limit(m->policy, d->plan.limit[d->bucket]);
	conclude(m, d, CAUSE_NEVER, l.action, l.text);
}

/* What is held beyond its budget gets the answer that comes then. */
static void
conclude_refused(const struct message *m, struct decision *d)
{
	struct policy_limit l;

	d->bucket = d->outcome.bucket;
	d->window = d->outcome.window;
	l = policy_limit(m->policy, d->plan.limit[d->bucket]);
	if (d->outcome.is_spent)
		conclude(m, d, CAUSE_LIMIT, l.spent, l.spent_text);
	else
		conclude(m, d, CAUSE_LIMIT, l.action, l.text);
}

static void
conclude_frozen(const struct message *m, struct decision *d,
		const struct ledger_view *view)
{
	struct policy_answer answer = policy_frozen(m->policy, m->facts.class);

	memcpy(d->freeze_id, view->freeze_id, sizeof(d->freeze_id));
	conclude(m, d, CAUSE_FROZEN, answer.action, answer.text);
}

static void
conclude_alone(const struct message *m, struct decision *d)
{
	struct policy_answer answer = policy_outage(m->policy, m->facts.class);

	conclude(m, d, CAUSE_ALONE, answer.action, answer.text);
}

static void
conclude_outcome(const struct message *m, struct decision *d)
{
	switch (d->outcome.answer) {
	case STORE_TAKEN:
		return;
	case STORE_REFUSED:
		conclude_refused(m, d);
		return;
	case STORE_STALE:
		conclude(m, d, CAUSE_STALE, POLICY_HOLD, NULL);
		return;
	case STORE_ALONE:
		conclude_alone(m, d);
		return;
	case STORE_LATE:
	case STORE_DOWN:
		break;
	}
	conclude(m, d, CAUSE_DOWN, POLICY_HOLD, NULL);
}

/* Mail that is frozen may have a way out. What that way does not let through,
 * now or ever, and what is frozen by a limit of that way, stays frozen. */
static bool
is_exempt(const struct site *site, const struct message *m, struct decision *d)
{
	struct policy_plan plan;
	const struct scope_mail mail = { &m->facts, m->policy, &plan, true };
	struct ledger_view view;

	policy_eval_frozen(m->policy, &m->facts, &plan);
	ledger_look(site->ledger, &mail, &view);
	d->is_exempt = plan.n > 0 && plan.never < 0 && !view.is_frozen;
	if (d->is_exempt)
		d->plan = plan;
	return d->is_exempt;
}

/* A freeze, and a ledger that cannot be trusted, stop outbound mail only; for
 * what they do not stop, any version of the ledger will do. */
static bool
is_frozen(const struct site *site, const struct message *m, struct decision *d,
	  struct ledger_view *view)
{
	const struct scope_mail mail = { &m->facts, m->policy, &d->plan, false };
	bool is_broken = ledger_broken(site->ledger) != NULL;

	ledger_look(site->ledger, &mail, view);
	if (m->facts.class == POLICY_INBOUND || is_broken)
		memcpy(view->token, STORE_ANY_TOKEN, sizeof(STORE_ANY_TOKEN));
	return view->is_frozen && !is_exempt(site, m, d);
}

/* What is to be asked. False: it is decided without. */
static bool
prepare(const struct site *site, const struct message *m, struct decision *d)
{
	struct ledger_view view = { .is_frozen = false };

	d->is_exempt = false;
	policy_eval(m->policy, &m->facts, &d->plan);
	if (d->plan.never >= 0)
		conclude_never(m, d);
	else if (is_frozen(site, m, d, &view))
		conclude_frozen(m, d, &view);
	else if (d->plan.is_over)
		conclude(m, d, CAUSE_OVER, POLICY_HOLD, NULL);
	request_build(&d->asked, m->policy, &d->plan, &m->facts, site->keys);
	memcpy(d->asked.token, view.token, sizeof(view.token));
	return d->cause == CAUSE_NONE;
}

static bool
ask_once(const struct site *site, const struct message *m, struct decision *d,
	 uint64_t now_us)
{
	if (!prepare(site, m, d))
		return false;
	d->asked.now_us = now_us;
	store_take(site->store, &d->asked, &d->outcome);
	return true;
}

/* Asks the ledger and the store. If Redis has another version of the ledger
 * than this node, the node learns it and asks once more. */
static void
ask(const struct site *site, const struct message *m, struct decision *d,
    uint64_t now_us)
{
	uint64_t deadline_us = now_us + site->timeout_us;

	if (!ask_once(site, m, d, now_us))
		return;
	if (d->outcome.answer == STORE_STALE &&
	    site->sync(site->sync_arg, deadline_us) && !ask_once(site, m, d, now_us))
		return;
	conclude_outcome(m, d);
}

/* Mail that comes in meets no limit mostly. */
static bool
is_free(const struct message *m)
{
	struct policy_plan plan;

	if (m->facts.class != POLICY_INBOUND)
		return false;
	policy_eval(m->policy, &m->facts, &plan);
	return plan.n == 0;
}

void
decide(const struct site *site, struct message *m, struct decision *d)
{
	uint64_t now = clock_monotonic_us();

	memset(d, 0, sizeof(*d));
	m->facts.class = policy_classify(m->policy, m->is_local, &m->facts);
	if (is_free(m))
		return;
	ask(site, m, d, now);
	d->took_us = clock_monotonic_us() - now;
}
