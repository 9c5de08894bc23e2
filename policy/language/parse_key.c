/*
 * parse_key.c - what a limit counts by.
 */
#include "parse.h"

#include <string.h>

static unsigned
small_number(struct policy_text text)
{
	unsigned n = 0;

	if (text.len == 0 || text.len > 3)
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return 0;
		n = n * 10 + (unsigned)(text.p[i] - '0');
	}
	return n;
}

/* What follows `client/`: P, or 4:P. */
static bool
prefix(struct cursor *c, struct token t, struct policy_text text,
       struct ast_key *key)
{
	bool is_4 = text.len >= 2 && memcmp(text.p, "4:", 2) == 0;
	unsigned max = is_4 ? 32 : 128, bits;

	if (is_4) {
		text.p += 2;
		text.len -= 2;
	}
	bits = small_number(text);
	if (bits == 0 || bits > max) {
		struct span at = parse_part(t, text);

		diag_error(c->d, at.len != 0 ? at : t.at,
			   "expected a prefix of 1 to %u bits, as in 'client/%s'",
			   max, is_4 ? "4:24" : "64");
		return false;
	}
	*(is_4 ? &key->prefix4 : &key->prefix6) = (uint8_t)bits;
	return true;
}

/* FACT | "client" "/" [ "4" ":" ] BITS | header */
static bool
fact(struct cursor *c, struct ast_key *k)
{
	struct policy_text word, rest;
	struct token t = c->now;
	bool has_prefix;
	int i;

	if (t.kind != LEX_WORD || cursor_at_clause(c)) {
		cursor_unexpected(c, "a fact, as in 'by login'");
		return false;
	}
	cursor_take(c);
	has_prefix = parse_split(t.text, &word, &rest);
	i = cursor_find(c, &words_facts, word, parse_part(t, word));
	if (i == -1)
		return false;
	*k = (struct ast_key){ .at = t.at, .fact = (enum policy_fact)i,
			       .prefix4 = 32, .prefix6 = 64 };
	if (has_prefix && i != POLICY_CLIENT) {
		diag_error(c->d, t.at, "only 'client' has a prefix: write '%s'",
			   words_facts.list[i]);
		return false;
	}
	if (i == POLICY_CLIENT && c->now.kind == LEX_WORD &&
	    c->now.text.p[0] == '/') {
		diag_error(c->d, c->now.at, "a prefix stands right behind its "
			   "fact: write 'client/64'");
		return false;
	}
	if (has_prefix)
		return prefix(c, t, rest, k);
	if (i != POLICY_HEADER)
		return true;
	if (!parse_header(c, &k->fact))
		return false;
	k->at = cursor_span(c, t.at);
	return true;
}

/* A fact in place of the name looks as if the one stood for the other. */
static bool
otherwise(struct cursor *c, struct ast_key *k)
{
	if (c->now.kind == LEX_WORD && !cursor_at_clause(c) &&
	    words_find(&words_facts, c->now.text) != -1) {
		diag_error(c->d, c->now.at, "after 'or' stands a name for all mail "
			   "without '%s', as \"none\"; a second fact is a limit "
			   "of its own", words_fact(k->fact));
		return false;
	}
	return cursor_text(c, "the name after 'or'", &k->otherwise);
}

/* key -> ( FACT | "client" "/" ... | header ) [ "or" STRING ] */
static bool
key(struct cursor *c, struct ast_key *k)
{
	return fact(c, k) && (!cursor_accept_word(c, "or") || otherwise(c, k));
}

static bool
is_key(const struct cursor *c)
{
	return c->now.kind == LEX_WORD && !cursor_at_clause(c) &&
	       words_find(&words_facts, c->now.text) != -1;
}

/* by -> key { "," key } */
bool
parse_keys(struct cursor *c, struct ast_key **list)
{
	struct ast_key **tail = list, k, *kept;

	*tail = NULL;
	do {
		if (!key(c, &k))
			return false;
		kept = arena_copy(c->arena, &k, sizeof(k));
		if (kept == NULL)
			return false;
		*tail = kept;
		tail = &kept->next;
	} while (cursor_comma(c, is_key(c)));
	return true;
}
