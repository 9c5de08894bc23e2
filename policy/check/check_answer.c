/*
 * check_answer.c - what becomes of a message that may not go.
 */
#include "check.h"

#include "../language/words.h"

/* The text has to survive as one SMTP reply line. */
static void
check_text(struct check *k, const struct ast_word *word)
{
	struct policy_text t = word->text;

	if (t.len == 0)
		diag_error(k->d, word->at, "the reply text is empty: write what "
			   "the sender should read, or no text at all");
	if (t.len > POLICY_TEXT_MAX)
		diag_error(k->d, word->at, "the reply text has %zu characters; "
			   "the limit is %d", t.len, POLICY_TEXT_MAX);
	for (size_t i = 0; i < t.len; i++) {
		struct span at = { word->at.at + 1 + (uint32_t)i, 1 };

		if (t.p[i] >= ' ' && t.p[i] <= '~')
			continue;
		diag_error(k->d, at, "SMTP carries plain ASCII only: write the "
			   "reply text without byte 0x%02x",
			   (unsigned char)t.p[i]);
		return;
	}
}

static bool
is_reply(const struct ast_answer *a)
{
	return a->action == POLICY_TEMPFAIL || a->action == POLICY_REJECT;
}

/* Local mail has nobody who waits for an answer. */
static void
check_local(struct check *k, const struct ast_answer *a, bool is_for_local)
{
	if (a->is_even_local && !is_reply(a))
		diag_error(k->d, a->at, "'even local' goes with 'tempfail' and "
			   "'reject' only: remove it");
	else if (a->is_even_local && !is_for_local)
		diag_error(k->d, a->at, "'even local' means nothing here, for "
			   "this is never local mail: remove it");
	else if (is_for_local && !a->is_even_local &&
		 a->action == POLICY_TEMPFAIL)
		diag_error(k->d, a->at, "a tempfailed local message stays in "
			   "maildrop and is tried again with each new one, until "
			   "all local mail stands still: write 'hold', or "
			   "'tempfail even local' if you want just that");
	else if (is_for_local && !a->is_even_local &&
		 a->action == POLICY_REJECT)
		diag_warning(k->d, a->at, "a rejected local message is bounced to "
			     "its sender, who may be forged: write 'hold', or "
			     "'reject even local' if you want just that");
}

static void
check_budget(struct check *k, const struct ast_answer *a, bool is_for_local)
{
	if (a->action != POLICY_HOLD)
		diag_error(k->d, a->budget->at, "only 'hold' goes up to a number: "
			   "write 'hold up to ... then ...'");
	if (a->budget->count == 0)
		diag_error(k->d, a->budget->count_at, "up to 0 nothing is held: "
			   "write what comes after 'then' instead of 'hold'");
	else
		check_window(k, a->budget);
	if (!is_reply(a->spent))
		diag_error(k->d, a->spent->at, "when no more is held, a message "
			   "has to be refused: write 'then tempfail' or 'then "
			   "reject'");
	else
		check_answer(k, a->spent, is_for_local);
}

/* The recursion ends with what is spent, which has no budget. */
void
check_answer(struct check *k, const struct ast_answer *a, bool is_for_local)
{
	check_local(k, a, is_for_local);
	if (a->budget != NULL)
		check_budget(k, a, is_for_local);
	if (a->text.text.p == NULL)
		return;
	if (!is_reply(a))
		diag_warning(k->d, a->text.at, "nobody reads this text: only "
			     "'tempfail' and 'reject' send a reply");
	check_text(k, &a->text);
}

void
check_other_answer(struct check *k, const struct ast_answer *a,
		   const char *mail, bool is_for_local)
{
	if (a->at.len == 0)
		return;
	if (a->action == POLICY_OBSERVE)
		diag_error(k->d, a->at, "%s does not go: write 'hold', "
			   "'tempfail' or 'reject'", mail);
	else if (a->budget != NULL)
		diag_error(k->d, a->at, "only a limit holds up to a number: "
			   "write 'hold', 'tempfail' or 'reject'");
	else
		check_answer(k, a, is_for_local);
}
