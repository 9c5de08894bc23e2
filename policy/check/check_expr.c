/*
 * check_expr.c - conditions: facts, types, sets and literals.
 */
#include "check.h"

#include <string.h>

#include "../facts.h"
#include "../language/words.h"
#include "../match.h"

static struct ast_set *
find_set(struct check *k, struct policy_text name)
{
	for (struct ast_set *s = k->tree->sets; s != NULL; s = s->next)
		if (match_equal(s->name.text, name))
			return s;
	return NULL;
}

static const char *
nearest_set(struct check *k, struct policy_text name)
{
	const char *names[AST_SETS_MAX];
	size_t n = 0;

	for (struct ast_set *s = k->tree->sets; s != NULL; s = s->next) {
		char *copy = arena_alloc(k->arena, s->name.text.len + 1);

		if (copy == NULL)
			return NULL;
		memcpy(copy, s->name.text.p, s->name.text.len);
		names[n++] = copy;
	}
	return diag_nearest(name.p, name.len, names, n);
}

static void
report_unknown_set(struct check *k, const struct ast_word *name)
{
	const char *nearest = nearest_set(k, name->text);

	if (nearest == NULL) {
		diag_error(k->d, name->at, "there is no set '%.*s': write 'set "
			   "%.*s { ... }'", QUOTE(name->text),
			   QUOTE(name->text));
		return;
	}
	diag_error(k->d, name->at, "there is no set '%.*s': did you mean '%s'?",
		   QUOTE(name->text), nearest);
	find_set(k, (struct policy_text){ nearest, strlen(nearest) })->is_used =
		true;
}

/* A set belongs to one fact, because each fact has its own normal form. */
static void
check_set(struct check *k, struct ast_expr *e)
{
	struct ast_set *s = find_set(k, e->set_name.text);

	if (s == NULL) {
		report_unknown_set(k, &e->set_name);
		return;
	}
	e->set = s;
	if (s->is_used && s->used_at.len != 0 && s->fact != e->fact) {
		diag_error(k->d, e->set_name.at, "set '%.*s' is compared with "
			   "'%s' here: write a second set for that",
			   QUOTE(s->name.text), words_fact(e->fact));
		diag_note(k->d, s->used_at, "it is compared with '%s' here",
			  words_fact(s->fact));
	}
	if (s->is_used)
		return;
	s->is_used = true;
	s->fact = e->fact;
	s->used_at = e->fact_at;
	for (struct ast_value *v = s->values; v != NULL; v = v->next)
		if (!check_value(k, e->fact, v)) {
			diag_note(k->d, e->fact_at, "the set is compared with "
				  "'%s' here", words_fact(e->fact));
			return;
		}
}

/* A bare value that is called like a set is most likely meant as that. */
static void
warn_set_name(struct check *k, const struct ast_expr *e)
{
	const struct ast_word *w = &e->value->word;

	if (w->at.len == w->text.len && find_set(k, w->text) != NULL)
		diag_warning(k->d, w->at, "this is the value \"%.*s\", not the set: "
			     "write 'in %.*s', or the value in double quotes",
			     QUOTE(w->text), QUOTE(w->text));
}

static void
check_literal(struct check *k, struct ast_expr *e)
{
	warn_set_name(k, e);
	if (e->op == AST_EQUAL && e->value->kind == AST_GLOB)
		diag_error(k->d, e->value->word.at, "'=' compares the whole "
			   "value: write 'like' before a pattern");
	else
		check_value(k, e->fact, e->value);
	if (e->value->kind == AST_NETWORK)
		e->op = AST_IN;
}

static bool
is_known(const struct ast_limit *l, enum policy_fact fact)
{
	for (int class = 0; class < POLICY_CLASSES; class++)
		if ((l->classes & 1u << class) != 0 &&
		    fact_presence(fact, (enum policy_class)class) != FACT_NEVER)
			return true;
	return l->classes == 0;
}

/* Only `time` and `day` are parsed with a time and a day. */
static void
report_type(struct check *k, const struct ast_expr *e)
{
	const char *fact = words_fact(e->fact);
	enum fact_type type = fact_type(e->fact);

	if (type == FACT_NUMBER)
		diag_error(k->d, e->fact_at, "'%s' is a number: compare it with "
			   "'=', '<', '>', '<=' or '>='", fact);
	else if (type == FACT_MINUTE)
		diag_error(k->d, e->fact_at, "'%s' is a time of day: write '%s "
			   "20:00-07:00'", fact, fact);
	else if (type == FACT_WEEKDAY)
		diag_error(k->d, e->fact_at, "'%s' is a day of the week: write "
			   "'%s sat, sun'", fact, fact);
	else if (type == FACT_ADDRESS && e->op == AST_LIKE)
		diag_error(k->d, e->fact_at, "'%s' is an address: write '%s in "
			   "192.0.2.0/24'", fact, fact);
	else if (type == FACT_TEXT && e->op == AST_IN)
		diag_error(k->d, e->value->word.at, "after '%s in' stands the "
			   "name of a set; '=' compares with one value", fact);
	else
		diag_error(k->d, e->fact_at, "'%s' is not a number: only "
			   "'recipients' goes with '<' and '>'", fact);
}

/* True if the operator goes with the type of the fact. */
static bool
is_fit(const struct ast_expr *e)
{
	bool is_number = e->op >= AST_ABOVE && e->op <= AST_AT_MOST;

	switch (fact_type(e->fact)) {
	case FACT_NUMBER:
		return is_number || e->op == AST_EQUAL;
	case FACT_MINUTE:
		return e->op == AST_DURING;
	case FACT_WEEKDAY:
		return e->op == AST_ON;
	case FACT_ADDRESS:
		return e->op == AST_EQUAL || e->op == AST_IN;
	default:
		return e->op == AST_EQUAL || e->op == AST_LIKE ||
		       (e->op == AST_IN && e->value == NULL);
	}
}

static void
check_number(struct check *k, const struct ast_expr *e)
{
	if (e->op == AST_DURING && e->from == e->to)
		diag_error(k->d, e->at, "this is no time at all: write "
			   "00:00-24:00 if all day is meant, or remove the "
			   "test");
	else if (fact_type(e->fact) == FACT_NUMBER && e->number > UINT32_MAX)
		diag_error(k->d, e->at, "no message has that many recipients; "
			   "the limit is %u", UINT32_MAX);
}

static void
check_test(struct check *k, const struct ast_limit *l, struct ast_expr *e)
{
	if (diags_errors(k->d) >= DIAG_MAX)
		return;
	if (!is_fit(e)) {
		report_type(k, e);
		return;
	}
	if (!is_known(l, e->fact)) {
		diag_error(k->d, e->fact_at, "'%s' is never known for this mail: "
			   "remove the test", words_fact(e->fact));
		diag_note(k->d, l->classes_at, "the %s is for this mail",
			  check_kind(l));
	}
	if (e->set_name.text.p != NULL)
		check_set(k, e);
	else if (e->value != NULL)
		check_literal(k, e);
	else
		check_number(k, e);
}

/* The depth is bounded: AST_TESTS_MAX, AST_DEPTH_MAX. */
void
check_expr(struct check *k, const struct ast_limit *l, struct ast_expr *e)
{
	switch (e->op) {
	case AST_AND:
	case AST_OR:
		check_expr(k, l, e->left);
		check_expr(k, l, e->right);
		break;
	case AST_NOT:
		check_expr(k, l, e->left);
		break;
	default:
		check_test(k, l, e);
	}
}
