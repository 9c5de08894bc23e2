/*
 * parse_test.c - one test of a condition.
 */
#include "parse.h"

#include "../facts.h"

static bool
number(struct cursor *c, struct ast_expr *e)
{
	struct span at;

	return parse_number(c, "a number, as in 'recipients > 50'", &e->number,
			    &at);
}

static bool
value(struct cursor *c, struct ast_expr *e)
{
	if (cursor_at_clause(c)) {
		cursor_unexpected(c, "a value");
		return false;
	}
	e->value = arena_alloc(c->arena, sizeof(*e->value));
	if (e->value == NULL || !parse_value(c, e->value))
		return false;
	if (c->now.kind != LEX_COMMA)
		return true;
	diag_error(c->d, c->now.at, "a test compares with one value; more stand "
		   "in a set: write 'set NAME { ... }' above, and 'in NAME' "
		   "here");
	return false;
}

/* place -> NAME of a set | ADDRESS [ "/" BITS ] */
static bool
place(struct cursor *c, struct ast_expr *e)
{
	bool is_clause = cursor_at_clause(c);

	if (c->now.kind == LEX_WORD && cursor_is_name(c->now.text) && !is_clause) {
		e->set_name = (struct ast_word){ c->now.at, c->now.text };
		cursor_take(c);
		return true;
	}
	if (c->now.kind == LEX_OPEN) {
		diag_error(c->d, c->now.at, "a list stands in a set of its own: "
			   "write 'set NAME { ... }' above, and its name here");
		return false;
	}
	if ((c->now.kind != LEX_WORD && c->now.kind != LEX_STRING) || is_clause) {
		cursor_unexpected(c, "the name of a set or a network after 'in'");
		return false;
	}
	return value(c, e);
}

static int
relation(enum lex_kind kind)
{
	switch (kind) {
	case LEX_EQUAL: return AST_EQUAL;
	case LEX_ABOVE: return AST_ABOVE;
	case LEX_BELOW: return AST_BELOW;
	case LEX_AT_LEAST: return AST_AT_LEAST;
	case LEX_AT_MOST: return AST_AT_MOST;
	default: return -1;
	}
}

/* What stands for `==`, `=>`, `=<` and `<>` of other languages. */
static const char *
instead(enum lex_kind first, enum lex_kind second)
{
	if (first == LEX_BELOW && second == LEX_ABOVE)
		return "'not' before the test, as in 'not login = \"alice\"'";
	if (first == LEX_EQUAL && second == LEX_EQUAL)
		return "'='";
	if (first == LEX_EQUAL && second == LEX_ABOVE)
		return "'>='";
	return first == LEX_EQUAL && second == LEX_BELOW ? "'<='" :
	       "one of '=', '<', '>', '<=' and '>='";
}

bool
parse_is_odd_relation(struct cursor *c, struct token first)
{
	struct token t = c->now;

	if (relation(t.kind) == -1)
		return false;
	cursor_take(c);
	diag_error(c->d, cursor_span(c, first.at), "unexpected '%.*s': write %s",
		   (int)(t.text.p + t.text.len - first.text.p), first.text.p,
		   instead(first.kind, t.kind));
	return true;
}

/* What stands after a relation; check says if it goes with the fact. */
static bool
right_side(struct cursor *c, struct ast_expr *e)
{
	switch (fact_type(e->fact)) {
	case FACT_WEEKDAY:
		return parse_days(c, &e->days);
	case FACT_MINUTE:
		return value(c, e);
	case FACT_NUMBER:
		return number(c, e);
	default:
		return e->op == AST_EQUAL ? value(c, e) : number(c, e);
	}
}

static bool
operand(struct cursor *c, struct ast_expr *e)
{
	int op = relation(c->now.kind);
	struct token t = c->now;

	if (op != -1) {
		cursor_take(c);
		e->op = (enum ast_op)op;
		return !parse_is_odd_relation(c, t) && right_side(c, e);
	}
	if (cursor_accept_word(c, "like")) {
		e->op = AST_LIKE;
		return value(c, e);
	}
	if (cursor_accept_word(c, "in")) {
		e->op = AST_IN;
		return fact_type(e->fact) == FACT_WEEKDAY ?
		       parse_days(c, &e->days) : place(c, e);
	}
	if (cursor_is_word(c, "not")) {
		diag_error(c->d, c->now.at, "'not' stands before the whole test, "
			   "as in 'not login in partners'");
		return false;
	}
	cursor_unexpected(c, fact_type(e->fact) == FACT_NUMBER ?
			  "'=', '<', '>', '<=' or '>=' after a number" :
			  "'=', 'in' or 'like' after a fact");
	return false;
}

/* Another day after `and` is most likely one more of the list. */
static bool
is_day(struct cursor *c)
{
	if (c->now.kind != LEX_WORD || words_find(&words_days, c->now.text) == -1 ||
	    words_find(&words_facts, c->now.text) != -1)
		return false;
	diag_error(c->d, c->now.at, "days stand in one list: write 'day sat, sun'");
	return true;
}

static bool
fact(struct cursor *c, struct ast_expr *e)
{
	int i;

	if (c->now.kind == LEX_STRING) {
		cursor_unexpected(c, "a whole test, as in 'login = \"alice\"'");
		return false;
	}
	if (is_day(c))
		return false;
	i = cursor_choose(c, &words_facts);
	if (i == -1)
		return false;
	e->fact = (enum policy_fact)i;
	return e->fact != POLICY_HEADER || parse_header(c, &e->fact);
}

/* test -> ( FACT | header ) ( "=" value | "like" value | "in" place )
 *       | "recipients" relation NUMBER | "time" time | "day" days */
bool
parse_test(struct cursor *c, struct ast_expr *e)
{
	struct span at = c->now.at;
	bool is_plain;

	if (!fact(c, e))
		return false;
	e->fact_at = cursor_span(c, at);
	is_plain = relation(c->now.kind) != -1 || cursor_is_word(c, "in") ||
		   cursor_is_word(c, "like");
	if (e->fact == POLICY_DAY && !is_plain) {
		e->op = AST_ON;
		if (!parse_days(c, &e->days))
			return false;
	} else if (e->fact == POLICY_TIME && !is_plain) {
		if (!parse_time(c, e))
			return false;
	} else if (!operand(c, e)) {
		return false;
	}
	e->at = cursor_span(c, at);
	return true;
}
