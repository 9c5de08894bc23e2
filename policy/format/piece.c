/*
 * piece.c - a policy as the list of what is printed of it.
 */
#include "piece.h"

#include <string.h>

#include "../language/words.h"

bool
piece_is(const struct piece *p, const char *word)
{
	return p->kind == LEX_WORD && p->len == strlen(word) &&
	       memcmp(p->text, word, p->len) == 0;
}

bool
piece_is_fact(const struct piece *p)
{
	struct policy_text word = { p->text, p->len };

	return p->kind == LEX_WORD && words_find(&words_facts, word) != -1;
}

/* An empty line lies in [from, to). */
static bool
has_empty_line(const char *from, const char *to)
{
	const char *end = memchr(from, '\n', (size_t)(to - from));

	return end != NULL &&
	       memchr(end + 1, '\n', (size_t)(to - end - 1)) != NULL;
}

static struct piece
make(const char *text, struct token t, const char *last_end)
{
	const char *from = text + t.at.at;
	uint32_t len = t.at.len;

	while (t.kind == LEX_COMMENT && strchr(" \t\r", from[len - 1]) != NULL &&
	       from[len - 1] != '\0')
		len--;
	return (struct piece){
		.text = from, .len = len, .kind = (uint8_t)t.kind,
		.is_own_line = t.kind == LEX_COMMENT && t.is_first,
		.is_after_blank = has_empty_line(last_end, from),
	};
}

/* Moves the last piece before the comments that precede it. */
static void
pass_comments(struct piece *list, size_t n)
{
	struct piece last = list[n - 1];

	for (n--; n > 0 && list[n - 1].kind == LEX_COMMENT; n--)
		list[n] = list[n - 1];
	list[n] = last;
}

/* Removes the last comma if there are only comments behind it. */
static size_t
drop_comma(struct piece *list, size_t n)
{
	size_t at = n;

	while (at > 0 && list[at - 1].kind == LEX_COMMENT)
		at--;
	if (at == 0 || list[at - 1].kind != LEX_COMMA)
		return n;
	memmove(&list[at - 1], &list[at], (n - at) * sizeof(*list));
	return n - 1;
}

static void
fill(struct piece *list, struct lex *l)
{
	const char *last_end = l->text + l->pos;
	size_t n = 0;
	struct token t;

	do {
		t = lex_next(l);
		if (t.kind == LEX_CLOSE)
			n = drop_comma(list, n);
		list[n++] = make(l->text, t, last_end);
		if (t.kind == LEX_COMMA || t.kind == LEX_OPEN)
			pass_comments(list, n);
		last_end = l->text + t.at.at + t.at.len;
	} while (t.kind != LEX_END);
}

struct piece *
piece_list(const char *text, size_t len, struct arena *a, struct diags *d)
{
	struct lex counted, l;
	struct piece *list;
	size_t n = 1;

	lex_init(&counted, text, len, 0, d);
	counted.has_comments = true;
	l = counted;
	while (lex_next(&counted).kind != LEX_END)
		n++;
	list = arena_alloc(a, n * sizeof(*list));
	if (list != NULL)
		fill(list, &l);
	return list;
}

size_t
piece_width(const struct piece *p)
{
	size_t width = 0;

	for (uint32_t i = 0; i < p->len; i++)
		if (((unsigned char)p->text[i] & 0xc0) != 0x80)
			width++;
	return width;
}

bool
piece_is_apart(const struct piece *p, const struct piece *next)
{
	return p->kind != LEX_LEFT && next->kind != LEX_RIGHT &&
	       next->kind != LEX_COMMA;
}

size_t
piece_line_width(const struct piece *from, const struct piece *to, size_t max)
{
	size_t width = 0;

	for (const struct piece *p = from; p < to && width <= max; p++) {
		if (p->kind == LEX_COMMENT)
			return max + 1;
		width += piece_width(p);
		if (p > from && piece_is_apart(p - 1, p))
			width++;
	}
	return width;
}
