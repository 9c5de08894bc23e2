/*
 * check_limit.c - one limit: keys, windows, and what it answers.
 */
#include "check.h"

#include "../bucket/bucket.h"
#include "../facts.h"
#include "../language/words.h"

#define PERIOD_MAX_US (UINT64_C(366) * 86400 * 1000000)
#define COUNT_MAX UINT64_C(1000000000)

static bool
has_class(const struct ast_limit *l, enum policy_class class)
{
	return (l->classes & 1u << class) != 0;
}

/* A limit whose key is missing does not apply: it must not look as if. */
static void
check_key_classes(struct check *k, const struct ast_limit *l,
		  const struct ast_key *key)
{
	for (int i = 0; i < POLICY_CLASSES; i++) {
		enum policy_class class = (enum policy_class)i;

		if (!has_class(l, class) ||
		    fact_presence(key->fact, class) != FACT_NEVER)
			continue;
		diag_error(k->d, key->at, "%s mail has no '%s', so this limit "
			   "would not apply to it: write a limit of its own for "
			   "%s mail", words_classes.list[i],
			   words_facts.list[key->fact], words_classes.list[i]);
		diag_note(k->d, l->classes_at, "the limit is for this mail");
		return;
	}
}

static void
check_key(struct check *k, const struct ast_limit *l, const struct ast_key *key)
{
	if (fact_type(key->fact) == FACT_NUMBER) {
		diag_error(k->d, key->at, "'%s' is a number, not somebody: count "
			   "recipients by 'allow N recipients/hour'",
			   words_facts.list[key->fact]);
		return;
	}
	for (const struct ast_key *o = l->by; o != key; o = o->next)
		if (o->fact == key->fact) {
			diag_error(k->d, key->at, "'%s' is already a key of this "
				   "limit: remove one",
				   words_facts.list[key->fact]);
			return;
		}
	check_key_classes(k, l, key);
}

static void
check_keys(struct check *k, const struct ast_limit *l)
{
	unsigned n = 0;

	for (const struct ast_key *key = l->by; key != NULL; key = key->next) {
		if (++n > POLICY_KEYS_MAX) {
			diag_error(k->d, key->at, "too many keys; the limit is "
				   "%d: remove this one", POLICY_KEYS_MAX);
			return;
		}
		check_key(k, l, key);
	}
}

static uint64_t
interval_us(const struct ast_window *w)
{
	return (w->period_us + w->count - 1) / w->count;
}

/* True if the numbers can be reckoned with. */
static bool
check_window(struct check *k, const struct ast_window *w)
{
	if (w->period_us == 0 || w->period_us > PERIOD_MAX_US)
		diag_error(k->d, w->at, "a period lasts from 1 second to 366 "
			   "days: choose one of these");
	else if (w->count == 0)
		diag_error(k->d, w->count_at, "a window of 0 stops everything "
			   "for ever: allow at least 1, or use 'sluice freeze'");
	else if (w->count > COUNT_MAX || w->count > w->period_us)
		diag_error(k->d, w->count_at, "no more than 1000000 a second and "
			   "%llu in all can be counted: write less",
			   (unsigned long long)COUNT_MAX);
	else if (w->burst == 0)
		diag_error(k->d, w->burst_at, "a burst of 0 lets nothing "
			   "through: allow at least 1");
	else if (w->burst > COUNT_MAX)
		diag_error(k->d, w->burst_at, "the largest burst is %llu",
			   (unsigned long long)COUNT_MAX);
	else if (w->burst > BUCKET_SPAN_MAX_US / interval_us(w))
		diag_error(k->d, w->burst_at, "a burst of %llu at this rate "
			   "needs more than 142 years to come back: write less",
			   (unsigned long long)w->burst);
	else
		return true;
	return false;
}

/* True if whatever b lets through, a lets through too. */
static bool
is_implied(const struct ast_window *a, const struct ast_window *b)
{
	return a->unit == b->unit && b->burst <= a->burst &&
	       interval_us(b) >= interval_us(a);
}

static void
compare_windows(struct check *k, const struct ast_window *first,
		const struct ast_window *second)
{
	const struct ast_window *idle = NULL;

	if (first->unit == second->unit &&
	    first->period_us == second->period_us) {
		diag_error(k->d, second->at, "there is already a window of this "
			   "unit and period: remove one");
		diag_note(k->d, first->at, "it is here");
		return;
	}
	if (is_implied(second, first))
		idle = second;
	else if (is_implied(first, second))
		idle = first;
	if (idle == NULL)
		return;
	diag_warning(k->d, idle->at, "this window never refuses anything: "
		     "remove it, or make it narrower");
	diag_note(k->d, idle == first ? second->at : first->at,
		  "this one always refuses before it");
}

static void
check_windows(struct check *k, const struct ast_limit *l)
{
	bool is_sound = true;
	unsigned n = 0;

	for (const struct ast_window *w = l->allow; w != NULL; w = w->next) {
		if (++n > POLICY_WINDOWS_MAX) {
			diag_error(k->d, w->at, "too many windows; the limit is "
				   "%d: remove this one", POLICY_WINDOWS_MAX);
			return;
		}
		is_sound &= check_window(k, w);
	}
	for (const struct ast_window *w = l->allow; is_sound && w != NULL;
	     w = w->next)
		for (const struct ast_window *v = l->allow; v != w; v = v->next)
			compare_windows(k, v, w);
}

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

static void
check_answer(struct check *k, const struct ast_answer *a, bool is_for_local)
{
	bool is_even_possible = a->action == POLICY_TEMPFAIL ||
				a->action == POLICY_REJECT;
	bool is_reply = is_even_possible;

	if (a->is_even_local && !is_even_possible)
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
	if (a->text.text.p == NULL)
		return;
	if (!is_reply)
		diag_warning(k->d, a->text.at, "nobody reads this text: only "
			     "'tempfail' and 'reject' send a reply");
	check_text(k, &a->text);
}

void
check_limit(struct check *k, struct ast_limit *l)
{
	if (l->when != NULL)
		check_expr(k, l, l->when);
	if (l->is_broken)
		return;
	check_keys(k, l);
	check_windows(k, l);
	check_answer(k, &l->otherwise, has_class(l, POLICY_LOCAL));
}

void
check_frozen(struct check *k, const struct ast_frozen *frozen)
{
	const struct ast_answer *both[] = { &frozen->local, &frozen->smtp };

	for (int i = 0; i < 2; i++) {
		if (both[i]->at.len == 0)
			continue;
		if (both[i]->action == POLICY_OBSERVE)
			diag_error(k->d, both[i]->at, "frozen mail does not go: "
				   "write 'hold', 'tempfail' or 'reject'");
		else
			check_answer(k, both[i], i == 0);
	}
}
