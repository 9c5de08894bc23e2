/*
 * streams.c - messages evenly spaced, merged by their times.
 *
 * The k-th message of a stream is sent at k * period / count, rounded down,
 * which is reckoned step by step: a product of these would not fit.
 */
#include "streams.h"

#include <stdio.h>
#include <string.h>

#include "../facts.h"
#include "../identity/identity.h"

#define MINUTE_US UINT64_C(60000000)
#define DAY_MINUTES 1440
#define MONDAY 1

/* What is sent where nothing is said of it, though all mail has one. */
#define ANY_SENDER "somebody@trial.invalid"
#define ANY_LISTENER "smtpd"
static const struct policy_address any_client = { 4, { 192, 0, 2, 1 } };

/* A fact with a * in it. */
struct wildcard {
	struct wildcard *next;
	enum policy_fact fact;
	struct policy_text pattern;
	char text[IDENTITY_MAX + 1];
};

static struct policy_text
text_of(const char *s)
{
	return (struct policy_text){ s, strlen(s) };
}

static void
set_text(struct policy_facts *f, enum policy_fact fact, struct policy_text t)
{
	f->text[fact] = t;
	if (fact == POLICY_SENDER)
		f->text[POLICY_DOMAIN] = identity_domain_of(t.p, t.len);
}

static struct policy_text
fill_in(struct wildcard *w, uint64_t number)
{
	char digits[21];
	size_t n = (size_t)snprintf(digits, sizeof(digits), "%llu",
				    (unsigned long long)number);
	size_t len = 0;

	for (size_t i = 0; i < w->pattern.len; i++) {
		bool is_star = w->pattern.p[i] == '*';
		size_t part = is_star ? n : 1;

		if (part > IDENTITY_MAX - len)
			return text_of(IDENTITY_INVALID);
		memcpy(w->text + len, is_star ? digits : w->pattern.p + i, part);
		len += part;
	}
	return (struct policy_text){ w->text, len };
}

static void
set_facts(const struct ast_trial *trial, struct stream *s)
{
	uint64_t start = trial->has_start ?
		trial->weekday * DAY_MINUTES + trial->minute :
		MONDAY * DAY_MINUTES;
	uint64_t minute = start + s->at_us / MINUTE_US;

	s->facts.minute = (uint16_t)(minute % DAY_MINUTES);
	s->facts.weekday = (uint8_t)(minute / DAY_MINUTES % 7);
	for (struct wildcard *w = s->wildcards; w != NULL; w = w->next)
		set_text(&s->facts, w->fact, fill_in(w, s->number));
}

static void
give_text(struct stream *s, const struct ast_given *g, struct arena *a)
{
	struct policy_text t = g->value.word.text;
	struct wildcard *w;

	set_text(&s->facts, g->fact, t);
	if (memchr(t.p, '*', t.len) == NULL)
		return;
	w = arena_alloc(a, sizeof(*w));
	if (w == NULL)
		return;
	*w = (struct wildcard){ .next = s->wildcards, .fact = g->fact,
				.pattern = t };
	s->wildcards = w;
}

static void
init(struct stream *s, const struct ast_stream *source, struct arena *a)
{
	const struct ast_who *who = &source->who;

	s->source = source;
	s->facts.class = (enum policy_class)who->class;
	s->facts.recipients = 1;
	set_text(&s->facts, POLICY_SENDER, text_of(ANY_SENDER));
	set_text(&s->facts, POLICY_LISTENER, text_of(ANY_LISTENER));
	if (s->facts.class != POLICY_LOCAL)
		s->facts.client = any_client;
	for (const struct ast_given *g = who->given; g != NULL; g = g->next)
		if (g->fact == POLICY_CLIENT)
			s->facts.client = g->value.net;
		else if (g->fact == POLICY_RECIPIENTS)
			s->facts.recipients = (uint32_t)g->number;
		else
			give_text(s, g, a);
}

bool
streams_init(struct streams *s, const struct ast_trial *trial, struct arena *a)
{
	size_t n = 0;

	for (const struct ast_stream *i = trial->streams; i != NULL; i = i->next)
		n++;
	*s = (struct streams){ .trial = trial };
	s->stream = arena_alloc(a, n * sizeof(*s->stream));
	s->queue = arena_alloc(a, n * sizeof(struct stream *));
	if (s->stream == NULL || s->queue == NULL)
		return false;
	for (const struct ast_stream *i = trial->streams; i != NULL; i = i->next)
		init(&s->stream[s->n++], i, a);
	streams_rewind(s);
	return !arena_is_full(a);
}

/* All at once, in the order of the file: that is a heap. */
void
streams_rewind(struct streams *s)
{
	for (size_t i = 0; i < s->n; i++) {
		s->stream[i].number = 1;
		s->stream[i].at_us = s->stream[i].rest = 0;
		s->queue[i] = &s->stream[i];
	}
	s->n_queue = s->n;
}

struct stream *
streams_first(struct streams *s)
{
	if (s->n_queue == 0)
		return NULL;
	set_facts(s->trial, s->queue[0]);
	return s->queue[0];
}

static bool
is_before(const struct stream *a, const struct stream *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a < b;
}

/* The first has changed: to its place in the heap. */
static void
sift(struct streams *s)
{
	struct stream *moved = s->queue[0];
	size_t at = 0, child = 1;

	for (; child < s->n_queue; child = 2 * at + 1) {
		if (child + 1 < s->n_queue &&
		    is_before(s->queue[child + 1], s->queue[child]))
			child++;
		if (!is_before(s->queue[child], moved))
			break;
		s->queue[at] = s->queue[child];
		at = child;
	}
	s->queue[at] = moved;
}

void
streams_advance(struct streams *s)
{
	struct stream *first = s->queue[0];
	const struct ast_stream *source = first->source;

	first->number++;
	first->at_us += source->period_us / source->count;
	first->rest += source->period_us % source->count;
	if (first->rest >= source->count) {
		first->rest -= source->count;
		first->at_us++;
	}
	if (first->at_us >= source->for_us)
		s->queue[0] = s->queue[--s->n_queue];
	if (s->n_queue > 0)
		sift(s);
}
