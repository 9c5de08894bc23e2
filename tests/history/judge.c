/*
 * judge.c - whether a record keeps what is promised.
 */
#include "judge.h"

#include <err.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "question.h"
#include "record.h"

#define TOLD_MAX 20	/* of what is wrong */
#define NODES_MAX 64

struct trial {
	struct record *r;
	FILE *out;
	unsigned wrong;
};

static void __attribute__((format(printf, 2, 3)))
complain(struct trial *t, const char *fmt, ...)
{
	va_list ap;

	if (t->wrong++ >= TOLD_MAX)
		return;
	fputs("WRONG ", t->out);
	va_start(ap, fmt);
	vfprintf(t->out, fmt, ap);
	va_end(ap);
	fputc('\n', t->out);
}

static void
complain_of(struct trial *t, const struct question *q, const struct excess *e)
{
	char what[160];

	question_name(q, what, sizeof(what));
	complain(t, "%s%s%s: key %s, %.3f let through from %" PRId64 " to %" PRId64
		 " us, %.3f too many; %.3f of it allowed for faults", what,
		 q->node != NULL ? " of " : "", q->node != NULL ? q->node : "",
		 q->decision->key, question_units(q, e->taken), e->from_us,
		 e->to_us, question_units(q, e->over),
		 question_units(q, e->allowed));
}

/* What came nearest to what is promised of the window and part. */
struct worst {
	struct answer a;
	const char *key;	/* of a.bare; NULL: nothing has counted */
};

static void
keep_worst(struct worst *w, const struct answer *a, const char *key)
{
	bool is_first = w->key == NULL;

	if (is_first || a->bare.over > w->a.bare.over) {
		w->a.bare = a->bare;
		w->key = key;
	}
	if (is_first || a->fair.over > w->a.fair.over)
		w->a.fair = a->fair;
}

static void
say(struct trial *t, const struct question *q, const struct worst *w)
{
	const struct excess *bare = &w->a.bare;
	char what[160];

	if (w->key == NULL)
		return;
	question_name(q, what, sizeof(what));
	fprintf(t->out, "%s: %+.2f to burst + rate * t (%.0f in %.3f s, key %s), "
		"where faults allow %.2f; %+.2f to what they allow\n", what,
		question_units(q, bare->over), question_units(q, bare->taken),
		(double)(bare->to_us - bare->from_us) / 1e6, w->key,
		question_units(q, bare->allowed),
		question_units(q, w->a.fair.over));
}

/* r's decisions are sorted by key. */
static void
ask_keys(struct trial *t, struct question *q, struct worst *worst)
{
	const struct record *r = t->r;
	struct answer a;

	for (size_t from = 0, to; from < r->n_decisions; from = to) {
		q->decision = &r->decision[from];
		for (to = from; to < r->n_decisions && strcmp(
		     q->decision->key, r->decision[to].key) == 0; to++)
			;
		q->n = to - from;
		if (question_ask(q, &a) == 0)
			continue;
		if (a.fair.over > 0)
			complain_of(t, q, &a.fair);
		keep_worst(worst, &a, q->decision->key);
	}
}

/* The names of those that decided something. */
static size_t
nodes(const struct record *r, const char **node)
{
	size_t n = 0, k;

	for (size_t i = 0; i < r->n_decisions; i++) {
		for (k = 0; k < n && strcmp(node[k], r->decision[i].node) != 0; k++)
			;
		if (k == NODES_MAX)
			errx(2, "more than %d nodes", NODES_MAX);
		if (k == n)
			node[n++] = r->decision[i].node;
	}
	return n;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct decision *)a)->key,
		      ((const struct decision *)b)->key);
}

/* Of each of n nodes; NULL: of all of them at once. */
static void
judge_part(struct trial *t, struct question *q, enum part part,
	   const char *const *node, size_t n)
{
	struct worst worst = { .key = NULL };

	q->part = part;
	for (size_t i = 0; i < n; i++) {
		q->node = node[i];
		ask_keys(t, q, &worst);
	}
	say(t, q, &worst);
}

static void
judge_windows(struct trial *t)
{
	static const char *const any[] = { NULL };
	struct record *r = t->r;
	const char *node[NODES_MAX];
	size_t n = nodes(r, node);
	struct question q;

	question_init(&q, r);
	if (r->n_decisions > 0)
		qsort(r->decision, r->n_decisions, sizeof(*r->decision),
		      by_key);
	for (size_t i = 0; i < r->n_windows; i++) {
		q.w = &r->window[i];
		judge_part(t, &q, ALL, any, 1);
		judge_part(t, &q, REDIS, any, 1);
		judge_part(t, &q, MEMORY, node, n);
	}
	question_fini(&q);
}

static bool
is_cut_short(const struct record *r, const struct decision *d)
{
	for (size_t i = 0; i < r->n_faults; i++)
		if (r->fault[i].kind == RESTART &&
		    fault_touches(&r->fault[i], d->node, d->start_us, d->end_us))
			return true;
	return false;
}

static void
judge_decision(struct trial *t, const struct decision *d, int64_t longest_us)
{
	int64_t took_us = d->end_us - d->start_us;

	if (longest_us > 0 && took_us > longest_us)
		complain(t, "%s took %" PRId64 " us for a verdict, from %" PRId64
			 " us", d->node, took_us, d->start_us);
	if (d->verdict == NONE && !is_cut_short(t->r, d))
		complain(t, "%s gave no verdict, asked at %" PRId64 " us", d->node,
			 d->start_us);
	if (d->verdict == ACCEPT && d->by == BY_NOBODY)
		complain(t, "%s let through what no bucket was asked about, at %"
			 PRId64 " us", d->node, d->start_us);
	if (d->verdict == ACCEPT && d->by == BY_NODE)
		complain(t, "%s let through what it had only remembered, at %"
			 PRId64 " us", d->node, d->start_us);
}

static void
judge_decisions(struct trial *t, int64_t longest_us)
{
	size_t verdict[VERDICTS] = { 0 }, by[DECIDERS] = { 0 };
	int64_t slowest_us = 0;

	for (size_t i = 0; i < t->r->n_decisions; i++) {
		const struct decision *d = &t->r->decision[i];

		verdict[d->verdict]++;
		by[d->by]++;
		if (d->verdict != NONE && d->end_us - d->start_us > slowest_us)
			slowest_us = d->end_us - d->start_us;
		judge_decision(t, d, longest_us);
	}
	fprintf(t->out, "%zu decisions: %zu let through, %zu not, %zu cut short; "
		"%zu by redis, %zu by memory, %zu by node, %zu by nobody; "
		"slowest %.1f ms\n", t->r->n_decisions, verdict[ACCEPT],
		verdict[REFUSE], verdict[NONE], by[BY_REDIS], by[BY_MEMORY],
		by[BY_NODE], by[BY_NOBODY], (double)slowest_us / 1e3);
}

unsigned
judge(struct record *r, int64_t longest_us, FILE *out)
{
	struct trial t = { .r = r, .out = out };

	judge_decisions(&t, longest_us);
	judge_windows(&t);
	if (t.wrong > TOLD_MAX)
		fprintf(out, "WRONG %u more\n", t.wrong - TOLD_MAX);
	return t.wrong;
}
