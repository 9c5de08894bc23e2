/*
 * diag.h - what the author of a policy got wrong, and where.
 *
 * Diagnostics are collected, never printed by the library and never fatal.
 */
#ifndef POLICY_DIAG_H
#define POLICY_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Bytes of the source. Line and column are worked out when printed. */
struct span {
	uint32_t at, len;
};

struct diags;

/* Returns NULL when out of memory. */
struct diags *diags_new(void);
void diags_free(struct diags *d);

/* Adds a text and returns where its spans begin: a place in it is that plus an
 * offset, so that a span says which text it is of. Copies both. */
uint32_t diags_source(struct diags *d, const char *name, const char *text,
		      size_t len);

/* A note belongs to the error or warning before it. After DIAG_MAX errors the
 * rest are counted only. */
#define DIAG_MAX 20
void diag_error(struct diags *d, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void diag_warning(struct diags *d, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void diag_note(struct diags *d, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

unsigned diags_errors(const struct diags *d);
unsigned diags_warnings(const struct diags *d);

/* How many trials the policy has been put to. */
void diags_tried(struct diags *d);
unsigned diags_trials(const struct diags *d);

/* Each as file:line:col, the source line, and carets under the span. */
void diags_print(const struct diags *d, FILE *out);

/* The word in words[0..n) that is nearest to the given one, at an edit
 * distance of 2 or less, whatever its case; NULL if there is none. */
const char *diag_nearest(const char *word, size_t len,
			 const char *const *words, size_t n);

#endif
