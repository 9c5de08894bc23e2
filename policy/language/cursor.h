/*
 * cursor.h - the parser's place in the text.
 *
 * One token ahead; what was expected there; where to go on after a mistake.
 * Each function that returns false or -1 has reported why.
 */
#ifndef POLICY_CURSOR_H
#define POLICY_CURSOR_H

#include "../arena.h"
#include "ast.h"
#include "lex.h"
#include "words.h"

struct cursor {
	struct lex lex;
	struct token now;	/* read, not taken */
	struct span last;	/* what was taken last */
	bool is_doubtful;	/* it was: say no more about it */
	unsigned depth;		/* of braces around now */
	size_t n_values;	/* of all sets so far */
	uint32_t unclosed_at;	/* where a '}' was missed last */
	struct ast_policy *tree;
	struct arena *arena;
	struct diags *d;
};

/* The text begins; base is what diags_source returned for it. */
void cursor_init(struct cursor *c, const char *text, size_t len, uint32_t base);

/* Goes past the token and returns it. After DIAG_MAX errors the text ends. */
struct token cursor_take(struct cursor *c);

/* Takes the token if it is of that kind, or that word. Reports nothing, but a
 * word in capitals. */
bool cursor_accept(struct cursor *c, enum lex_kind kind);
bool cursor_accept_word(struct cursor *c, const char *word);
bool cursor_is_word(const struct cursor *c, const char *word);

/* From there to the end of what was taken last. */
struct span cursor_span(const struct cursor *c, struct span from);

/* "expected ..., not ..." at the token. */
void cursor_unexpected(struct cursor *c, const char *expected);
bool cursor_expect(struct cursor *c, enum lex_kind kind, const char *expected);
bool cursor_expect_word(struct cursor *c, const char *word,
			const char *expected);

/* True if another part of a list follows: the comma before it is taken, or it
 * is missing and that is reported. is_part: the token looks like a part. */
bool cursor_comma(struct cursor *c, bool is_part);

/* Index of the word in w. An unknown one that is nearly a known one is
 * reported and taken for that, so that one mistake is one message. */
int cursor_find(struct cursor *c, const struct words *w,
		struct policy_text word, struct span at);

/* The same with the token, which is taken. */
int cursor_choose(struct cursor *c, const struct words *w);

/* A name for a `what`: letters, digits, - and _, a letter first. */
bool cursor_name(struct cursor *c, const char *what, struct ast_word *name);
bool cursor_is_name(struct policy_text word);

/* A text in quotes; expected says which. A word without them is reported, and
 * taken for it. */
bool cursor_text(struct cursor *c, const char *expected, struct ast_word *text);

/* True at a word that begins a statement where statements begin: within a block
 * at the margin only, for `frozen` may be a value as well. */
bool cursor_at_statement(const struct cursor *c);

/* True at a line that begins with the word of a clause, or of a trial: what was
 * to be said before it is missing. */
bool cursor_at_clause(const struct cursor *c);

/* Skips what is left of a statement, its block included, and a brace too many. */
void cursor_skip_statement(struct cursor *c);

/* True at the end of a block that is not closed, which is reported. */
bool cursor_block_is_open(struct cursor *c, struct span opened_at);

#endif
