/*
 * parse_answer.c - what becomes of mail that may not go.
 */
#include "parse.h"

/* answer -> ACTION [ "even" "local" ] [ STRING ] */
bool
parse_answer(struct cursor *c, struct ast_answer *answer)
{
	struct span from = c->now.at;
	int action = cursor_choose(c, &words_actions);

	if (action == -1)
		return false;
	*answer = (struct ast_answer){ .action = (enum policy_action)action };
	if (cursor_is_later(c, "up", "hold up to N messages/day") ||
	    cursor_is_later(c, "then", "then ACTION"))
		return false;
	if (cursor_accept_word(c, "even")) {
		answer->is_even_local = true;
		if (!cursor_accept_word(c, "local")) {
			cursor_unexpected(c, "'local' after 'even'");
			return false;
		}
	}
	answer->at = (struct span){ from.at, c->last.at + c->last.len - from.at };
	if (c->now.kind == LEX_STRING) {
		answer->text = (struct ast_word){ c->now.at, c->now.text };
		cursor_take(c);
	}
	return true;
}

/* frozen -> "frozen" "{" { "local" answer | "smtp" answer } "}" */
void
parse_frozen(struct cursor *c, struct ast_frozen *frozen)
{
	struct span at = c->last;
	struct block b;
	int kind;

	if (frozen->is_given) {
		diag_error(c->d, at, "'frozen' is already given: it stands once");
		diag_note(c->d, frozen->at, "it is here");
	}
	*frozen = (struct ast_frozen){ .at = at, .is_given = true };
	if (!cursor_open(c, &words_frozen, &b)) {
		cursor_skip_statement(c);
		return;
	}
	while ((kind = cursor_clause(c, &b)) != -1)
		if (!parse_answer(c, kind == 0 ? &frozen->local : &frozen->smtp))
			cursor_clause_failed(c, &b);
	c->depth = 0;
}
