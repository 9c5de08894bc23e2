/*
 * parse_trial.c - trials: who sends, and what is expected of it.
 */
#include "parse.h"

#define TRIALS_MAX 1000
#define LINES_MAX 1000		/* of one trial */

static bool
is_at_part(const struct cursor *c)
{
	return c->now.kind == LEX_NUMBER || c->now.kind == LEX_CLOSE ||
	       c->now.kind == LEX_END || cursor_at_statement(c) ||
	       cursor_is_word(c, "expect") || cursor_is_word(c, "starting");
}

static bool
value(struct cursor *c, struct ast_given *g)
{
	if (c->now.is_first && is_at_part(c)) {
		cursor_unexpected(c, "a value");
		return false;
	}
	if (g->fact == POLICY_RECIPIENTS) {
		struct span at;

		return parse_number(c, "a number of recipients", &g->number, &at);
	}
	return parse_value(c, &g->value);
}

/* FACT value | header value; the word of the fact is taken. */
static bool
given(struct cursor *c, enum policy_fact fact, struct ast_given ***tail)
{
	struct ast_given *g = arena_alloc(c->arena, sizeof(*g));
	struct span from = c->last;

	if (g == NULL)
		return false;
	g->fact = fact;
	if (fact == POLICY_HEADER && !parse_header(c, &g->fact))
		return false;
	if (!value(c, g))
		return false;
	g->at = cursor_span(c, from);
	**tail = g;
	*tail = &g->next;
	return true;
}

/* A class or a fact: word i of words_who, which is taken. */
static bool
who_part(struct cursor *c, int i, struct ast_who *who,
	 struct ast_given ***tail)
{
	struct span at = c->last;

	if (who->at.len == 0)
		who->at = at;
	if (i >= POLICY_INBOUND + 1) {
		if (!given(c, (enum policy_fact)(i - POLICY_CLASSES), tail))
			return false;
	} else if (who->class != -1 && who->class != i) {
		diag_error(c->d, at, "mail is of one class: remove '%s', or write "
			   "a line of its own for it", words_who.list[i]);
		return false;
	} else {
		who->class = i;
	}
	who->at = cursor_span(c, who->at);
	return true;
}

/* stream -> rate "for" time [ class ] { FACT value } */
static bool
stream(struct cursor *c, struct ast_stream ***tail)
{
	struct ast_stream *s = arena_alloc(c->arena, sizeof(*s));
	struct ast_given **given_tail;
	struct span from = c->now.at;
	struct ast_window w;

	if (s == NULL || !parse_rate(c, &w))
		return false;
	if (w.unit != POLICY_MESSAGES) {
		diag_error(c->d, w.at, "a trial sends messages: write how many "
			   "recipients each has behind it, as 'recipients 5'");
		return false;
	}
	if (!cursor_expect_word(c, "for", "'for' and a time, as in '5 "
				"messages/minute for 10 minutes'") ||
	    !parse_duration(c, &s->for_us))
		return false;
	s->count = w.count;
	s->period_us = w.period_us;
	s->at = cursor_span(c, from);
	s->who.class = -1;
	given_tail = &s->who.given;
	while (!is_at_part(c)) {
		int i = cursor_choose(c, &words_who);

		if (i == -1 || !who_part(c, i, &s->who, &given_tail))
			return false;
	}
	**tail = s;
	*tail = &s->next;
	return true;
}

static int
relation(enum lex_kind kind)
{
	switch (kind) {
	case LEX_EQUAL: return AST_EQ;
	case LEX_BELOW: return AST_LT;
	case LEX_ABOVE: return AST_GT;
	case LEX_AT_MOST: return AST_LE;
	case LEX_AT_LEAST: return AST_GE;
	default: return -1;
	}
}

/* bound -> RESULT relation NUMBER | "first" "refusal" relation time; its first
 * word is taken. */
static bool
bound(struct cursor *c, enum ast_subject subject, struct ast_bound ***tail)
{
	struct ast_bound *b = arena_alloc(c->arena, sizeof(*b));
	struct span from = c->last, at;
	int i;

	if (b == NULL || (subject == AST_FIRST_REFUSAL &&
	    !cursor_expect_word(c, "refusal", "'refusal' after 'first'")))
		return false;
	i = relation(c->now.kind);
	if (i == -1) {
		cursor_unexpected(c, "'=', '<', '>', '<=' or '>='");
		return false;
	}
	if (parse_is_odd_relation(c, cursor_take(c)))
		return false;
	b->subject = subject;
	b->relation = (enum ast_relation)i;
	if (subject == AST_FIRST_REFUSAL ? !parse_duration(c, &b->number) :
	    !parse_number(c, "a number of messages", &b->number, &at))
		return false;
	b->at = cursor_span(c, from);
	**tail = b;
	*tail = &b->next;
	return true;
}

/* bound { "," bound }; subject is the first word, which is taken. */
static bool
bounds(struct cursor *c, int subject, struct ast_expect *e)
{
	struct ast_bound **tail = &e->bounds;
	bool is_bound;

	do {
		if (subject == -1 || !bound(c, (enum ast_subject)subject, &tail))
			return false;
		is_bound = c->now.kind == LEX_WORD &&
			   words_find(&words_subjects, c->now.text) != -1;
		if (!cursor_comma(c, is_bound))
			return true;
		subject = cursor_choose(c, &words_subjects);
	} while (true);
}

/* expect -> "expect" [ class ] { FACT value } bounds */
static bool
expect(struct cursor *c, struct ast_expect ***tail)
{
	struct ast_expect *e = arena_alloc(c->arena, sizeof(*e));
	struct ast_given **given_tail;
	struct span from = c->last;
	int i;

	if (e == NULL)
		return false;
	e->who.class = -1;
	given_tail = &e->who.given;
	while ((i = cursor_choose(c, &words_expect)) >= WORDS_SUBJECTS)
		if (!who_part(c, i - WORDS_SUBJECTS, &e->who, &given_tail))
			return false;
	if (!bounds(c, i, e))
		return false;
	e->at = cursor_span(c, from);
	**tail = e;
	*tail = &e->next;
	return true;
}

/* starting -> "starting" DAY CLOCK */
static bool
starting(struct cursor *c, struct ast_trial *t, struct span at)
{
	int day = parse_day(c);

	if (t->has_start)
		diag_error(c->d, at, "'starting' is already given: a trial begins "
			   "once");
	if (day == -1)
		return false;
	if (c->now.kind != LEX_WORD || !parse_clock(c->now.text, &t->minute) ||
	    t->minute >= 24 * 60) {
		cursor_unexpected(c, "a time of day, as in 'starting sunday "
				  "03:00'");
		return false;
	}
	cursor_take(c);
	t->weekday = (unsigned)day;
	t->has_start = true;
	return true;
}

/* To the next line that begins with a part of a trial, or its end. */
static void
resync(struct cursor *c, unsigned depth)
{
	while (c->now.kind != LEX_END && c->depth >= depth &&
	       !cursor_at_statement(c)) {
		if (c->depth == depth && (c->now.kind == LEX_CLOSE ||
		    (c->now.is_first && is_at_part(c))))
			break;
		cursor_take(c);
	}
}

/* Tails of the lists of a trial. */
struct tails {
	struct ast_stream **stream;
	struct ast_expect **expect;
};

static bool
part(struct cursor *c, struct ast_trial *t, struct tails *tails)
{
	if (c->now.kind == LEX_NUMBER)
		return stream(c, &tails->stream);
	switch (cursor_choose(c, &words_trial)) {
	case 0:
		return starting(c, t, c->last);
	case 1:
		return expect(c, &tails->expect);
	default:
		return false;
	}
}

/* Each stream is compared with each `expect`. */
static bool
count_line(struct cursor *c, const struct ast_trial *t, unsigned *n)
{
	if (++*n <= LINES_MAX)
		return true;
	diag_error(c->d, t->name.at, "too many lines in this trial; the limit is "
		   "%d: make two of it", LINES_MAX);
	cursor_skip_statement(c);
	return false;
}

/* { part } "}"; false: some could not be read. */
static bool
parts(struct cursor *c, struct ast_trial *t, struct span open)
{
	struct tails tails = { &t->streams, &t->expects };
	unsigned depth = c->depth, lines = 0;
	bool is_whole = true;

	while (!cursor_accept(c, LEX_CLOSE)) {
		if (cursor_block_is_open(c, open) || !count_line(c, t, &lines)) {
			is_whole = false;
			break;
		}
		if (!part(c, t, &tails)) {
			is_whole = false;
			resync(c, depth);
		}
	}
	c->depth = 0;
	return is_whole;
}

/* trial -> "trial" STRING "{" [ starting ] { stream } { expect } "}" */
void
parse_trial(struct parser *p)
{
	struct cursor *c = &p->c;
	struct ast_trial *t = arena_alloc(c->arena, sizeof(*t));
	struct span open;

	if (t == NULL || !cursor_text(c, "the name of a trial", &t->name)) {
		cursor_skip_statement(c);
		return;
	}
	t->weekday = 1;
	open = c->now.at;
	if (!cursor_expect(c, LEX_OPEN, "'{'")) {
		cursor_skip_statement(c);
		return;
	}
	/* Half a trial would be wrong in ways that its author never wrote. */
	if (!parts(c, t, open) ||
	    !parse_count(p, &p->n_trials, TRIALS_MAX, t->name.at, "trials"))
		return;
	*p->trial_tail = t;
	p->trial_tail = &t->next;
}
