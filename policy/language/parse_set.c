/*
 * parse_set.c - lists of values.
 */
#include "parse.h"

void
parse_keep(struct cursor *c, struct parse_list *list,
	   const struct ast_value *v)
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
	*list->tail = kept;
	list->tail = &kept->next;
}

static bool
is_value(const struct cursor *c)
{
	return (c->now.kind == LEX_WORD || c->now.kind == LEX_NUMBER ||
		c->now.kind == LEX_STRING) && !cursor_at_statement(c);
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

/* [ value { "," value } [ "," ] ] "}" */
static void
values(struct cursor *c, struct span open, struct parse_list *list)
{
	struct ast_value v;

	while (!cursor_accept(c, LEX_CLOSE)) {
		if (cursor_block_is_open(c, open))
			return;
		if (!is_value(c)) {
			cursor_unexpected(c, "a value");
			skip_list(c);
			return;
		}
		if (parse_value(c, &v))
			parse_keep(c, list, &v);
		if (!cursor_comma(c, is_value(c)) && c->now.kind != LEX_CLOSE &&
		    !cursor_block_is_open(c, open)) {
			cursor_unexpected(c, "',' or '}' after a value");
			skip_list(c);
			return;
		}
	}
}

/* values -> "{" [ value { "," value } [ "," ] ] "}" */
static struct ast_value *
parse_values(struct cursor *c)
{
	struct parse_list list = { .tail = &list.first };
	struct span open = c->now.at;

	if (!cursor_expect(c, LEX_OPEN, "'{'")) {
		cursor_skip_statement(c);
		return NULL;
	}
	if (c->now.kind == LEX_CLOSE)
		diag_error(c->d, open, "the list is empty: name at least one "
			   "value, or remove it");
	values(c, open, &list);
	c->depth = 0;
	return list.first;
}

/* own -> "own" "networks" values */
void
parse_own(struct parser *p)
{
	struct cursor *c = &p->c;
	struct span at = c->last;
	size_t before = c->n_values;	/* which counts those of sets only */

	if (!cursor_expect_word(c, "networks", "'networks' after 'own'")) {
		cursor_skip_statement(c);
		return;
	}
	if (c->tree->own_networks_at.len != 0) {
		diag_error(c->d, at, "'own networks' is already given: write "
			   "all networks into one list");
		diag_note(c->d, c->tree->own_networks_at, "it is here");
	}
	c->tree->own_networks_at = at;
	c->tree->own_networks = parse_values(c);
	c->n_values = before;
}

/* values | "from" STRING */
static struct ast_value *
either(struct parser *p)
{
	struct cursor *c = &p->c;

	if (c->now.kind != LEX_WORD || cursor_at_statement(c))
		return parse_values(c);
	if (cursor_expect_word(c, "from", "'{' or 'from'"))
		return parse_file_values(p);
	cursor_skip_statement(c);
	return NULL;
}

/* set -> "set" NAME ( values | "from" STRING ) */
void
parse_set(struct parser *p)
{
	struct cursor *c = &p->c;
	struct ast_set *s = arena_alloc(c->arena, sizeof(*s));

	if (s == NULL || !cursor_name(c, "set", &s->name)) {
		cursor_skip_statement(c);
		return;
	}
	if (!parse_count(p, &p->n_sets, AST_SETS_MAX, s->name.at, "sets"))
		return;
	s->values = either(p);
	*p->set_tail = s;
	p->set_tail = &s->next;
}
