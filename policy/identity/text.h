/*
 * text.h - the text of an identity: bounded, UTF-8, without what nobody sees.
 */
#ifndef POLICY_TEXT_H
#define POLICY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "identity.h"

struct text {
	char p[IDENTITY_MAX];
	size_t len;
	bool is_over;		/* something did not fit and was left out */
};

void text_put(struct text *t, char c);
void text_add(struct text *t, const char *p, size_t len);

/* Leaves out characters that nobody sees (as U+200B) and space at the ends;
 * more than one space is one. */
void text_tidy(struct text *t);

/* Case folded as Unicode folds it, NFC. */
void text_fold(struct text *t);

/* Adds the value of a header to an empty text, folding removed, and tidies it.
 * False: it is not clean or does not fit. */
bool text_unfold(struct text *t, const char *raw, size_t len);

/* Writes the text and a NUL, IDENTITY_INVALID if it is over. Returns the
 * length. */
size_t text_finish(const struct text *t, char out[IDENTITY_MAX + 1]);

/* Writes IDENTITY_INVALID. Returns its length. */
size_t text_invalid(char out[IDENTITY_MAX + 1]);
bool text_is_invalid(const char *p, size_t len);

bool text_is_ascii(const char *p, size_t len);

/* UTF-8 without control characters. */
bool text_is_clean(const char *p, size_t len);

/* Without the spaces at both ends. */
struct policy_text text_trim(const char *p, size_t len);

char text_lower(char c);

#endif
