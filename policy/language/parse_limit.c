/*
 * parse_limit.c - limits and exemptions.
 */
#include "parse.h"

#include "block.h"

static bool
is_class(const struct cursor *c)
{
	return c->now.kind == LEX_WORD &&
	       words_find(&words_classes, c->now.text) != -1;
}

static unsigned
class_mask(int class)
{
	return class != WORDS_OUTBOUND ? 1u << class : 1u << POLICY_LOCAL |
	       1u << POLICY_AUTHENTICATED | 1u << POLICY_RELAYED;
}

/* class { "," class } */
static bool
classes(struct cursor *c, struct ast_limit *l)
{
	struct span from = c->now.at;

	l->classes = 0;
	do {
		int class = cursor_choose(c, &words_classes);

		if (class == -1)
			return false;
		l->classes |= class_mask(class);
		l->classes_at = cursor_span(c, from);
	} while (cursor_comma(c, is_class(c)));
	return true;
}

/* Reports what may be meant as a condition, or as one more class. */
static bool
is_odd_after_mail(struct cursor *c)
{
	if (cursor_is_word(c, "if") || cursor_is_word(c, "where") ||
	    cursor_is_word(c, "unless"))
		diag_error(c->d, c->now.at, "a condition begins with 'when', or "
			   "with 'when not'");
	else if (c->now.kind == LEX_COMMA || cursor_is_word(c, "and") ||
		 cursor_is_word(c, "or"))
		diag_error(c->d, c->now.at, "all classes stand before 'mail', as "
			   "in 'for local, relayed mail', and a condition "
			   "behind 'when'");
	else
		return false;
	return true;
}

/* "when" or */
static bool
when(struct cursor *c, struct ast_limit *l)
{
	l->when = parse_expr(c);
	if (l->when == NULL)
		return false;
	if (c->now.kind == LEX_COMMA) {
		diag_error(c->d, c->now.at, "tests are joined by 'and' or 'or', not "
			   "by ','");
		return false;
	}
	if (c->now.kind != LEX_WORD ||
	    words_find(&words_facts, c->now.text) == -1)
		return true;
	diag_error(c->d, c->now.at, "'and' or 'or' is missing before '%.*s'",
		   QUOTE(c->now.text));
	return false;
}

/* for -> "for" class { "," class } "mail" [ "when" or ] */
static bool
for_clause(struct cursor *c, struct ast_limit *l)
{
	if (!classes(c, l) ||
	    !cursor_expect_word(c, "mail", "',' or 'mail' after a class"))
		return false;
	if (cursor_accept_word(c, "when"))
		return when(c, l);
	return !is_odd_after_mail(c);
}

/* PERCENT: `80%` */
static bool
percent(struct cursor *c, uint64_t *n)
{
	struct token t = c->now;

	*n = 0;
	if (t.kind == LEX_NUMBER && !t.is_doubtful) {
		cursor_take(c);
		if (cursor_is_word(c, "%"))
			cursor_take(c);
		diag_error(c->d, cursor_span(c, t.at), "expected how full the "
			   "bucket is, in one word: write '%.*s%%'",
			   QUOTE(t.text));
		return false;
	}
	for (size_t i = 0; t.kind == LEX_WORD && i < t.text.len; i++) {
		if (t.text.p[i] == '%' && i > 0 && i + 1 == t.text.len) {
			cursor_take(c);
			return true;
		}
		if (t.text.p[i] < '0' || t.text.p[i] > '9' || i > 8)
			break;
		*n = *n * 10 + (uint64_t)(t.text.p[i] - '0');
	}
	cursor_unexpected(c, "how full the bucket is, as in 'warn at 80%'");
	return false;
}

/* warn -> "warn" "at" PERCENT */
static bool
warn_clause(struct cursor *c, struct ast_limit *l)
{
	struct span from = c->last;

	if (!cursor_expect_word(c, "at", "'at' after 'warn', as in 'warn at 80%'") ||
	    !percent(c, &l->warn_percent))
		return false;
	l->warn_at = cursor_span(c, from);
	return true;
}

/* N "refusals" "in" time */
static bool
strikes(struct cursor *c, struct ast_window *w)
{
	struct span from = c->now.at;

	if (!parse_number(c, "a number, as in 'freeze after 200 refusals in 10 "
			  "minutes'", &w->count, &w->count_at))
		return false;
	if (!cursor_accept_word(c, "refusals") &&
	    !cursor_expect_word(c, "refusal", "'refusals' after the number"))
		return false;
	if (!cursor_expect_word(c, "in", "'in' and a time, as in 'freeze after "
				"200 refusals in 10 minutes'") ||
	    !parse_duration(c, &w->period_us))
		return false;
	w->unit = POLICY_MESSAGES;
	w->burst = w->count;
	w->burst_at = w->count_at;
	w->at = cursor_span(c, from);
	return true;
}

/* freeze -> "freeze" "after" N "refusals" "in" time [ "for" time ] */
static bool
freeze_clause(struct cursor *c, struct ast_limit *l)
{
	struct ast_window *w = arena_alloc(c->arena, sizeof(*w));
	struct span from = c->last;

	if (w == NULL ||
	    !cursor_expect_word(c, "after", "'after' after 'freeze', as in "
				"'freeze after 200 refusals in 10 minutes'") ||
	    !strikes(c, w))
		return false;
	l->freeze_us = 0;
	l->strikes = w;
	/* At the beginning of a line it is the clause of that name. */
	if (!cursor_at_clause(c) && cursor_accept_word(c, "for")) {
		l->freeze_for_at = c->now.at;
		if (!parse_duration(c, &l->freeze_us))
			return false;
		l->freeze_for_at = cursor_span(c, l->freeze_for_at);
	}
	l->freeze_at = cursor_span(c, from);
	return true;
}

static bool
clause(struct cursor *c, int kind, struct ast_limit *l)
{
	switch (kind) {
	case CLAUSE_FOR:
		return for_clause(c, l);
	case CLAUSE_BY:
		return parse_keys(c, &l->by);
	case CLAUSE_ALLOW:
		return parse_windows(c, &l->allow);
	case CLAUSE_WARN:
		return warn_clause(c, l);
	case CLAUSE_FREEZE:
		return freeze_clause(c, l);
	default:
		return parse_answer(c, &l->otherwise);
	}
}

static void
check_missing(struct cursor *c, const struct block *b, struct ast_limit *l)
{
	static const char *const examples[CLAUSES] = {
		[CLAUSE_FOR] = "for local mail",
		[CLAUSE_ALLOW] = "allow 100 messages/hour",
		[CLAUSE_ELSE] = "else hold",
	};

	for (int i = 0; i < CLAUSES; i++) {
		if (b->seen[i].len != 0 || examples[i] == NULL)
			continue;
		diag_error(c->d, l->name.at, "%s '%.*s' has no '%s': add one, as "
			   "in '%s'", l->kind == POLICY_LIMIT ? "limit" :
			   "exemption", QUOTE(l->name.text),
			   words_clauses.list[i], examples[i]);
		l->is_broken = true;
	}
}

/* clauses -> "{" { for | by | allow | warn | else | freeze } "}" */
static bool
clauses(struct cursor *c, struct ast_limit *l)
{
	struct block b;
	int kind;

	if (!block_open(c, &words_clauses, &b))
		return false;
	while ((kind = block_clause(c, &b)) != -1)
		if (!clause(c, kind, l))
			block_failed(c, &b);
	l->is_broken = b.is_broken;
	if (!b.is_broken)
		check_missing(c, &b, l);
	return true;
}

/* `limit web host {` */
static void
check_one_word(struct cursor *c, struct ast_word name)
{
	struct token t = c->now;

	if ((t.kind != LEX_WORD && t.kind != LEX_NUMBER) || t.is_first ||
	    t.is_doubtful || words_find(&words_clauses, t.text) != -1)
		return;
	cursor_take(c);
	diag_error(c->d, cursor_span(c, name.at), "a name is one word: write "
		   "'%.*s-%.*s'", QUOTE(name.text), QUOTE(t.text));
}

/* NAME clauses */
struct ast_limit *
parse_limit(struct parser *p, enum policy_kind kind)
{
	struct cursor *c = &p->c;
	struct ast_limit *l = arena_alloc(c->arena, sizeof(*l));
	const char *what = kind == POLICY_LIMIT ? "limit" : "exemption";

	if (l == NULL || !cursor_name(c, what, &l->name))
		return NULL;
	l->kind = kind;
	check_one_word(c, l->name);
	if (!clauses(c, l) ||
	    !parse_count(p, &p->n_limits, AST_LIMITS_MAX, l->name.at,
			 "limits and exemptions"))
		return NULL;
	return l;
}
