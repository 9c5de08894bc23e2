/*
 * parse_header.c - the headers that a policy names.
 */
#include "parse.h"

#include "../match.h"

static struct policy_text
lower(struct cursor *c, struct policy_text text)
{
	char *copy = arena_copy(c->arena, text.p, text.len);

	for (size_t i = 0; copy != NULL && i < text.len; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] - 'A' + 'a');
	return (struct policy_text){ copy, copy != NULL ? text.len : 0 };
}

/* header -> "header" STRING */
bool
parse_header(struct cursor *c, enum policy_fact *fact)
{
	struct ast_policy *t = c->tree;
	struct ast_word name;
	unsigned i = 0;

	if (!cursor_text(c, "the name of a header", &name))
		return false;
	name.text = lower(c, name.text);
	if (name.text.p == NULL)
		return false;
	while (i < t->n_headers && !match_equal(t->header[i].text, name.text))
		i++;
	if (i == POLICY_HEADERS_MAX) {
		diag_error(c->d, name.at, "a policy looks at %d headers at most: "
			   "do without this one", POLICY_HEADERS_MAX);
		return false;
	}
	if (i == t->n_headers)
		t->header[t->n_headers++] = name;
	*fact = (enum policy_fact)(POLICY_HEADER + i);
	return true;
}
