/*
 * strike.c - what the policy freezes by itself: `freeze after N refusals in D`.
 */
#include "strike.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../policy/bucket/bucket.h"
#include "../clock.h"
#include "../log.h"

#define WAITING_MAX 64
#define ENDS_MAX 64	/* written at one time: each waits for the disk */
#define FREEZES_MAX 1000	/* by policy, at once: a sender who invents keys must
				   not fill the ledger, */

/* nor in the course of time: so many at once, then one each 36 seconds. */
static const struct bucket_rate pace = { .interval_us = 36000000, .burst = FREEZES_MAX };

struct strikes {
	pthread_mutex_t lock;
	uint64_t pace_full_us;		/* the keeper's alone */
	struct strike waiting[WAITING_MAX];
	size_t n;
};

void
strike_set(struct strike *s, const struct policy *p, unsigned i,
	   const struct policy_facts *f)
{
	struct policy_limit l = policy_limit(p, i);
	char in[POLICY_PERIOD_MAX], length[POLICY_PERIOD_MAX];

	scope_set_limit(&s->scope, p, i, f);
	s->freeze_us = l.freeze_us;
	policy_period_text(l.strikes->period_us, in, sizeof(in));
	policy_period_text(l.freeze_us, length, sizeof(length));
	snprintf(s->reason, sizeof(s->reason), "limit %s: %" PRIu32 " refusal%s in %s%s%s",
		 l.name, l.strikes->burst, l.strikes->burst == 1 ? "" : "s", in,
		 l.freeze_us > 0 ? "; for " : "", l.freeze_us > 0 ? length : "");
}

struct strikes *
strikes_new(void)
{
	struct strikes *q = calloc(1, sizeof(*q));

	if (q != NULL)
		pthread_mutex_init(&q->lock, NULL);
	return q;
}

void
strikes_free(struct strikes *q)
{
	if (q == NULL)
		return;
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static bool
is_equal(const struct scope *a, const struct scope *b)
{
	return a->kind == b->kind && strcmp(a->value, b->value) == 0;
}

bool
strikes_add(struct strikes *q, const struct strike *s)
{
	bool is_there = false, is_room;

	pthread_mutex_lock(&q->lock);
	for (size_t i = 0; i < q->n; i++)
		is_there = is_there || is_equal(&q->waiting[i].scope, &s->scope);
	is_room = is_there || q->n < WAITING_MAX;
	if (!is_there && is_room)
		q->waiting[q->n++] = *s;
	pthread_mutex_unlock(&q->lock);
	return is_room;
}

static bool
first(struct strikes *q, struct strike *s)
{
	bool is_one;

	pthread_mutex_lock(&q->lock);
	is_one = q->n > 0;
	if (is_one)
		*s = q->waiting[0];
	pthread_mutex_unlock(&q->lock);
	return is_one;
}

static void
drop_first(struct strikes *q)
{
	pthread_mutex_lock(&q->lock);
	q->n--;
	memmove(q->waiting, q->waiting + 1, q->n * sizeof(q->waiting[0]));
	pthread_mutex_unlock(&q->lock);
}

static void
say_not_written(const struct strike *s, const char *why)
{
	char value[512];

	log_error("freeze=failed limit=%.*s reason=%s",
		  (int)strcspn(s->scope.value, "/"), s->scope.value,
		  log_value(why, strlen(why), value, sizeof(value)));
}

/* False: it is frozen already, or too much is. */
static bool
is_wanted(struct ledger *l, const struct strike *s)
{
	size_t n, by_policy = 0;
	struct record *active = ledger_active(l, &n);
	bool is_there = false;

	for (size_t i = 0; i < n; i++) {
		by_policy += strcmp(active[i].by, STRIKE_BY) == 0;
		is_there = is_there || is_equal(&active[i].scope, &s->scope);
	}
	free(active);
	if (!is_there && by_policy >= FREEZES_MAX)
		say_not_written(s, "so many keys are frozen by the policy already; the "
				"limit goes on refusing. See sluice freezes");
	return !is_there && by_policy < FREEZES_MAX;
}

static bool
write_freeze(struct ledger *l, const struct strike *s)
{
	struct record r = {
		.kind = RECORD_FREEZE,
		.by = STRIKE_BY,
		.scope = s->scope,
		.until_us = s->freeze_us > 0 ? clock_real_us() + s->freeze_us : 0,
	};
	char reason[sizeof(s->reason) + 2];
	struct error e;

	snprintf(r.reason, sizeof(r.reason), "%s", s->reason);
	if (!ledger_append(l, &r, &e)) {
		say_not_written(s, e.text);
		return false;
	}
	log_warning("freeze id=%s by=%s reason=%s", r.id, r.by,
		    log_value(r.reason, strlen(r.reason), reason, sizeof(reason)));
	return true;
}

bool
strikes_may(struct strikes *q, uint64_t now_us)
{
	return bucket_take(pace, &q->pace_full_us, now_us, 1) == 0;
}

void
strikes_write(struct strikes *q, struct ledger *l)
{
	struct strike s;

	/* While the ledger is broken everything is frozen. */
	while (ledger_broken(l) == NULL && first(q, &s)) {
		if (is_wanted(l, &s)) {
			if (!strikes_may(q, clock_monotonic_us()))
				say_not_written(&s, "the policy freezes too much too "
						"often; the limit goes on refusing");
			else if (!write_freeze(l, &s))
				return;
		}
		drop_first(q);
	}
}

static bool
is_ours(const struct ledger *l, const struct record *r)
{
	char node[RECORD_NODE_MAX + 1];
	uint64_t n;

	return record_id_split(r->id, node, &n) && strcmp(node, ledger_node(l)) == 0;
}

static void
write_end(struct ledger *l, const struct record *over)
{
	struct record r = {
		.kind = RECORD_THAW,
		.by = STRIKE_BY,
		.scope = over->scope,
		.reason = "its time is over",
	};
	char name[RECORD_NAME_MAX + 1];
	struct error e;

	record_name(over, name);
	memcpy(r.lifts, name, strlen(name) + 1);
	if (ledger_append(l, &r, &e))
		log_info("thaw id=%s by=%s lifts=%s", r.id, r.by, over->id);
}

void
strikes_expire(struct ledger *l)
{
	size_t n, written = 0;
	struct record *over = ledger_expired(l, &n);

	for (size_t i = 0; i < n && written < ENDS_MAX; i++)
		if (is_ours(l, &over[i])) {
			write_end(l, &over[i]);
			written++;
		}
	free(over);
}
