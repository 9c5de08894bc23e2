/*
 * lex.c - bytes to tokens.
 *
 * Words are generous: `messages/hour`, `client/64`, `33:contact.php`,
 * `*@shop.example` and `2001:db8::/32` are one word each, and it is the
 * parser that knows what a word may be at its place.
 */
#include "lex.h"

#include <string.h>

void
lex_init(struct lex *l, const char *text, size_t len, struct diags *d)
{
	*l = (struct lex){ .text = text, .len = len, .d = d };
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
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
	       is_digit(c) || (c != '\0' && strchr(".:/_-@*?+%", c) != NULL);
}

static struct span
span_to_here(const struct lex *l, size_t from)
{
	return (struct span){ (uint32_t)from, (uint32_t)(l->pos - from) };
}

/* Returns true if a line ended on the way. */
static bool
skip_blank(struct lex *l)
{
	bool is_first = false;

	for (; l->pos < l->len; l->pos++) {
		char c = l->text[l->pos];

		if (c == '\n') {
			is_first = true;
			l->is_line_bad = false;
		} else if (c == '#') {
			while (l->pos + 1 < l->len && l->text[l->pos + 1] != '\n')
				l->pos++;
		} else if (c != ' ' && c != '\t' && c != '\r') {
			break;
		}
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
	       c != '"' && c != '#' && (c == '\0' || strchr(" \t\r\n", c) == NULL);
}

static void
report_stray(struct lex *l, struct span at)
{
	char c = l->text[at.at];

	if (l->is_line_bad)
		return;
	l->is_line_bad = true;
	if (c == '!')
		diag_error(l->d, at, "unexpected '!': write 'not'");
	else if (c == '&' || c == '|')
		diag_error(l->d, at, "unexpected '%c': write '%s'", c,
			   c == '&' ? "and" : "or");
	else if (c == ';')
		diag_error(l->d, at, "unexpected ';': a clause ends where the "
			   "next one begins");
	else if (c == '\'' || c == '`')
		diag_error(l->d, at, "unexpected %c: text stands in double "
			   "quotes, \"like this\"", c);
	else if (c >= ' ' && c <= '~')
		diag_error(l->d, at, "unexpected '%c': a value with such a "
			   "character stands in double quotes", c);
	else if ((unsigned char)c >= 0x80)
		diag_error(l->d, at, "unexpected byte 0x%02x: only a text in "
			   "plain double quotes may go beyond ASCII",
			   (unsigned char)c);
	else
		diag_error(l->d, at, "unexpected control byte 0x%02x: remove it",
			   (unsigned char)c);
}

static void
skip_stray(struct lex *l)
{
	size_t from = l->pos;

	while (l->pos < l->len && is_stray(l->text[l->pos]))
		l->pos++;
	report_stray(l, span_to_here(l, from));
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
	t.at = span_to_here(l, from);
	t.text = (struct policy_text){ l->text + from, t.at.len };
	return t;
}

/* Where a text without its second quote most likely was meant to end: before
 * the braces and blanks at the end of the line. */
static const char *
likely_end(const char *from, const char *to)
{
	while (to > from && strchr(" \t\r}", to[-1]) != NULL && to[-1] != '\0')
		to--;
	return to;
}

static struct token
string(struct lex *l)
{
	const char *from = l->text + l->pos + 1;
	const char *end = l->text + l->len;
	const char *to = from;
	struct token t = { .kind = LEX_STRING, .at.at = (uint32_t)l->pos };

	while (to < end && *to != '"' && *to != '\n')
		to++;
	if (to == end || *to == '\n') {
		to = likely_end(from, to);
		l->pos = (size_t)(to - l->text);
		t.at.len = (uint32_t)(l->pos - t.at.at);
		diag_error(l->d, t.at, "text without its closing '\"': it must "
			   "close on the line where it opens");
	} else {
		l->pos = (size_t)(to - l->text) + 1;
		t.at.len = (uint32_t)(l->pos - t.at.at);
	}
	t.text = (struct policy_text){ from, (size_t)(to - from) };
	return t;
}

static struct token
mark(struct lex *l)
{
	size_t from = l->pos++;

	return (struct token){
		.kind = mark_kind(l->text[from]),
		.at = span_to_here(l, from),
		.text = { l->text + from, 1 },
	};
}

struct token
lex_next(struct lex *l)
{
	bool is_first = l->last_end == 0;
	struct token t = { .kind = LEX_END };

	is_first |= skip_blank(l);
	while (l->pos < l->len && is_stray(l->text[l->pos])) {
		skip_stray(l);
		is_first |= skip_blank(l);
	}
	if (l->pos >= l->len) {
		t.at = (struct span){ (uint32_t)l->last_end, 0 };
		t.text = (struct policy_text){ l->text + l->last_end, 0 };
		return t;
	}
	if (is_word(l->text[l->pos]))
		t = word(l);
	else if (l->text[l->pos] == '"')
		t = string(l);
	else
		t = mark(l);
	t.is_first = is_first;
	t.is_doubtful = l->is_line_bad;
	l->last_end = l->pos;
	return t;
}
