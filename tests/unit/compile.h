/*
 * compile.h - a policy for a test, from its text.
 */
#ifndef TESTS_COMPILE_H
#define TESTS_COMPILE_H

#include "test.h"

#include "../../policy/diag.h"
#include "../../policy/policy.h"

/* Fails the test if there is any error. */
static inline struct policy *
compile(const char *text)
{
	struct diags *d = diags_new();
	struct policy *p;

	assert_non_null(d);
	p = policy_compile("test.policy", text, strlen(text), NULL, d);
	if (p == NULL)
		diags_print(d, stderr);
	diags_free(d);
	assert_non_null(p);
	return p;
}

static inline struct policy_text
text_of(const char *s)
{
	return (struct policy_text){ s, s == NULL ? 0 : strlen(s) };
}

/* Every class meets this limit, whatever else a policy says. */
#define OWN "own networks { 127.0.0.0/8, 2001:db8::/32 }\n"
#define REST "limit rest { for outbound mail allow 1000 messages/hour " \
	     "else tempfail even local }\n"

#endif
