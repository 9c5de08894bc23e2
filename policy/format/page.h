/*
 * page.h - pieces of a policy to lines of 80 columns.
 */
#ifndef POLICY_PAGE_H
#define POLICY_PAGE_H

#include <stdio.h>

#include "piece.h"

#define PAGE_COLUMNS 80
#define PAGE_TAB 8

struct page {
	FILE *out;
	size_t column;
	unsigned tabs, blanks;	/* where a line goes on that is broken */
	bool is_begun;		/* something has been printed */
	bool is_full;		/* a comment ended the line */
};

/* Begins a line, after an empty one if it is to be apart. */
void page_line(struct page *g, unsigned tabs, bool is_apart);

void page_put(struct page *g, const char *text);

/* Blanks up to the column; page_gap: at least one, but in a line that a
 * comment has ended none. */
void page_pad(struct page *g, size_t column);
void page_gap(struct page *g, size_t column);

/* Prints those in [from, to), one blank apart, from the column where the page
 * stands, and breaks the line where it has to and may. Goes on in the column
 * where it began. */
void page_flow(struct page *g, const struct piece *from, const struct piece *to);

/* A comment: at the end of the line, or on one of its own. */
void page_comment(struct page *g, const struct piece *p, bool is_apart);

#endif
