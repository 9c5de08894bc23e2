/*
 * parse_limit.c - the clauses of a limit.
 */
#include "parse.h"

#include <string.h>

static struct span
span_to_last(const struct cursor *c, struct span from)
{
	return (struct span){ from.at, c->last.at + c->last.len - from.at };
}

/* The part of a token's text from p on. */
static struct span
span_part(struct token t, struct policy_text part)
{
	return (struct span){ t.at.at + (uint32_t)(part.p - t.text.p),
			      (uint32_t)part.len };
}

/* Cuts the text at the first slash; false, and all in head: there is none. */
static bool
split(struct policy_text text, struct policy_text *head,
      struct policy_text *rest)
{
	const char *slash = memchr(text.p, '/', text.len);

	*head = text;
	*rest = (struct policy_text){ text.p + text.len, 0 };
	if (slash == NULL)
		return false;
	head->len = (size_t)(slash - text.p);
	*rest = (struct policy_text){ slash + 1, text.len - head->len - 1 };
	return true;
}

/* for -> CLASS { "," CLASS } "mail" [ "when" expr ] */
static bool
for_clause(struct cursor *c, struct ast_limit *l)
{
	struct span from = c->now.at;

	l->classes = 0;
	do {
		int class = cursor_choose(c, &words_classes);

		if (class == -1)
			return false;
		l->classes |= class != WORDS_OUTBOUND ? 1u << class :
			      1u << POLICY_LOCAL | 1u << POLICY_AUTHENTICATED |
			      1u << POLICY_RELAYED;
	} while (cursor_accept(c, LEX_COMMA));
	l->classes_at = span_to_last(c, from);
	if (!cursor_accept_word(c, "mail")) {
		cursor_unexpected(c, "',' or 'mail' after a class");
		return false;
	}
	if (!cursor_accept_word(c, "when"))
		return true;
	l->when = parse_expr(c);
	return l->when != NULL;
}

static unsigned
small_number(struct policy_text text)
{
	unsigned n = 0;

	if (text.len == 0 || text.len > 3)
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return 0;
		n = n * 10 + (unsigned)(text.p[i] - '0');
	}
	return n;
}

/* What follows `client/`: P, or 4:P. */
static bool
key_prefix(struct cursor *c, struct token t, struct policy_text prefix,
	   struct ast_key *key)
{
	bool is_4 = prefix.len >= 2 && memcmp(prefix.p, "4:", 2) == 0;
	unsigned max = is_4 ? 32 : 128, bits;

	if (is_4) {
		prefix.p += 2;
		prefix.len -= 2;
	}
	bits = small_number(prefix);
	if (bits == 0 || bits > max) {
		struct span at = span_part(t, prefix);

		diag_error(c->d, at.len != 0 ? at : t.at,
			   "expected a prefix of 1 to %u bits, as in 'client/%s'",
			   max, is_4 ? "4:24" : "64");
		return false;
	}
	*(is_4 ? &key->prefix4 : &key->prefix6) = (uint8_t)bits;
	return true;
}

/* key -> FACT | "client" "/" [ "4" ":" ] BITS */
static bool
key(struct cursor *c, struct ast_key *k)
{
	struct policy_text word, prefix;
	struct token t = c->now;
	bool has_prefix;
	int fact;

	if (t.kind != LEX_WORD || cursor_at_clause(c)) {
		cursor_unexpected(c, "a fact, as in 'by login'");
		return false;
	}
	cursor_take(c);
	has_prefix = split(t.text, &word, &prefix);
	fact = cursor_find(c, &words_facts, word, span_part(t, word));
	if (fact == -1)
		return false;
	*k = (struct ast_key){ .at = t.at, .fact = (enum policy_fact)fact,
			       .prefix4 = 32, .prefix6 = 64 };
	if (has_prefix && fact != POLICY_CLIENT) {
		diag_error(c->d, t.at, "only 'client' has a prefix: write '%s'",
			   words_facts.list[fact]);
		return false;
	}
	if (has_prefix && !key_prefix(c, t, prefix, k))
		return false;
	return !cursor_is_later(c, "or", "by FACT or NAME");
}

/* by -> key { "," key } */
static bool
by_clause(struct cursor *c, struct ast_limit *l)
{
	struct ast_key **tail = &l->by, k, *kept;

	*tail = NULL;
	do {
		if (!key(c, &k))
			return false;
		kept = arena_copy(c->arena, &k, sizeof(k));
		if (kept == NULL)
			return false;
		*tail = kept;
		tail = &kept->next;
	} while (cursor_accept(c, LEX_COMMA));
	return true;
}

static bool
number(struct cursor *c, const char *expected, uint64_t *n, struct span *at)
{
	*n = c->now.number;
	*at = c->now.at;
	return cursor_expect(c, LEX_NUMBER, expected);
}

/* period -> "/" PERIOD | "per" [ N ] PERIOD */
static bool
period(struct cursor *c, bool has_slash, struct token unit,
       struct policy_text word, uint64_t *period_us)
{
	uint64_t n = 1;
	int i;

	if (has_slash) {
		i = cursor_find(c, &words_periods, word, word.len != 0 ?
				span_part(unit, word) : unit.at);
	} else {
		if (!cursor_accept_word(c, "per")) {
			cursor_unexpected(c, "'/' or 'per' and a period, as in "
					  "'100 messages/hour'");
			return false;
		}
		if (c->now.kind == LEX_NUMBER)
			n = cursor_take(c).number;
		i = cursor_choose(c, &words_periods);
	}
	if (i == -1)
		return false;
	*period_us = words_period_us[i % 4];
	*period_us = n > UINT64_MAX / *period_us ? UINT64_MAX : n * *period_us;
	return true;
}

/* window -> N UNIT period [ "burst" N ] */
static bool
window(struct cursor *c, struct ast_window *w)
{
	struct span from = c->now.at;
	struct policy_text word, rest;
	struct token t;
	bool has_slash;
	int unit;

	*w = (struct ast_window){ 0 };
	if (!number(c, "a number, as in '100 messages/hour'", &w->count,
		    &w->count_at))
		return false;
	t = c->now;
	if (t.kind != LEX_WORD) {
		cursor_unexpected(c, "'messages' or 'recipients'");
		return false;
	}
	cursor_take(c);
	has_slash = split(t.text, &word, &rest);
	unit = cursor_find(c, &words_units, word,
			   word.len != 0 ? span_part(t, word) : t.at);
	if (unit == -1 || !period(c, has_slash, t, rest, &w->period_us))
		return false;
	w->unit = (enum policy_unit)(unit % 2);
	w->burst = w->count;
	w->burst_at = w->count_at;
	w->has_burst = cursor_accept_word(c, "burst");
	if (w->has_burst && !number(c, "a number after 'burst'", &w->burst,
				    &w->burst_at))
		return false;
	w->at = span_to_last(c, from);
	return true;
}

/* allow -> window { "," window } */
static bool
allow_clause(struct cursor *c, struct ast_limit *l)
{
	struct ast_window **tail = &l->allow, w, *kept;

	*tail = NULL;
	do {
		if (!window(c, &w))
			return false;
		kept = arena_copy(c->arena, &w, sizeof(w));
		if (kept == NULL)
			return false;
		*tail = kept;
		tail = &kept->next;
	} while (cursor_accept(c, LEX_COMMA));
	if (c->now.kind != LEX_NUMBER)
		return true;
	cursor_unexpected(c, "',' before the next window");
	return false;
}

static bool
clause(struct cursor *c, int kind, struct ast_limit *l)
{
	switch (kind) {
	case CLAUSE_FOR:
		return for_clause(c, l);
	case CLAUSE_BY:
		return by_clause(c, l);
	case CLAUSE_ALLOW:
		return allow_clause(c, l);
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
		diag_error(c->d, l->name.at, "limit '%.*s' has no '%s': add one, "
			   "as in '%s'", QUOTE(l->name.text),
			   words_clauses.list[i], examples[i]);
		l->is_broken = true;
	}
}

/* clauses -> "{" { "for" for | "by" by | "allow" allow | "else" answer } "}" */
bool
parse_limit(struct cursor *c, struct ast_limit *l)
{
	struct block b;
	int kind;

	if (!cursor_open(c, &words_clauses, &b))
		return false;
	while ((kind = cursor_clause(c, &b)) != -1)
		if (!clause(c, kind, l))
			cursor_clause_failed(c, &b);
	l->is_broken = b.is_broken;
	if (!b.is_broken)
		check_missing(c, &b, l);
	c->depth = 0;
	return true;
}
