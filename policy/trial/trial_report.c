/*
 * trial_report.c - a failed expectation, in sentences.
 */
#include "trial_report.h"

#include <stdio.h>
#include <string.h>

#include "../language/words.h"
#include "duration.h"

#define NUMBER_MAX 64
#define REST_MAX 128
#define WINDOW_MAX 64
#define WHY_MAX (WINDOW_MAX + KEY_MAX + REST_MAX + 64)
#define KEY_MAX (sizeof(" for key ") + WATCH_KEY_MAX)

struct report {
	const struct watch *watch;
	const struct ast_policy *tree;
	const struct policy *policy;
	struct diags *d;
};

static const char *const relations[] = {
	[AST_EQ] = "=", [AST_LT] = "<", [AST_GT] = ">", [AST_LE] = "<=",
	[AST_GE] = ">=",
};

static const char *
subject(const struct watch *w)
{
	return w->bound->subject == AST_FIRST_REFUSAL ? "first refusal" :
	       words_subjects.list[w->bound->subject];
}

/* A number, or a time, as the subject has it. */
static void
print_number(const struct watch *w, uint64_t n, char out[NUMBER_MAX])
{
	if (w->bound->subject != AST_FIRST_REFUSAL)
		snprintf(out, NUMBER_MAX, "%llu", (unsigned long long)n);
	else if (n == WATCH_NONE)
		snprintf(out, NUMBER_MAX, "none");
	else
		duration_text(n, out);
}

static void
print_when(const struct moment *m, char out[NUMBER_MAX])
{
	char time[DURATION_MAX];

	if (m->at_us == 0)
		snprintf(out, NUMBER_MAX, "at once");
	else
		snprintf(out, NUMBER_MAX, "after %s",
			 duration_text(m->at_us, time));
}

static const char *
ordinal_end(uint64_t n)
{
	if (n % 100 >= 11 && n % 100 <= 13)
		return "th";
	switch (n % 10) {
	case 1: return "st";
	case 2: return "nd";
	case 3: return "rd";
	default: return "th";
	}
}

static void
print_too_many(const struct watch *w, char out[REST_MAX])
{
	uint64_t n = watch_ordinal(w);
	char when[NUMBER_MAX];

	print_when(&w->broken, when);
	snprintf(out, REST_MAX, ": the %llu%s message was %s %s",
		 (unsigned long long)n, ordinal_end(n), subject(w), when);
}

static void
print_too_few(const struct watch *w, char out[REST_MAX])
{
	bool is_accepted = w->bound->subject == AST_ACCEPTED;
	const struct moment *m = is_accepted ? &w->first_refusal : &w->broken;
	char when[NUMBER_MAX];

	print_when(m, when);
	if (is_accepted && m->stream == NULL)
		snprintf(out, REST_MAX, ": no more were sent");
	else if (is_accepted)
		snprintf(out, REST_MAX, ": the first refusal came %s", when);
	else if (m->stream == NULL)
		snprintf(out, REST_MAX, ": no message was %s%s", subject(w),
			 w->first_refusal.stream != NULL ? "" :
			 ", and no limit refused one");
	else
		snprintf(out, REST_MAX, ": the last message was %s %s",
			 subject(w), when);
}

static void
report_bound(const struct report *r)
{
	const struct watch *w = r->watch;
	char want[NUMBER_MAX], got[NUMBER_MAX], rest[REST_MAX] = "";

	print_number(w, w->bound->number, want);
	print_number(w, w->got, got);
	if (w->bound->subject == AST_FIRST_REFUSAL && w->got == WATCH_NONE)
		snprintf(rest, sizeof(rest), ": all messages were accepted");
	else if (w->bound->subject != AST_FIRST_REFUSAL && w->is_too_many)
		print_too_many(w, rest);
	else if (w->bound->subject != AST_FIRST_REFUSAL)
		print_too_few(w, rest);
	diag_error(r->d, w->bound->at, "expected %s %s %s, got %s%s", subject(w),
		   relations[w->bound->relation], want, got, rest);
}

static const struct ast_limit *
find(const struct ast_limit *l, const char *name)
{
	while (l != NULL && !words_equal(l->name.text, name))
		l = l->next;
	return l;
}

/* Names are unique over all three. */
static struct span
place(const struct ast_policy *tree, const char *name)
{
	const struct ast_limit *l = find(tree->limits, name);

	if (l == NULL)
		l = find(tree->exempts, name);
	if (l == NULL)
		l = find(tree->frozen.exempts, name);
	return l->name.at;
}

/* Nothing where one bucket is for all. */
static void
print_key(const struct moment *m, char out[KEY_MAX])
{
	if (strcmp(m->key, "-") == 0)
		out[0] = '\0';
	else
		snprintf(out, KEY_MAX, " for key %s", m->key);
}

/* What kept it out beside a window that is nearly full. */
static void
print_also(const struct moment *m, char out[REST_MAX])
{
	bool is_large = m->cause != GATE_TAKEN && m->recipients > 1 &&
			m->window->unit == POLICY_RCPTS;
	int n = 0;

	out[0] = '\0';
	if (is_large)
		n = snprintf(out, REST_MAX, ", and it has %u recipients",
			     m->recipients);
	if (m->cause == GATE_SPENT)
		snprintf(out + n, REST_MAX - (size_t)n, ", and what may be held "
			 "is spent");
}

/* Why the limit did it. */
static void
print_why(const struct moment *m, char out[WHY_MAX])
{
	char key[KEY_MAX], window[WINDOW_MAX], also[REST_MAX];

	print_key(m, key);
	if (m->cause == GATE_FROZEN) {
		snprintf(out, WHY_MAX, "mail is frozen%s", key);
		return;
	}
	policy_window_text(m->window, window, sizeof(window));
	print_also(m, also);
	if (m->cause == GATE_NEVER)
		snprintf(out, WHY_MAX, "%s never has room for %u at once", window,
			 m->recipients);
	else
		snprintf(out, WHY_MAX, "%s is at %u of %u%s%s", window, m->level,
			 m->window->burst, key, also);
}

static void
note_limit(const struct report *r, const struct moment *m, const char *did)
{
	struct policy_limit l = policy_limit(r->policy, (unsigned)m->limit);
	char when[NUMBER_MAX], why[WHY_MAX];

	print_when(m, when);
	print_why(m, why);
	diag_note(r->d, place(r->tree, l.name), "%s '%s' %s, %s: %s",
		  l.kind == POLICY_LIMIT ? "limit" : "exemption", l.name, did,
		  when, why);
}

static void
note_cause(const struct report *r, const struct moment *m, const char *did)
{
	if (m->limit >= 0)
		note_limit(r, m, did);
	else
		diag_note(r->d, m->stream->at, "no limit that refuses applies "
			  "to it");
}

/* The message that says most; its stream is NULL if none does. */
static const struct moment *
parting(const struct watch *w)
{
	bool is_early = w->bound->subject == AST_ACCEPTED && !w->is_too_many;
	bool is_first = is_early || w->broken.stream == NULL;

	return is_first ? &w->first_refusal : &w->broken;
}

void
trial_report(const struct watch *w, const struct ast_policy *tree,
	     const struct policy *p, struct diags *d)
{
	const struct report r = { w, tree, p, d };
	const struct moment *m = parting(w), *first = &w->first_refusal;
	bool is_let_through = m->cause == GATE_TAKEN;

	report_bound(&r);
	if (m->stream == NULL)
		return;
	diag_note(d, m->stream->at, "this was message %llu of this stream%s",
		  (unsigned long long)m->number, first->stream != NULL ? "" :
		  "; no limit refused any");
	note_cause(&r, m, is_let_through ? "let it through" :
		   m == first ? "refused first" : "refused it");
	if (is_let_through && first->stream != NULL)
		note_cause(&r, first, "refused first");
}
