/*
 * question.c - what is promised of one window, over the decisions on one key.
 *
 * Weights are in microseconds of what comes back to one node's share: with an
 * interval of i a cost of c weighs c * i * nodes, and a share grows by one each
 * microsecond. So all of it is integers.
 */
#include "question.h"

#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

static void *
room(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		errx(2, "out of memory");
	return p;
}

void
question_init(struct question *q, const struct record *r)
{
	*q = (struct question){ .r = r };
	q->event = room(r->n_decisions, sizeof(*q->event));
	q->step = room(r->n_faults, sizeof(*q->step));
	q->stretch = room(r->n_faults, sizeof(*q->stretch));
}

void
question_fini(struct question *q)
{
	free(q->event);
	free(q->step);
	free(q->stretch);
}

/* The weight of one. */
static int64_t
unit(const struct question *q)
{
	const struct window *w = q->w;

	return (w->period_us + w->n - 1) / w->n * q->r->nodes;
}

/* A node's, empty to full. */
static int64_t
share(const struct question *q)
{
	uint32_t n = q->w->burst / q->r->nodes;

	return (n > 0 ? n : 1) * unit(q);
}

static bool
counts(const struct question *q, const struct decision *d)
{
	if (d->verdict != ACCEPT || d->by == BY_NOBODY)
		return false;
	if (q->part == MEMORY)
		return d->by == BY_MEMORY && strcmp(d->node, q->node) == 0;
	return q->part == ALL || d->by == BY_REDIS;
}

static size_t
gather_events(struct question *q)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n; i++) {
		const struct decision *d = &q->decision[i];
		int64_t cost = q->w->is_by_recipient ? d->recipients : 1;

		if (counts(q, d))
			q->event[n++] = (struct event){ d->start_us, d->end_us,
							cost * unit(q) };
	}
	return n;
}

/* What a node that begins anew remembered of an outage is lost. */
static bool
is_in_outage(const struct record *r, const struct fault *f)
{
	for (size_t i = 0; i < r->n_faults; i++)
		if (r->fault[i].kind == OUTAGE &&
		    fault_touches(&r->fault[i], f->node, f->from_us, f->to_us))
			return true;
	return false;
}

/* Once for a fault. */
static int64_t
allowance(const struct question *q, const struct fault *f)
{
	bool is_mine;

	switch (f->kind) {
	case LOST:
		return q->part == MEMORY ? 0 : q->w->burst * unit(q);
	case OUTAGE:
		return q->part == ALL ? share(q) + q->r->slack_us : 0;
	case RESTART:
		is_mine = q->part == MEMORY ? strcmp(f->node, q->node) == 0 :
			  q->part == ALL && is_in_outage(q->r, f);
		return is_mine ? share(q) : 0;
	case FAULTS:
		break;
	}
	return 0;
}

/* Outages are an allowance for as long as they last, too. */
static void
gather_faults(struct question *q, struct bound *b)
{
	b->step = q->step;
	b->stretch = q->stretch;
	for (size_t i = 0; i < q->r->n_faults; i++) {
		const struct fault *f = &q->r->fault[i];
		int64_t weight = allowance(q, f);

		if (weight > 0)
			q->step[b->n_steps++] = (struct step){
				f->from_us, f->to_us, weight };
		if (q->part == ALL && f->kind == OUTAGE)
			q->stretch[b->n_stretches++] = (struct stretch){
				f->from_us, f->to_us, 1 };
	}
}

size_t
question_ask(struct question *q, struct answer *a)
{
	bool is_share = q->part == MEMORY;
	struct bound b = {
		.burst = is_share ? share(q) + q->r->slack_us :
				    q->w->burst * unit(q),
		.speed = is_share ? 1 : q->r->nodes,
	};
	size_t n = gather_events(q);

	if (n == 0)
		return 0;
	a->bare = bound_worst(&b, q->event, n);
	gather_faults(q, &b);
	a->bare.allowed = bound_allowed(&b, a->bare.from_us, a->bare.to_us);
	a->fair = bound_worst(&b, q->event, n);
	return n;
}

double
question_units(const struct question *q, int64_t weight)
{
	return (double)weight / (double)unit(q);
}

void
question_name(const struct question *q, char *out, size_t size)
{
	static const char *const part[] = { "all", "redis", "memory" };

	snprintf(out, size, "%" PRIu32 " %s/%gs burst %" PRIu32 ", %s", q->w->n,
		 q->w->is_by_recipient ? "recipients" : "messages",
		 (double)q->w->period_us / 1e6, q->w->burst, part[q->part]);
}
