/*
 * format.c - the canonical form of a policy.
 *
 * Works on the text and not on the tree, so that nothing is lost that an author
 * wrote.
 */
#include "../policy.h"

#include "../arena.h"
#include "../diag.h"
#include "../language/parse.h"
#include "page.h"
#include "parts.h"
#include "piece.h"

#define MEMORY_MAX ((size_t)512 << 20)
#define WORD_COLUMNS 5			/* of the longest usual clause, `allow` */
#define WHO_GAP 3			/* between a rate and who sends */

struct fmt {
	struct page page;
	const struct piece *at;		/* not printed yet */
	size_t count_width, rate_width, who_width;	/* columns of a trial */
};

/* What a block consists of: where a part ends, and how it is printed. */
struct form {
	const char *statement;
	const struct piece *(*end)(const struct piece *at);
	void (*print)(struct fmt *f, const struct piece *end);
	bool is_short;			/* the block may stand on one line */
};

static void statement(struct fmt *f, unsigned tabs);

static void
print_plain(struct fmt *f, const struct piece *end)
{
	page_flow(&f->page, f->at, end);
}

/* The first word padded, so that what follows stands in one column. */
static void
print_clause(struct fmt *f, const struct piece *end)
{
	size_t column = f->page.column + WORD_COLUMNS + 1;

	page_flow(&f->page, f->at, f->at + 1);
	page_gap(&f->page, column);
	page_flow(&f->page, f->at + 1, end);
}

static void
print_answer(struct fmt *f, const struct piece *end)
{
	if (piece_is(f->at, "exempt"))
		statement(f, f->page.tabs);
	else
		print_clause(f, end);
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* What has no line to itself has no part in the columns. */
static void
measure(struct fmt *f, const struct piece *p, const struct piece *end)
{
	const struct piece *who = parts_who(p);
	size_t width;

	if (p->kind == LEX_NUMBER) {
		width = piece_line_width(p + 1, who, PAGE_COLUMNS);
		f->count_width = larger(f->count_width, p->len);
		if (width <= PAGE_COLUMNS)
			f->rate_width = larger(f->rate_width, width);
	} else if (piece_is(p, "expect")) {
		width = piece_line_width(who, parts_who_end(p, end),
					 PAGE_COLUMNS / 2);
		if (width <= PAGE_COLUMNS / 2)
			f->who_width = larger(f->who_width, width);
	}
}

static void
measure_trial(struct fmt *f)
{
	const struct piece *p = parts_nth(f->at, 0), *end;

	f->count_width = f->rate_width = f->who_width = 0;
	for (; !parts_is_end(p); p = parts_nth(end, 0)) {
		end = parts_trial(p);
		measure(f, p, end);
	}
}

static void
print_stream(struct fmt *f, const struct piece *end)
{
	struct page *g = &f->page;
	const struct piece *who = parts_who(f->at);
	size_t column;

	page_pad(g, g->column + f->count_width - f->at->len);
	page_flow(g, f->at, f->at + 1);
	page_gap(g, 0);
	column = g->column + f->rate_width + WHO_GAP;
	page_flow(g, f->at + 1, who);
	if (who < end && who->kind != LEX_COMMENT)
		page_gap(g, column);
	page_flow(g, who, end);
}

static void
print_expect(struct fmt *f, const struct piece *end)
{
	struct page *g = &f->page;
	const struct piece *who = f->at + 1;
	const struct piece *bounds = parts_who_end(f->at, end);
	size_t column;

	page_flow(g, f->at, who);
	page_gap(g, 0);
	column = g->column + f->who_width + 1;
	page_flow(g, who, bounds);
	if (bounds > who)
		page_gap(g, column);
	page_flow(g, bounds, end);
}

static void
print_trial(struct fmt *f, const struct piece *end)
{
	if (f->at->kind == LEX_NUMBER)
		print_stream(f, end);
	else if (piece_is(f->at, "expect"))
		print_expect(f, end);
	else
		print_plain(f, end);
}

static const struct form forms[] = {
	{ "own", parts_values, print_plain, true },
	{ "set", parts_values, print_plain, true },
	{ "limit", parts_clause, print_clause, false },
	{ "exempt", parts_clause, print_clause, false },
	{ "frozen", parts_answer, print_answer, true },
	{ "outage", parts_answer, print_answer, true },
	{ "trial", parts_trial, print_trial, false },
};

static const struct form *
find_form(const struct piece *p)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (piece_is(p, forms[i].statement))
			return &forms[i];
	return &forms[0];
}

static void
comment(struct fmt *f, unsigned tabs, bool is_first)
{
	f->page.tabs = tabs;
	f->page.blanks = 0;
	page_comment(&f->page, f->at, f->at->is_after_blank && !is_first);
	f->at++;
}

/* Each part on a line. */
static void
print_parts(struct fmt *f, const struct form *form, unsigned tabs)
{
	bool is_first = true;

	for (; !parts_is_end(f->at); is_first = false) {
		const struct piece *end;

		if (f->at->kind == LEX_COMMENT) {
			comment(f, tabs, is_first);
			continue;
		}
		end = form->end(f->at);
		page_line(&f->page, tabs, f->at->is_after_blank && !is_first);
		form->print(f, end);
		f->at = end;
	}
	page_line(&f->page, tabs - 1, false);
}

/* True if ` PART   PART }` fits the line. */
static bool
is_fitting(const struct fmt *f, const struct form *form)
{
	size_t width = f->page.column + 2;
	const struct piece *p = f->at, *next;

	for (; !parts_is_end(p) && width <= PAGE_COLUMNS; p = next) {
		next = form->end(p);
		width += piece_line_width(p, next, PAGE_COLUMNS) +
			 (p == f->at ? 1 : 3);
		if (p->kind == LEX_COMMENT || piece_is(p, "exempt"))
			return false;
	}
	return width <= PAGE_COLUMNS;
}

static void
print_short(struct fmt *f, const struct form *form)
{
	const struct piece *end;

	for (page_put(&f->page, " "); !parts_is_end(f->at);
	     page_put(&f->page, parts_is_end(f->at) ? " " : "   ")) {
		end = form->end(f->at);
		print_plain(f, end);
		f->at = end;
	}
}

static void
statement(struct fmt *f, unsigned tabs)
{
	const struct form *form = find_form(f->at);
	const struct piece *head = parts_head(f->at);

	page_flow(&f->page, f->at, head);
	f->at = head;
	if (f->at->kind != LEX_OPEN)
		return;
	page_put(&f->page, " {");
	f->at++;
	if (form->print == print_trial)
		measure_trial(f);
	if (form->is_short && is_fitting(f, form))
		print_short(f, form);
	else
		print_parts(f, form, tabs + 1);
	page_put(&f->page, "}");
	f->at++;
}

static void
print_policy(struct fmt *f)
{
	while (f->at->kind != LEX_END) {
		bool is_first = !f->page.is_begun;

		if (f->at->kind == LEX_COMMENT) {
			comment(f, 0, is_first);
			continue;
		}
		page_line(&f->page, 0, f->at->is_after_blank && !is_first);
		statement(f, 0);
	}
	if (f->page.is_begun)
		page_line(&f->page, 0, false);
}

bool
policy_format(const char *name, const char *text, size_t len, FILE *out,
	      struct diags *d)
{
	struct arena *a = arena_new(MEMORY_MAX);
	struct fmt f = { .page.out = out };

	if (!arena_is_full(a))
		parse_policy(name, text, len, &parse_unread, a, d);
	if (!arena_is_full(a) && diags_errors(d) == 0)
		f.at = piece_list(text, len, a, d);
	if (f.at != NULL)
		print_policy(&f);
	else if (diags_errors(d) == 0 || arena_is_full(a))
		diag_error(d, (struct span){ 0, 0 }, "out of memory");
	arena_free(a);
	return f.at != NULL;
}
