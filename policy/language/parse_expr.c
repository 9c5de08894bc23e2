/*
 * parse_expr.c - conditions.
 *
 * Depth and number of tests are bounded, and so is every recursion over the
 * tree, here and later.
 */
#include "parse.h"

struct condition {
	struct cursor *c;
	unsigned depth, tests;
};

static struct ast_expr *or_expr(struct condition *p);

static struct ast_expr *
node(struct condition *p, enum ast_op op, struct ast_expr *left,
     struct ast_expr *right, struct span from)
{
	struct ast_expr *e = arena_alloc(p->c->arena, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->op = op;
	e->left = left;
	e->right = right;
	e->at = cursor_span(p->c, from);
	return e;
}

static struct ast_expr *
test(struct condition *p)
{
	struct ast_expr *e;

	if (++p->tests > AST_TESTS_MAX) {
		diag_error(p->c->d, p->c->now.at, "too many tests in one "
			   "condition; the limit is %d: put the values into a "
			   "set", AST_TESTS_MAX);
		return NULL;
	}
	e = arena_alloc(p->c->arena, sizeof(*e));
	return e != NULL && parse_test(p->c, e) ? e : NULL;
}

/* group -> "(" or ")" */
static struct ast_expr *
group(struct condition *p)
{
	struct cursor *c = p->c;
	struct span open = c->last;
	struct ast_expr *e = or_expr(p);

	if (e == NULL || cursor_accept(c, LEX_RIGHT))
		return e;
	cursor_unexpected(c, "')'");
	if (!c->now.is_doubtful)
		diag_note(c->d, open, "this is the '(' to be closed");
	return NULL;
}

/* not -> "not" not | group | test */
static struct ast_expr *
not_expr(struct condition *p)
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
and_expr(struct condition *p)
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
or_expr(struct condition *p)
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
	struct condition p = { .c = c };

	return or_expr(&p);
}
