/*
 * normal.h - rows of spellings and the one form that they are brought to.
 */
#ifndef TESTS_NORMAL_H
#define TESTS_NORMAL_H

#include "test.h"

#include "../../policy/identity/identity.h"

#define TEXT(s) (s), sizeof(s) - 1
#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY	/* 300 bytes */

struct normal_row {
	const char *name;
	size_t (*form)(const char *raw, size_t len, char *out);
	const char *raw;
	size_t len;
	const char *want;
};

static inline void
normal(void **state)
{
	const struct normal_row *r = *state;
	char out[IDENTITY_MAX + 1], again[IDENTITY_MAX + 1];
	size_t len = r->form(r->raw, r->len, out);

	assert_string_equal(out, r->want);
	assert_int_equal(len, strlen(r->want));
	r->form(out, len, again);
	assert_string_equal(again, out);
}

#endif
