/*
 * told.h - what the compiler says of a policy, as a test compares it.
 */
#ifndef TESTS_TOLD_H
#define TESTS_TOLD_H

#include "test.h"

#include "../../policy/diag.h"
#include "../../policy/policy.h"

/* `LINE:COLUMN KIND: MESSAGE` of each error and warning in got, one a line; the
 * source lines, carets and notes are left out. */
static inline void
told_lines(char *printed, char *got, size_t size)
{
	char *save, *line = strtok_r(printed, "\n", &save);
	size_t len = 0;

	got[0] = '\0';
	for (; line != NULL; line = strtok_r(NULL, "\n", &save)) {
		char *at = strchr(line, ':');
		char *kind = at == NULL ? NULL : strstr(at, ": error: ");
		int n;

		if (at != NULL && kind == NULL)
			kind = strstr(at, ": warning: ");
		if (kind == NULL || line[0] == ' ')
			continue;
		n = snprintf(got + len, size - len, "%.*s %s\n",
			     (int)(kind - at - 1), at + 1, kind + 2);
		if (n > 0 && (size_t)n < size - len)
			len += (size_t)n;
	}
}

/* Compiles the text; got is what was said. True: it is a policy. */
static inline bool
told(const char *text, char *got, size_t size)
{
	struct diags *d = diags_new();
	char *printed = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&printed, &len);
	struct policy *p;

	assert_non_null(d);
	assert_non_null(out);
	p = policy_compile("p", text, strlen(text), NULL, d);
	diags_print(d, out);
	fclose(out);
	told_lines(printed, got, size);
	free(printed);
	diags_free(d);
	policy_free(p);
	return p != NULL;
}

/* Fails unless exactly one message is told, and begins like this. */
static inline void
assert_told(const char *text, const char *want)
{
	char got[4000];

	told(text, got, sizeof(got));
	if (strncmp(got, want, strlen(want)) != 0 ||
	    (want[0] == '\0' && got[0] != '\0') ||
	    (got[0] != '\0' && strchr(got, '\n') != strrchr(got, '\n')))
		fail_msg("got '%s', want '%s'", got, want);
}

#endif
