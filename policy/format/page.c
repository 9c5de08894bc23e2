/*
 * page.c - lines, and where they may be broken.
 */
#include "page.h"

#include <string.h>

void
page_put(struct page *g, const char *text)
{
	fputs(text, g->out);
	g->column += strlen(text);
}

void
page_pad(struct page *g, size_t column)
{
	while (g->column < column)
		page_put(g, " ");
}

void
page_gap(struct page *g, size_t column)
{
	if (!g->is_full)
		page_pad(g, g->column < column ? column : g->column + 1);
}

static void
indent(struct page *g)
{
	for (unsigned i = 0; i < g->tabs; i++)
		fputc('\t', g->out);
	g->column = g->tabs * PAGE_TAB;
	page_pad(g, g->column + g->blanks);
}

/* Goes on where the text began that is broken here. */
static void
go_on(struct page *g, bool is_apart)
{
	if (g->is_begun)
		fputs(is_apart ? "\n\n" : "\n", g->out);
	g->is_begun = true;
	g->is_full = false;
	indent(g);
}

void
page_line(struct page *g, unsigned tabs, bool is_apart)
{
	g->tabs = tabs;
	g->blanks = 0;
	go_on(g, is_apart);
}

static void
put_piece(struct page *g, const struct piece *p)
{
	fwrite(p->text, 1, p->len, g->out);
	g->column += piece_width(p);
}

void
page_comment(struct page *g, const struct piece *p, bool is_apart)
{
	if (p->is_own_line || g->is_full)
		go_on(g, is_apart);
	else
		page_put(g, "  ");
	put_piece(g, p);
	g->is_full = true;
}

static bool
is_reply_text(const struct piece *p)
{
	static const char *const before[] = {
		"hold", "tempfail", "reject", "observe", "local",
	};

	for (size_t i = 0; p->kind == LEX_STRING &&
	     i < sizeof(before) / sizeof(*before); i++)
		if (piece_is(p - 1, before[i]))
			return true;
	return false;
}

/* In a trial: one fact of a sender after another. */
static bool
is_next_fact(const struct piece *p)
{
	return piece_is_fact(p) &&
	       (p[-1].kind == LEX_STRING || p[-1].kind == LEX_NUMBER);
}

static bool
may_break(const struct piece *p)
{
	return p[-1].kind == LEX_COMMA || piece_is(p, "and") ||
	       piece_is(p, "or") || piece_is(p, "when") ||
	       piece_is(p, "then") || is_reply_text(p) || is_next_fact(p);
}

/* What has to stay on one line with p. A condition begins a line rather than
 * to be torn apart. */
static size_t
run_width(const struct piece *p, const struct piece *to)
{
	const struct piece *end = p + 1;

	while (end < to && end->kind != LEX_COMMENT &&
	       (piece_is(p, "when") || !may_break(end)))
		end++;
	return piece_line_width(p, end, PAGE_COLUMNS);
}

void
page_flow(struct page *g, const struct piece *from, const struct piece *to)
{
	if (!g->is_full)
		g->blanks = (unsigned)(g->column - g->tabs * PAGE_TAB);
	for (const struct piece *p = from; p < to; p++) {
		if (p->kind == LEX_COMMENT) {
			page_comment(g, p, p->is_after_blank && p > from);
			continue;
		}
		if (g->is_full || (p > from && may_break(p) &&
		    g->column + 1 + run_width(p, to) > PAGE_COLUMNS))
			go_on(g, false);
		else if (p > from && piece_is_apart(p - 1, p))
			page_put(g, " ");
		put_piece(g, p);
	}
}
