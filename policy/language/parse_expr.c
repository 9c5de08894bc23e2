/*
 * parse_expr.c - conditions.
 *
 * Depth and number of tests are bounded, and so is every recursion over the
 * tree, here and later.
 */
#include "parse.h"

#include "../facts.h"

struct parser {
	struct cursor *c;
	unsigned depth, tests;
};

static struct ast_expr *or_expr(struct parser *p);

static struct ast_expr *
node(struct parser *p, enum ast_op op, struct ast_expr *left,
     struct ast_expr *right, struct span from)
{
	struct ast_expr *e = arena_alloc(p->c->arena, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->op = op;
	e->left = left;
	e->right = right;
	e->at.at = from.at;
	e->at.len = p->c->last.at + p->c->last.len - from.at;
	return e;
}

static bool
number(struct parser *p, struct ast_expr *e)
{
	struct cursor *c = p->c;

	if (c->now.kind == LEX_EQUAL) {
		diag_error(c->d, c->now.at, "there is no '%s=': write '%s' and "
			   "the next number",
			   e->op == AST_ABOVE ? ">" : "<",
			   e->op == AST_ABOVE ? ">" : "<");
		return false;
	}
	e->number = c->now.number;
	return cursor_expect(c, LEX_NUMBER, "a number, as in 'recipients > 50'");
}

static bool
value(struct parser *p, struct ast_expr *e)
{
	if (cursor_at_clause(p->c)) {
		cursor_unexpected(p->c, "a value");
		return false;
	}
	e->value = arena_alloc(p->c->arena, sizeof(*e->value));
	return e->value != NULL && parse_value(p->c, e->value);
}

/* place -> NAME of a set | ADDRESS [ "/" BITS ] */
static bool
place(struct parser *p, struct ast_expr *e)
{
	struct cursor *c = p->c;

	if (c->now.kind == LEX_WORD && cursor_is_name(c->now.text) &&
	    !cursor_at_clause(c)) {
		e->set_name = (struct ast_word){ c->now.at, c->now.text };
		cursor_take(c);
		return true;
	}
	if ((c->now.kind != LEX_WORD && c->now.kind != LEX_STRING) ||
	    cursor_at_clause(c)) {
		cursor_unexpected(c, "the name of a set or a network after 'in'");
		return false;
	}
	return value(p, e);
}

static bool
operand(struct parser *p, struct ast_expr *e)
{
	struct cursor *c = p->c;

	if (cursor_accept(c, LEX_EQUAL)) {
		e->op = AST_EQUAL;
		return fact_type(e->fact) == FACT_NUMBER ? number(p, e) :
		       value(p, e);
	}
	if (cursor_accept_word(c, "like")) {
		e->op = AST_LIKE;
		return value(p, e);
	}
	if (cursor_accept_word(c, "in")) {
		e->op = AST_IN;
		return place(p, e);
	}
	if (c->now.kind == LEX_ABOVE || c->now.kind == LEX_BELOW) {
		e->op = cursor_take(c).kind == LEX_ABOVE ? AST_ABOVE : AST_BELOW;
		return number(p, e);
	}
	cursor_unexpected(c, "'=', 'in', 'like', '>' or '<' after a fact");
	return false;
}

/* test -> FACT ( "=" value | "like" value | "in" place | ">" N | "<" N ) */
static struct ast_expr *
test(struct parser *p)
{
	struct cursor *c = p->c;
	struct span at = c->now.at;
	struct ast_expr *e;
	int fact;

	if (++p->tests > AST_TESTS_MAX) {
		diag_error(c->d, at, "too many tests in one condition; the limit "
			   "is %d: put the values into a set", AST_TESTS_MAX);
		return NULL;
	}
	if (c->now.kind == LEX_STRING) {
		cursor_unexpected(c, "a whole test, as in 'login = \"alice\"'");
		return NULL;
	}
	fact = cursor_choose(c, &words_facts);
	e = fact != -1 ? node(p, AST_EQUAL, NULL, NULL, at) : NULL;
	if (e == NULL)
		return NULL;
	e->fact = (enum policy_fact)fact;
	e->fact_at = at;
	if (!operand(p, e))
		return NULL;
	e->at.len = c->last.at + c->last.len - at.at;
	return e;
}

/* group -> "(" or ")" */
static struct ast_expr *
group(struct parser *p)
{
	struct cursor *c = p->c;
	struct span open = c->last;
	struct ast_expr *e = or_expr(p);

	if (e == NULL || cursor_accept(c, LEX_RIGHT))
		return e;
	cursor_unexpected(c, "')'");
	diag_note(c->d, open, "this is the '(' to be closed");
	return NULL;
}

/* not -> "not" not | group | test */
static struct ast_expr *
not_expr(struct parser *p)
{
	struct cursor *c = p->c;
	struct span at = c->now.at;
	struct ast_expr *e;

	if (p->depth == AST_DEPTH_MAX) {
		diag_error(c->d, at, "the condition is nested too deeply; the "
			   "limit is %d: split the limit, or use a set",
			   AST_DEPTH_MAX);
		return NULL;
	}
	p->depth++;
	if (cursor_accept_word(c, "not")) {
		e = not_expr(p);
		if (e != NULL)
			e = node(p, AST_NOT, e, NULL, at);
	} else if (cursor_accept(c, LEX_LEFT)) {
		e = group(p);
	} else {
		e = test(p);
	}
	p->depth--;
	return e;
}

/* and -> not { "and" not } */
static struct ast_expr *
and_expr(struct parser *p)
{
	struct span from = p->c->now.at;
	struct ast_expr *e = not_expr(p), *right;

	while (e != NULL && cursor_accept_word(p->c, "and")) {
		right = not_expr(p);
		e = right != NULL ? node(p, AST_AND, e, right, from) : NULL;
	}
	return e;
}

/* or -> and { "or" and } */
static struct ast_expr *
or_expr(struct parser *p)
{
	struct span from = p->c->now.at;
	struct ast_expr *e = and_expr(p), *right;

	while (e != NULL && cursor_accept_word(p->c, "or")) {
		right = and_expr(p);
		e = right != NULL ? node(p, AST_OR, e, right, from) : NULL;
	}
	return e;
}

/* expr -> or */
struct ast_expr *
parse_expr(struct cursor *c)
{
	struct parser p = { .c = c };

	return or_expr(&p);
}
