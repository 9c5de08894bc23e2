/*
 * lex.h - bytes to tokens.
 */
#ifndef POLICY_LEX_H
#define POLICY_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../diag.h"
#include "../policy.h"

enum lex_kind {
	LEX_END,
	LEX_WORD,		/* letters, digits and . : / _ - @ * ? + % */
	LEX_NUMBER,		/* a word of digits only */
	LEX_STRING,		/* text is what stands between the quotes */
	LEX_OPEN, LEX_CLOSE,	/* { } */
	LEX_LEFT, LEX_RIGHT,	/* ( ) */
	LEX_COMMA, LEX_EQUAL, LEX_ABOVE, LEX_BELOW,
	LEX_AT_LEAST, LEX_AT_MOST,	/* >= <= */
	LEX_COMMENT		/* from its # to the end of the line */
};

struct token {
	enum lex_kind kind;
	struct span at;			/* quotes included */
	struct policy_text text;	/* borrowed from the source */
	uint64_t number;		/* LEX_NUMBER; UINT64_MAX: or more */
	bool is_first;			/* of its line */
	bool is_at_margin;		/* the line begins with it */
	bool is_doubtful;		/* bytes beside it had to be skipped */
};

struct lex {
	const char *text;
	size_t len, pos;
	size_t last_end;		/* where the last token ended */
	bool is_line_bad;		/* one message about bytes is enough */
	uint32_t base;			/* where the spans of the text begin */
	bool has_comments;		/* LEX_COMMENT tokens are wanted */
	bool is_text;			/* lex_init found nothing against it */
	struct diags *d;
};

/* Keeps text and d. base is what diags_source returned for the text. What is no
 * text (a NUL byte, UTF-16) is reported, and then there are no tokens. */
void lex_init(struct lex *l, const char *text, size_t len, uint32_t base,
	      struct diags *d);

/* The next token. Bytes that belong to none are reported and skipped. At the
 * end LEX_END, for ever, with an empty span just after the last token. */
struct token lex_next(struct lex *l);

#endif
