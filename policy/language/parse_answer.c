/*
 * parse_answer.c - what becomes of mail that may not go.
 */
#include "parse.h"

static bool
is_text_word(const struct cursor *c)
{
	static const struct words *const others[] = {
		&words_clauses, &words_frozen, &words_outage, &words_actions,
		&words_classes,
	};
	struct policy_text t = c->now.text;

	if ((c->now.kind != LEX_WORD && c->now.kind != LEX_NUMBER) ||
	    c->now.is_first || c->now.is_doubtful)
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (words_find(others[i], t) != -1)
			return false;
	return true;
}

/* A short word is near to many that it was not meant for. */
static bool
is_misspelt(struct policy_text t)
{
	return t.len > 3 &&
	       (diag_nearest(t.p, t.len, words_clauses.list, words_clauses.n) ||
		diag_nearest(t.p, t.len, words_frozen.list, words_frozen.n) ||
		diag_nearest(t.p, t.len, words_outage.list, words_outage.n));
}

/* A text without its quotes: the words up to the end of the line. */
static void
bare_text(struct cursor *c)
{
	struct token first = c->now;
	struct policy_text text = first.text;

	if (!is_text_word(c) || is_misspelt(first.text))
		return;
	while (is_text_word(c) || (c->now.kind == LEX_COMMA && !c->now.is_first)) {
		text.len = (size_t)(c->now.text.p - text.p) + c->now.text.len;
		cursor_take(c);
	}
	diag_error(c->d, cursor_span(c, first.at), "a text stands in double "
		   "quotes: write \"%.*s\"", QUOTE(text));
}

/* What follows the action: [ "even" "local" ] [ STRING ] */
static bool
manner(struct cursor *c, struct ast_answer *answer, struct span from)
{
	if (cursor_accept_word(c, "even")) {
		answer->is_even_local = true;
		if (!cursor_expect_word(c, "local", "'local' after 'even'"))
			return false;
	}
	answer->at = cursor_span(c, from);
	if (cursor_is_word(c, "up")) {
		diag_error(c->d, c->now.at, "this stands behind the action: write "
			   "'hold up to 100 messages/day then reject even local'");
		return false;
	}
	if (c->now.kind == LEX_WORD &&
	    words_find(&words_actions, c->now.text) != -1) {
		diag_error(c->d, c->now.at, "there is one action: remove '%.*s', or "
			   "write 'hold up to 100 messages/day then ...'",
			   QUOTE(c->now.text));
		return false;
	}
	if (c->now.kind != LEX_STRING) {
		bare_text(c);
		return true;
	}
	answer->text = (struct ast_word){ c->now.at, c->now.text };
	cursor_take(c);
	return !c->is_doubtful;
}

/* ACTION ... of what comes when the budget is spent: it has none itself. */
static bool
spent(struct cursor *c, struct ast_answer *answer)
{
	struct span from = c->now.at;
	int action = cursor_choose(c, &words_actions);

	if (action == -1)
		return false;
	answer->action = (enum policy_action)action;
	if (!cursor_is_word(c, "up"))
		return manner(c, answer, from);
	diag_error(c->d, c->now.at, "there is one end: write 'tempfail' or "
		   "'reject' after 'then'");
	return false;
}

/* `else` on the same line is how others say it. */
static bool
then(struct cursor *c)
{
	if (!cursor_is_word(c, "else") || c->now.is_first)
		return cursor_expect_word(c, "then", "'then' and what comes "
					  "after, as in 'hold up to 100 "
					  "messages/day then reject'");
	diag_error(c->d, c->now.at, "what comes after stands behind 'then': "
		   "write that instead of 'else'");
	cursor_take(c);
	return true;
}

/* "up" "to" rate "then" spent */
static bool
budget(struct cursor *c, struct ast_answer *answer)
{
	answer->budget = arena_alloc(c->arena, sizeof(*answer->budget));
	answer->spent = arena_alloc(c->arena, sizeof(*answer->spent));
	if (answer->budget == NULL || answer->spent == NULL)
		return false;
	return cursor_expect_word(c, "to", "'to' after 'up', as in 'hold up to "
				  "100 messages/day then reject'") &&
	       parse_rate(c, answer->budget) &&
	       then(c) && spent(c, answer->spent);
}

/* answer -> ACTION [ "up" "to" rate "then" answer ] [ "even" "local" ]
 *           [ STRING ] */
bool
parse_answer(struct cursor *c, struct ast_answer *answer)
{
	struct span from = c->now.at;
	int action = cursor_choose(c, &words_actions);

	if (action == -1)
		return false;
	*answer = (struct ast_answer){ .action = (enum policy_action)action };
	if (cursor_is_word(c, "then")) {
		diag_error(c->d, c->now.at, "'then' comes after a number: write "
			   "'hold up to 100 messages/day then ...'");
		return false;
	}
	if (!cursor_accept_word(c, "up"))
		return manner(c, answer, from);
	if (!budget(c, answer))
		return false;
	answer->at = cursor_span(c, from);
	return true;
}
