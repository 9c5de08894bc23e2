/*
 * lex.c - bytes to tokens.
 *
 * Words are generous: `messages/hour`, `client/64`, `33:contact.php`,
 * `*@shop.example` and `2001:db8::/32` are one word each, and it is the
 * parser that knows what a word may be at its place. No text has a byte 0:
 * stray_is_text has seen to it.
 */
#include "lex.h"

#include <string.h>

#include "stray.h"

void
lex_init(struct lex *l, const char *text, size_t len, uint32_t base,
	 struct diags *d)
{
	*l = (struct lex){ .text = text, .len = len, .base = base, .d = d };
	l->is_text = stray_is_text(text, len, base, d);
	if (!l->is_text)
		l->pos = l->last_end = len;
	else if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		l->pos = 3;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       is_digit(c) || strchr(".:/_-@*?+%", c) != NULL;
}

static struct span
span_to_here(const struct lex *l, size_t from)
{
	return (struct span){ l->base + (uint32_t)from,
			      (uint32_t)(l->pos - from) };
}

static void
skip_line(struct lex *l)
{
	const char *end = memchr(l->text + l->pos, '\n', l->len - l->pos);

	l->pos = end != NULL ? (size_t)(end - l->text) : l->len;
}

/* Returns true if a line ended on the way. */
static bool
skip_blank(struct lex *l)
{
	bool is_first = false;

	while (l->pos < l->len) {
		char c = l->text[l->pos];

		if (c == '\n') {
			is_first = true;
			l->is_line_bad = false;
		} else if (c == '#' && !l->has_comments) {
			skip_line(l);
			continue;
		} else if (c != ' ' && c != '\t' && c != '\r') {
			break;
		}
		l->pos++;
	}
	return is_first;
}

static enum lex_kind
mark_kind(char c)
{
	switch (c) {
	case '{': return LEX_OPEN;
	case '}': return LEX_CLOSE;
	case '(': return LEX_LEFT;
	case ')': return LEX_RIGHT;
	case ',': return LEX_COMMA;
	case '=': return LEX_EQUAL;
	case '>': return LEX_ABOVE;
	case '<': return LEX_BELOW;
	default: return LEX_END;
	}
}

static bool
is_stray(char c)
{
	return !is_word(c) && mark_kind(c) == LEX_END &&
	       strchr("\"# \t\r\n", c) == NULL;
}

static void
skip_stray(struct lex *l)
{
	size_t from = l->pos;

	while (l->pos < l->len && is_stray(l->text[l->pos]))
		l->pos++;
	if (!l->is_line_bad)
		stray_report(l->text + from, l->text + l->len, l->base +
			     (uint32_t)from, l->d);
	l->is_line_bad = true;
	/* More would only be counted. */
	if (diags_errors(l->d) >= DIAG_MAX)
		l->pos = l->len;
}

static struct token
word(struct lex *l)
{
	size_t from = l->pos;
	struct token t = { .kind = LEX_NUMBER };

	for (; l->pos < l->len && is_word(l->text[l->pos]); l->pos++) {
		unsigned digit = (unsigned)(l->text[l->pos] - '0');

		if (!is_digit(l->text[l->pos]))
			t.kind = LEX_WORD;
		else if (t.number > (UINT64_MAX - digit) / 10)
			t.number = UINT64_MAX;
		else
			t.number = t.number * 10 + digit;
	}
	t.text = (struct policy_text){ l->text + from, l->pos - from };
	return t;
}

/* Where a text without its second quote most likely was meant to end: before
 * the braces and blanks at the end of the line. */
static const char *
likely_end(const char *from, const char *to)
{
	while (to > from && strchr(" \t\r}", to[-1]) != NULL)
		to--;
	return to;
}

static struct token
string(struct lex *l)
{
	const char *from = l->text + l->pos + 1;
	const char *end = l->text + l->len;
	const char *to = from;
	size_t start = l->pos;

	while (to < end && *to != '"' && *to != '\n')
		to++;
	if (to == end || *to == '\n') {
		to = likely_end(from, to);
		l->pos = (size_t)(to - l->text);
		diag_error(l->d, span_to_here(l, start), "text without its "
			   "closing '\"': it must close on the line where it "
			   "opens");
		l->is_line_bad = true;
	} else {
		l->pos = (size_t)(to - l->text) + 1;
	}
	return (struct token){ .kind = LEX_STRING,
			       .text = { from, (size_t)(to - from) } };
}

static struct token
comment(struct lex *l)
{
	size_t from = l->pos;

	skip_line(l);
	return (struct token){ .kind = LEX_COMMENT,
			       .text = { l->text + from, l->pos - from } };
}

/* One or two characters. */
static struct token
mark(struct lex *l)
{
	size_t from = l->pos++;
	struct token t = { .kind = mark_kind(l->text[from]) };

	if ((t.kind == LEX_ABOVE || t.kind == LEX_BELOW) && l->pos < l->len &&
	    l->text[l->pos] == '=') {
		t.kind = t.kind == LEX_ABOVE ? LEX_AT_LEAST : LEX_AT_MOST;
		l->pos++;
	}
	t.text = (struct policy_text){ l->text + from, l->pos - from };
	return t;
}

static struct token
token(struct lex *l)
{
	char c = l->text[l->pos];

	if (is_word(c))
		return word(l);
	if (c == '"')
		return string(l);
	return c == '#' ? comment(l) : mark(l);
}

struct token
lex_next(struct lex *l)
{
	bool is_first = l->last_end == 0;
	struct token t = { .kind = LEX_END };
	size_t from;

	is_first |= skip_blank(l);
	while (l->pos < l->len && is_stray(l->text[l->pos])) {
		skip_stray(l);
		is_first |= skip_blank(l);
	}
	from = l->pos;
	t.is_doubtful = l->is_line_bad;
	if (from >= l->len) {
		t.at = (struct span){ l->base + (uint32_t)l->last_end, 0 };
		t.text = (struct policy_text){ l->text + l->last_end, 0 };
		return t;
	}
	t = token(l);
	t.at = span_to_here(l, from);
	t.is_first = is_first;
	t.is_at_margin = is_first && (from == 0 || l->text[from - 1] == '\n');
	/* A word with a stray byte in its middle has been meant as one. */
	t.is_doubtful = l->is_line_bad ||
			(t.kind <= LEX_NUMBER && l->pos < l->len &&
			 is_stray(l->text[l->pos]));
	l->last_end = l->pos;
	return t;
}
