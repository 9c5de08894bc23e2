/*
 * report.c - counts a decision, and writes the line that explains it.
 */
#include "decide.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../policy/bucket/bucket.h"
#include "../log.h"
#include "../store/share.h"

#define VALUE_MAX 512		/* of one escaped value */

struct line {
	char text[2048];
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
add(struct line *l, const char *fmt, ...)
{
	size_t room = sizeof(l->text) - l->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->text + l->len, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void
add_value(struct line *l, const char *name, const char *text)
{
	char value[VALUE_MAX];

	add(l, " %s=%s", name, log_value(text, strlen(text), value, sizeof(value)));
}

/* Who it was: by name, or as Redis knows him. */
static void
add_key(struct line *l, const struct site *site, const struct message *m,
	const struct decision *d, unsigned bucket)
{
	char key[VALUE_MAX];

	if (site->is_clear_log)
		policy_key_text(m->policy, d->plan.limit[bucket], &m->facts, key,
				sizeof(key));
	else
		for (size_t i = 0; i < PSEUDONYM_LEN; i++)
			snprintf(key + 2 * i, 3, "%02x", d->asked.bucket[bucket].id[i]);
	add_value(l, "key", key);
}

static void
add_limit(struct line *l, const struct site *site, const struct message *m,
	  const struct decision *d)
{
	struct policy_limit limit = policy_limit(m->policy, d->plan.limit[d->bucket]);
	const struct policy_window *w = &limit.window[d->window];
	char text[64];

	policy_window_text(w, text, sizeof(text));
	add_value(l, "limit", limit.name);
	add_value(l, "window", text);
	add_key(l, site, m, d, d->bucket);
}

static uint32_t
level(const struct policy_window *w, const struct store_outcome *o, uint64_t full_us)
{
	return bucket_level((struct bucket_rate){ w->interval_us, w->burst }, full_us,
			    o->now_us);
}

static void
add_level(struct line *l, const struct message *m, const struct decision *d)
{
	struct policy_limit limit = policy_limit(m->policy, d->plan.limit[d->bucket]);
	const struct store_outcome *o = &d->outcome;
	struct policy_window w = share_window(limit.window[d->window], o->nodes);

	add(l, " level=%" PRIu32 "/%" PRIu32 " wait=%.1fs",
	    level(&w, o, o->full_us[d->bucket][d->window]), w.burst,
	    (double)o->wait_us / 1e6);
}

/* Of a bucket that refusals are charged to; w NULL: the limit has none. What the
 * node refused by itself it may not know. */
static void
add_used(struct line *l, const char *name, const struct decision *d,
	 const struct policy_window *w, unsigned which)
{
	const struct store_outcome *o = &d->outcome;
	struct policy_window part;

	if (w == NULL || o->full_us[d->bucket][which] == 0)
		return;
	part = which == CHARGE_BUDGET ? share_window(*w, o->nodes) : *w;
	add(l, " %s=%" PRIu32 "/%" PRIu32, name,
	    level(&part, o, o->full_us[d->bucket][which]), part.burst);
}

static void
add_refusal(struct line *l, const struct message *m, const struct decision *d)
{
	struct policy_limit limit = policy_limit(m->policy, d->plan.limit[d->bucket]);

	add_used(l, "held", d, limit.budget, CHARGE_BUDGET);
	if (d->outcome.is_struck)
		add(l, " struck=yes");
	else
		add_used(l, "strikes", d, limit.strikes, CHARGE_STRIKES);
}

static void
add_cause(struct line *l, const struct site *site, const struct message *m,
	  const struct decision *d)
{
	switch (d->cause) {
	case CAUSE_LIMIT:
		add_limit(l, site, m, d);
		add_level(l, m, d);
		add_refusal(l, m, d);
		return;
	case CAUSE_NEVER:
		add_limit(l, site, m, d);
		add(l, " never=yes");
		return;
	case CAUSE_FROZEN:
		add_value(l, "freeze", d->freeze_id);
		return;
	case CAUSE_ALONE:
	case CAUSE_STALE:
	case CAUSE_OVER:
	case CAUSE_DOWN:
		add(l, " reason=%s", cause_word(d->cause));
		return;
	case CAUSE_NONE:
	case CAUSES:
		return;
	}
}

static void
begin(struct line *l, const char *word, const struct message *m)
{
	l->len = 0;
	add(l, "%s", word);
	add_value(l, "id", m->id != NULL ? m->id : "-");
	add(l, " class=%s", policy_class_word(m->facts.class));
}

static const char *
decided_by(const struct store_outcome *o)
{
	if (o->is_outage)
		return "memory";
	return o->is_recalled ? "node" : "redis";
}

static void
finish(struct line *l, const struct message *m, const struct decision *d)
{
	bool is_asked = d->outcome.now_us != 0;

	if (d->plan.n > 0 && policy_limit(m->policy, d->plan.limit[0]).kind !=
	    POLICY_LIMIT)
		add_value(l, "exempt", policy_limit(m->policy, d->plan.limit[0]).name);
	add(l, " rcpts=%" PRIu32 " policy=%06" PRIx64, m->facts.recipients,
	    policy_digest(m->policy) >> 40);
	if (m->is_forged)
		add(l, " forged=yes");
	if (is_asked)
		add(l, " store=%s", decided_by(&d->outcome));
	if (d->outcome.nodes > 0)
		add(l, " nodes=%u", d->outcome.nodes);
	add(l, " took=%" PRIu64 "us", d->took_us);
}

static void
report_observed(const struct site *site, const struct message *m,
		const struct decision *d)
{
	struct line l;

	for (unsigned i = 0; i < d->plan.n; i++) {
		if ((d->outcome.would_refuse >> i & 1) == 0)
			continue;
		atomic_fetch_add(&site->counters->observed, 1);
		begin(&l, "observe", m);
		add_value(&l, "limit",
			  policy_limit(m->policy, d->plan.limit[i]).name);
		add_key(&l, site, m, d, i);
		finish(&l, m, d);
		log_info("%s", l.text);
	}
}

/* One line for each limit whose key has come near to a refusal. */
static void
report_warned(const struct site *site, const struct message *m,
	      const struct decision *d)
{
	unsigned level, window;
	char text[64];
	struct line l;

	for (unsigned i = 0; i < d->plan.n; i++) {
		struct policy_limit limit = policy_limit(m->policy, d->plan.limit[i]);

		if (limit.warn_percent == 0)
			continue;
		level = warn_level(site->warn, &d->asked, &d->outcome, i,
				   limit.warn_percent, &window);
		if (level == 0)
			continue;
		policy_window_text(&limit.window[window], text, sizeof(text));
		begin(&l, "warn", m);
		add_value(&l, "limit", limit.name);
		add_value(&l, "window", text);
		add_key(&l, site, m, d, i);
		add(&l, " level=%u%%", level);
		finish(&l, m, d);
		log_warning("%s", l.text);
	}
}

void
decision_report(const struct site *site, const struct message *m,
		const struct decision *d)
{
	struct line l;

	atomic_fetch_add(&site->counters->message[m->facts.class][d->verdict], 1);
	atomic_fetch_add(&site->counters->cause[d->cause], 1);
	if (m->is_forged)
		atomic_fetch_add(&site->counters->forged, 1);
	report_observed(site, m, d);
	if (d->outcome.answer == STORE_TAKEN && d->outcome.now_us != 0)
		report_warned(site, m, d);
	if (d->cause == CAUSE_NONE && !log_wants(LOG_LEVEL_DEBUG))
		return;
	begin(&l, verdict_word(d->verdict), m);
	add_cause(&l, site, m, d);
	finish(&l, m, d);
	if (d->cause == CAUSE_NONE)
		log_debug("%s", l.text);
	else
		log_info("%s", l.text);
}
