/*
 * watch.c - when a bound that does not hold was broken, and by what.
 */
#include "watch.h"

#include "../bucket/bucket.h"

bool
watch_holds(const struct ast_bound *b, uint64_t got)
{
	switch (b->relation) {
	case AST_EQ: return got == b->number;
	case AST_LT: return got < b->number;
	case AST_GT: return got > b->number;
	case AST_LE: return got <= b->number;
	default: return got >= b->number;
	}
}

bool
watch_counts(enum ast_subject subject, enum ast_subject end)
{
	if (subject == AST_REFUSED || subject == AST_FIRST_REFUSAL)
		return end != AST_ACCEPTED;
	return subject == end;
}

void
watch_init(struct watch *w, const struct ast_bound *b, uint64_t got)
{
	bool is_upper = b->relation == AST_LT || b->relation == AST_LE;

	*w = (struct watch){
		.bound = b,
		.got = got,
		.is_too_many = is_upper ||
			       (b->relation == AST_EQ && got > b->number),
	};
}

uint64_t
watch_ordinal(const struct watch *w)
{
	if (w->bound->subject == AST_FIRST_REFUSAL)
		return 0;
	if (!w->is_too_many)
		return w->got;
	return w->bound->relation == AST_LT ? w->bound->number :
					      w->bound->number + 1;
}

/* How full the window is. */
static void
measure(struct moment *m, const struct charge *c, const struct policy_window *w,
	uint64_t now_us)
{
	struct bucket_rate rate = { w->interval_us, w->burst };

	m->window = w;
	m->level = bucket_level(rate, c->full_us[w - c->window], now_us);
}

static bool
is_fuller(const struct moment *a, const struct moment *b)
{
	return b->limit < 0 || (uint64_t)a->level * b->window->burst >
			       (uint64_t)b->level * a->window->burst;
}

/* Of a message that was let through: the window that is nearest to refusing. */
static void
find_nearest(struct moment *m, const struct gate *g, uint64_t now_us)
{
	for (unsigned i = 0; i < g->plan.n; i++) {
		const struct charge *c = &g->charge[i];
		struct moment other = *m;

		other.limit = g->plan.limit[i];
		for (unsigned k = 0; k < c->n_windows && !c->is_observed; k++) {
			measure(&other, c, &c->window[k], now_us);
			if (is_fuller(&other, m))
				*m = other;
		}
	}
}

static void
find_refusing(struct moment *m, const struct gate *g, uint64_t now_us)
{
	m->limit = (int)g->limit;
	m->window = g->window;
	for (unsigned i = 0; i < g->plan.n; i++)
		if (g->plan.limit[i] == g->limit && g->cause != GATE_NEVER)
			measure(m, &g->charge[i], g->window, now_us);
}

static void
capture(struct moment *m, const struct gate *g, const struct stream *s,
	uint64_t now_us)
{
	*m = (struct moment){ .stream = s->source, .number = s->number,
			      .at_us = s->at_us, .cause = g->cause, .limit = -1,
			      .recipients = s->facts.recipients };
	if (g->cause == GATE_TAKEN)
		find_nearest(m, g, now_us);
	else if (g->cause == GATE_FROZEN)
		m->limit = (int)g->limit;
	else
		find_refusing(m, g, now_us);
	if (m->limit >= 0)
		policy_key_text(g->policy, (unsigned)m->limit, &s->facts, m->key,
				sizeof(m->key));
}

void
watch_message(struct watch *w, const struct gate *g, const struct stream *s,
	      enum ast_subject end, uint64_t now_us)
{
	if (end != AST_ACCEPTED && w->first_refusal.stream == NULL)
		capture(&w->first_refusal, g, s, now_us);
	if (watch_counts(w->bound->subject, end) &&
	    ++w->seen == watch_ordinal(w))
		capture(&w->broken, g, s, now_us);
}
