/*
 * parse_value.c - names, patterns and networks.
 */
#include "parse.h"

#include <string.h>

#include "../identity/identity.h"

/* ADDRESS or ADDRESS/BITS */
static bool
network(struct policy_text text, struct ast_value *v)
{
	const char *slash = memchr(text.p, '/', text.len);
	size_t len = slash != NULL ? (size_t)(slash - text.p) : text.len;
	unsigned bits = 0;

	if (!identity_client(text.p, len, &v->net))
		return false;
	v->prefix = identity_bits(&v->net);
	if (slash == NULL)
		return true;
	if (text.len - len < 2 || text.len - len > 4)
		return false;
	for (const char *p = slash + 1; p < text.p + text.len; p++) {
		if (*p < '0' || *p > '9')
			return false;
		bits = bits * 10 + (unsigned)(*p - '0');
	}
	if (bits > v->prefix)
		return false;
	v->prefix = bits;
	return true;
}

/* Says quickly of most names that they are none. */
static bool
is_like_network(struct policy_text text)
{
	return text.p[0] == '[' || (text.p[0] >= '0' && text.p[0] <= '9') ||
	       memchr(text.p, ':', text.len) != NULL;
}

static enum ast_value_kind
value_kind(struct ast_value *v)
{
	struct policy_text text = v->word.text;

	if (is_like_network(text) && network(text, v))
		return AST_NETWORK;
	if (memchr(text.p, '*', text.len) != NULL ||
	    memchr(text.p, '?', text.len) != NULL)
		return AST_GLOB;
	return AST_NAME;
}

static bool
has_control(struct policy_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return true;
	return false;
}

/* A space that is not the plain one, as word processors and web pages have it:
 * no fact has it, and nobody sees it. */
static bool
has_odd_space(struct policy_text text)
{
	static const char *const spaces[] = {
		"\xc2\xa0", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
	};

	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		if (memmem(text.p, text.len, spaces[i], strlen(spaces[i])) != NULL)
			return true;
	return false;
}

bool
parse_value_of(struct cursor *c, struct ast_value *v)
{
	const struct ast_word *word = &v->word;

	if (word->text.len == 0)
		diag_error(c->d, word->at, "an empty value equals nothing: write a "
			   "name, a pattern or a network");
	else if (word->text.len > IDENTITY_MAX)
		diag_error(c->d, word->at, "a value of %zu bytes equals nothing; "
			   "the limit is %d", word->text.len, IDENTITY_MAX);
	else if (has_control(word->text))
		diag_error(c->d, word->at, "a value with a control character "
			   "equals nothing: remove it");
	else if (has_odd_space(word->text))
		diag_error(c->d, word->at, "a value with a space that is not the "
			   "plain one (as a no-break space) equals nothing: type "
			   "it anew");
	else {
		v->kind = value_kind(v);
		return true;
	}
	return false;
}

/* value -> WORD | NUMBER | STRING */
bool
parse_value(struct cursor *c, struct ast_value *v)
{
	struct token t = c->now;

	if (t.kind != LEX_WORD && t.kind != LEX_NUMBER && t.kind != LEX_STRING) {
		cursor_unexpected(c, "a value");
		return false;
	}
	cursor_take(c);
	*v = (struct ast_value){ .word = { t.at, t.text } };
	return !t.is_doubtful && parse_value_of(c, v);
}
