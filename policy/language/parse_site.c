/*
 * parse_site.c - what a policy says of the site, in one line each.
 */
#include "parse.h"

static void
check_once(struct cursor *c, const char *what, struct span before)
{
	if (before.len == 0)
		return;
	diag_error(c->d, c->last, "'%s' is already given: it stands once", what);
	diag_note(c->d, before, "it is here");
}

/* nodes -> "nodes" NUMBER */
void
parse_nodes(struct parser *p)
{
	struct cursor *c = &p->c;

	struct span at;
	uint64_t n;

	check_once(c, "nodes", c->tree->nodes_at);
	if (!parse_number(c, "a number after 'nodes'", &n, &at)) {
		cursor_skip_statement(c);
		return;
	}
	c->tree->nodes = n;
	c->tree->nodes_at = at;
}

/* two-person -> "two-person" */
void
parse_two_person(struct parser *p)
{
	struct cursor *c = &p->c;

	check_once(c, "two-person", c->tree->two_person_at);
	c->tree->two_person_at = c->last;
	c->tree->is_two_person = true;
}

/* delimiter -> "recipient" "delimiter" ( "none" | STRING | WORD ) */
void
parse_recipient(struct parser *p)
{
	struct cursor *c = &p->c;
	struct ast_word *word = &c->tree->delimiters;
	struct token t;

	check_once(c, "recipient delimiter", word->at);
	if (!cursor_expect_word(c, "delimiter", "'delimiter' after 'recipient'")) {
		cursor_skip_statement(c);
		return;
	}
	t = c->now;
	if (t.kind != LEX_STRING && t.kind != LEX_WORD) {
		cursor_unexpected(c, "the delimiter, as \"+\", or 'none'");
		cursor_skip_statement(c);
		return;
	}
	cursor_take(c);
	if (t.is_doubtful)
		return;
	*word = (struct ast_word){ t.at, t.text };
	if (t.kind == LEX_WORD && words_equal(t.text, "none"))
		word->text.len = 0;
}
