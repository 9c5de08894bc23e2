/*
 * cursor.c - the parser's place in the text.
 */
#include "cursor.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define EXPECTED_MAX 256

void
cursor_init(struct cursor *c, const char *text, size_t len, uint32_t base)
{
	lex_init(&c->lex, text, len, base, c->d);
	c->now = lex_next(&c->lex);
	c->last = (struct span){ base, 0 };
	c->depth = 0;
}

struct token
cursor_take(struct cursor *c)
{
	struct token t = c->now;

	if (t.kind == LEX_OPEN)
		c->depth++;
	else if (t.kind == LEX_CLOSE && c->depth > 0)
		c->depth--;
	c->last = t.at;
	c->is_doubtful = t.is_doubtful;
	if (diags_errors(c->d) >= DIAG_MAX)
		c->lex.pos = c->lex.len;
	c->now = lex_next(&c->lex);
	return t;
}

bool
cursor_accept(struct cursor *c, enum lex_kind kind)
{
	if (c->now.kind != kind)
		return false;
	cursor_take(c);
	return true;
}

bool
cursor_is_word(const struct cursor *c, const char *word)
{
	return c->now.kind == LEX_WORD && words_equal(c->now.text, word);
}

/* `WHEN` can mean nothing else. */
static bool
is_word_in_capitals(const struct cursor *c, const char *word)
{
	struct policy_text t = c->now.text;

	return c->now.kind == LEX_WORD && t.len == strlen(word) &&
	       strncasecmp(t.p, word, t.len) == 0;
}

bool
cursor_accept_word(struct cursor *c, const char *word)
{
	if (!cursor_is_word(c, word)) {
		if (!is_word_in_capitals(c, word))
			return false;
		diag_error(c->d, c->now.at, "unknown word '%.*s': did you mean "
			   "'%s'?", QUOTE(c->now.text), word);
	}
	cursor_take(c);
	return true;
}

struct span
cursor_span(const struct cursor *c, struct span from)
{
	return (struct span){ from.at, c->last.at + c->last.len - from.at };
}

static void
unexpected_here(struct cursor *c, const char *expected)
{
	if (c->now.is_doubtful)
		return;
	if (c->now.kind == LEX_END) {
		/* Nor do the blocks around it end. */
		c->unclosed_at = c->now.at.at + 1;
		diag_error(c->d, c->now.at, "expected %s, but the file ends here",
			   expected);
	}
	else if (c->now.kind == LEX_STRING)
		diag_error(c->d, c->now.at, "expected %s, not a text in quotes",
			   expected);
	else
		diag_error(c->d, c->now.at, "expected %s, not '%.*s'", expected,
			   QUOTE(c->now.text));
}

void
cursor_unexpected(struct cursor *c, const char *expected)
{
	struct span behind = { c->last.at + c->last.len, 0 };

	if (!c->now.is_first || c->now.is_doubtful || c->now.kind == LEX_END ||
	    c->last.len == 0)
		unexpected_here(c, expected);
	else
		diag_error(c->d, behind, "expected %s, but the line ends here",
			   expected);
}

bool
cursor_expect(struct cursor *c, enum lex_kind kind, const char *expected)
{
	if (cursor_accept(c, kind))
		return true;
	cursor_unexpected(c, expected);
	return false;
}

bool
cursor_expect_word(struct cursor *c, const char *word, const char *expected)
{
	struct token t = c->now;

	if (cursor_accept_word(c, word))
		return true;
	if (t.kind != LEX_WORD || t.is_doubtful || cursor_at_clause(c) ||
	    diag_nearest(t.text.p, t.text.len, &word, 1) == NULL) {
		cursor_unexpected(c, expected);
		return false;
	}
	diag_error(c->d, t.at, "unknown word '%.*s': did you mean '%s'?",
		   QUOTE(t.text), word);
	cursor_take(c);
	return true;
}

bool
cursor_comma(struct cursor *c, bool is_part)
{
	if (cursor_accept(c, LEX_COMMA))
		return true;
	if (cursor_is_word(c, "and") || cursor_is_word(c, "or")) {
		diag_error(c->d, c->now.at, "this is a list: write ',' instead of "
			   "'%.*s'", QUOTE(c->now.text));
		cursor_take(c);
		return true;
	}
	if (is_part && !c->now.is_doubtful)
		diag_error(c->d, c->now.at, "a ',' is missing before '%.*s'",
			   QUOTE(c->now.text));
	return is_part;
}

/* "local, authenticated or relayed" */
static void
list_words(const struct words *w, char out[EXPECTED_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < w->n_shown && len < EXPECTED_MAX; i++) {
		const char *glue = i == 0 ? "" : i + 1 == w->n_shown ? " or " : ", ";

		len += (size_t)snprintf(out + len, EXPECTED_MAX - len, "%s%s",
					glue, w->list[i]);
	}
}

static bool
is_number_and_word(struct policy_text t)
{
	return isdigit((unsigned char)t.p[0]) &&
	       isalpha((unsigned char)t.p[t.len - 1]);
}

int
cursor_find(struct cursor *c, const struct words *w, struct policy_text word,
	    struct span at)
{
	char expected[EXPECTED_MAX];
	const char *nearest;
	int i = words_find(w, word);

	if (i != -1 || c->is_doubtful)
		return i;
	list_words(w, expected);
	if (word.len == 0) {
		diag_error(c->d, at, "expected %s", expected);
		return -1;
	}
	/* `minutes` would be ten times what `10minutes` means. */
	if (is_number_and_word(word)) {
		diag_error(c->d, at, "'%.*s' is not %s: put a blank behind the number",
			   QUOTE(word), expected);
		return -1;
	}
	nearest = diag_nearest(word.p, word.len, w->list, w->n);
	if (nearest == NULL) {
		diag_error(c->d, at, "unknown %s '%.*s': expected %s", w->what,
			   QUOTE(word), expected);
		return -1;
	}
	diag_error(c->d, at, "unknown %s '%.*s': did you mean '%s'?", w->what,
		   QUOTE(word), nearest);
	return words_find(w, (struct policy_text){ nearest, strlen(nearest) });
}

/* What stands before such a word is complete: nothing is missing there. */
static bool
is_of_block(const struct words *w)
{
	return w == &words_statements || w == &words_clauses ||
	       w == &words_frozen || w == &words_outage || w == &words_trial;
}

int
cursor_choose(struct cursor *c, const struct words *w)
{
	char expected[EXPECTED_MAX];
	struct token t = c->now;

	if (t.kind == LEX_WORD && (w == &words_clauses || w == &words_trial ||
	    !cursor_at_clause(c))) {
		cursor_take(c);
		return cursor_find(c, w, t.text, t.at);
	}
	list_words(w, expected);
	if (is_of_block(w))
		unexpected_here(c, expected);
	else
		cursor_unexpected(c, expected);
	return -1;
}

bool
cursor_is_name(struct policy_text word)
{
	for (size_t i = 0; i < word.len; i++) {
		char ch = word.p[i];
		bool is_letter = (ch >= 'a' && ch <= 'z') ||
				 (ch >= 'A' && ch <= 'Z');
		bool is_other = (ch >= '0' && ch <= '9') || ch == '-' || ch == '_';

		if (!is_letter && !(is_other && i > 0))
			return false;
	}
	return word.len > 0;
}

bool
cursor_name(struct cursor *c, const char *what, struct ast_word *name)
{
	struct token t = c->now;

	if (t.kind != LEX_WORD && t.kind != LEX_NUMBER) {
		char expected[EXPECTED_MAX];

		snprintf(expected, sizeof(expected), "a name for the %s", what);
		cursor_unexpected(c, expected);
		return false;
	}
	cursor_take(c);
	*name = (struct ast_word){ t.at, t.text };
	if (!cursor_is_name(t.text))
		diag_error(c->d, t.at, "'%.*s' cannot be the name of a %s: use "
			   "letters, digits, '-' and '_', a letter first",
			   QUOTE(t.text), what);
	else if (t.text.len > POLICY_NAME_MAX)
		diag_error(c->d, t.at, "the name of this %s has %zu characters; "
			   "the limit is %d", what, t.text.len, POLICY_NAME_MAX);
	return true;
}

bool
cursor_text(struct cursor *c, const char *expected, struct ast_word *text)
{
	struct token t = c->now;

	if ((t.kind != LEX_STRING && t.kind != LEX_WORD &&
	     t.kind != LEX_NUMBER) || cursor_at_clause(c) ||
	    cursor_at_statement(c)) {
		char quoted[EXPECTED_MAX];

		snprintf(quoted, sizeof(quoted), "%s in double quotes", expected);
		cursor_unexpected(c, quoted);
		return false;
	}
	if (t.kind != LEX_STRING && !t.is_doubtful)
		diag_error(c->d, t.at, "%s stands in double quotes: write "
			   "\"%.*s\"", expected, QUOTE(t.text));
	cursor_take(c);
	*text = (struct ast_word){ t.at, t.text };
	return !t.is_doubtful;
}

bool
cursor_at_statement(const struct cursor *c)
{
	return c->now.kind == LEX_WORD &&
	       (c->depth == 0 ? c->now.is_first : c->now.is_at_margin) &&
	       words_find(&words_statements, c->now.text) != -1;
}

bool
cursor_at_clause(const struct cursor *c)
{
	return c->now.kind == LEX_WORD && c->now.is_first &&
	       (words_find(&words_clauses, c->now.text) != -1 ||
		words_find(&words_trial, c->now.text) != -1);
}

void
cursor_skip_statement(struct cursor *c)
{
	while (c->now.kind != LEX_END && !cursor_at_statement(c)) {
		struct token t = cursor_take(c);

		if (t.kind == LEX_CLOSE && c->depth == 0)
			break;
	}
	c->depth = 0;
	while (cursor_accept(c, LEX_CLOSE))
		;
}

bool
cursor_block_is_open(struct cursor *c, struct span opened_at)
{
	if (c->now.kind != LEX_END && !cursor_at_statement(c))
		return false;
	/* The blocks around it are open as well: it is one mistake. */
	if (c->unclosed_at != c->now.at.at + 1) {
		unexpected_here(c, "'}'");
		if (!c->now.is_doubtful)
			diag_note(c->d, opened_at, "this is the '{' to be "
				  "closed");
	}
	c->unclosed_at = c->now.at.at + 1;
	return true;
}
