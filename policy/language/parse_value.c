/*
 * parse_value.c - names, patterns, networks, and lists of them.
 */
#include "parse.h"

#include <string.h>

#include "../identity/identity.h"

/* ADDRESS or ADDRESS/BITS */
bool
parse_network(struct policy_text text, struct ast_value *v)
{
	const char *slash = memchr(text.p, '/', text.len);
	size_t len = slash != NULL ? (size_t)(slash - text.p) : text.len;
	unsigned bits = 0;

	if (!identity_client(text.p, len, &v->net))
		return false;
	v->prefix = v->net.family == 4 ? 32 : 128;
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

static enum ast_value_kind
value_kind(struct ast_value *v)
{
	struct policy_text text = v->word.text;

	if (parse_network(text, v))
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
	if (t.text.len == 0)
		diag_error(c->d, t.at, "an empty value equals nothing: write a "
			   "name, a pattern or a network");
	else if (t.text.len > IDENTITY_MAX)
		diag_error(c->d, t.at, "a value of %zu bytes equals nothing; "
			   "the limit is %d", t.text.len, IDENTITY_MAX);
	else if (has_control(t.text))
		diag_error(c->d, t.at, "a value with a control character "
			   "equals nothing: remove it");
	v->kind = value_kind(v);
	return true;
}

static void
keep_value(struct cursor *c, const struct ast_value *v,
	   struct ast_value ***tail)
{
	struct ast_value *kept;

	if (c->n_values == AST_VALUES_MAX)
		diag_error(c->d, v->word.at, "too many values in the sets; the "
			   "limit is %d", AST_VALUES_MAX);
	if (c->n_values++ >= AST_VALUES_MAX)
		return;
	kept = arena_copy(c->arena, v, sizeof(*v));
	if (kept == NULL)
		return;
	**tail = kept;
	*tail = &kept->next;
}

/* What is left of a list that cannot be read. */
static void
skip_list(struct cursor *c)
{
	while (c->now.kind != LEX_END && c->now.kind != LEX_CLOSE &&
	       !cursor_at_statement(c))
		cursor_take(c);
	cursor_accept(c, LEX_CLOSE);
}

/* values -> "{" [ value { "," value } [ "," ] ] "}" */
struct ast_value *
parse_values(struct cursor *c)
{
	struct ast_value *list = NULL, **tail = &list, v;
	struct span open = c->now.at;

	if (!cursor_expect(c, LEX_OPEN, "'{'")) {
		cursor_skip_statement(c);
		return NULL;
	}
	if (c->now.kind == LEX_CLOSE)
		diag_error(c->d, open, "the list is empty: name at least one "
			   "value, or remove it");
	while (!cursor_accept(c, LEX_CLOSE)) {
		if (cursor_block_is_open(c, open))
			break;
		if (!parse_value(c, &v)) {
			skip_list(c);
			break;
		}
		keep_value(c, &v, &tail);
		if (!cursor_accept(c, LEX_COMMA) && c->now.kind != LEX_CLOSE &&
		    !cursor_block_is_open(c, open)) {
			cursor_unexpected(c, "',' or '}' after a value");
			skip_list(c);
			break;
		}
	}
	if (cursor_at_statement(c))
		c->depth = 0;
	return list;
}
