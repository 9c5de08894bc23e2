/*
 * trial.c - runs the trials of a policy, and looks at what is expected.
 */
#include "trial.h"

#include "../check/check_who.h"
#include "trial_report.h"

/* Any time, but not 0. */
#define BEGINNING_US UINT64_C(1000000000000000)

/* What became of the messages of one stream. */
struct tally {
	uint64_t n[AST_FROZEN + 1];
	uint64_t first_refusal_us;	/* WATCH_NONE: all were accepted */
	uint32_t watched;		/* bit i: watch[i] is about it */
};

_Static_assert(DIAG_MAX <= 32, "a bit for each watch");

struct trial {
	const struct ast_trial *source;
	const struct policy *policy;
	struct streams streams;
	struct tally *tally;		/* of each stream */
	struct watch watch[DIAG_MAX];
	unsigned n_watches;
};

static void
count(struct tally *y, const struct stream *s, enum ast_subject end)
{
	y->n[end]++;
	if (end != AST_ACCEPTED && y->first_refusal_us == WATCH_NONE)
		y->first_refusal_us = s->at_us;
}

static void
pass(struct trial *t, struct gate *g, const struct stream *s)
{
	struct tally *y = &t->tally[s - t->streams.stream];
	uint64_t now_us = BEGINNING_US + s->at_us;
	enum ast_subject end = gate_pass(g, &s->facts, now_us);

	count(y, s, end);
	for (unsigned i = 0; i < t->n_watches; i++)
		if ((y->watched >> i & 1) != 0)
			watch_message(&t->watch[i], g, s, end, now_us);
}

/* From the beginning to the end, on empty counters. False: out of memory. */
static bool
play(struct trial *t)
{
	struct gate g = { .policy = t->policy, .table = table_new() };
	struct stream *s;

	g.is_full = g.table == NULL;
	streams_rewind(&t->streams);
	for (size_t i = 0; i < t->streams.n; i++)
		t->tally[i] = (struct tally){ .first_refusal_us = WATCH_NONE,
					      .watched = t->tally[i].watched };
	while (!g.is_full && (s = streams_first(&t->streams)) != NULL) {
		pass(t, &g, s);
		streams_advance(&t->streams);
	}
	table_free(g.table);
	return !g.is_full;
}

static uint64_t
sum(const struct tally *y, enum ast_subject subject)
{
	uint64_t n = 0;

	for (int end = AST_ACCEPTED; end <= AST_FROZEN; end++)
		if (watch_counts(subject, (enum ast_subject)end))
			n += y->n[end];
	return n;
}

static bool
is_about(const struct trial *t, const struct ast_expect *e, size_t i)
{
	return check_is_about(&e->who, &t->streams.stream[i].source->who);
}

/* What came of all streams that it is about. */
static uint64_t
outcome(const struct trial *t, const struct ast_expect *e,
	enum ast_subject subject)
{
	uint64_t n = 0, first_us = WATCH_NONE;

	for (size_t i = 0; i < t->streams.n; i++) {
		const struct tally *y = &t->tally[i];

		if (!is_about(t, e, i))
			continue;
		n += sum(y, subject);
		if (y->first_refusal_us < first_us)
			first_us = y->first_refusal_us;
	}
	return subject == AST_FIRST_REFUSAL ? first_us : n;
}

static void
watch(struct trial *t, const struct ast_expect *e, const struct ast_bound *b,
      uint64_t got)
{
	unsigned bit = t->n_watches;

	if (bit == DIAG_MAX)
		return;
	watch_init(&t->watch[bit], b, got);
	for (size_t i = 0; i < t->streams.n; i++)
		if (is_about(t, e, i))
			t->tally[i].watched |= UINT32_C(1) << bit;
	t->n_watches++;
}

static void
judge(struct trial *t)
{
	const struct ast_expect *e = t->source->expects;
	const struct ast_bound *b;

	for (; e != NULL; e = e->next)
		for (b = e->bounds; b != NULL; b = b->next) {
			uint64_t got = outcome(t, e, b->subject);

			if (!watch_holds(b, got))
				watch(t, e, b, got);
		}
}

/* False: out of memory. */
static bool
run(struct trial *t, struct arena *a)
{
	if (!streams_init(&t->streams, t->source, a))
		return false;
	t->tally = arena_alloc(a, t->streams.n * sizeof(*t->tally));
	if (t->tally == NULL || !play(t))
		return false;
	judge(t);
	return t->n_watches == 0 || play(t);
}

void
trial_run(const struct ast_policy *tree, const struct policy *p,
	  struct arena *a, struct diags *d)
{
	const struct ast_trial *i = tree->trials;

	for (; i != NULL && diags_errors(d) < DIAG_MAX; i = i->next) {
		struct trial t = { .source = i, .policy = p };

		if (!run(&t, a)) {
			diag_error(d, i->name.at, "out of memory: this trial is too "
				   "large, let its streams be shorter");
			return;
		}
		for (unsigned k = 0; k < t.n_watches; k++)
			trial_report(&t.watch[k], tree, p, d);
		diags_tried(d);
	}
}
