/*
 * piece.h - the words, marks and comments of a policy, as they are printed.
 *
 * What stands between them is left out, but for what a reader put there on
 * purpose: that a comment has a line of its own, and that a line is empty.
 */
#ifndef POLICY_PIECE_H
#define POLICY_PIECE_H

#include "../arena.h"
#include "../language/lex.h"

struct piece {
	const char *text;		/* borrowed; quotes are part of it */
	uint32_t len;
	uint8_t kind;			/* enum lex_kind */
	bool is_own_line;		/* a comment with nothing before it */
	bool is_after_blank;		/* an empty line stands before it */
};

/* All pieces of a policy that parses, then one of kind LEX_END. A comma and an
 * opening brace stand before the comments that were between them and the word
 * before; a comma before a closing brace is left out. NULL: the arena is full. */
struct piece *piece_list(const char *text, size_t len, struct arena *a,
			 struct diags *d);

bool piece_is(const struct piece *p, const char *word);
bool piece_is_fact(const struct piece *p);

/* Columns that it takes. */
size_t piece_width(const struct piece *p);

/* True if a blank stands between the two in one line. */
bool piece_is_apart(const struct piece *p, const struct piece *next);

/* Columns of those in [from, to) in one line; more than max: at least that. A
 * comment ends its line, so it counts as too wide. */
size_t piece_line_width(const struct piece *from, const struct piece *to,
			size_t max);

#endif
