/*
 * prove.c - every outbound message meets a limit that it cannot avoid.
 *
 * A limit counts if it refuses and no key of it is claimed: who sends each
 * message under another sender gets a full bucket for each. If one of those
 * asks no condition and always has its key, that is the proof. If not, the
 * solver looks for a message that none of them applies to.
 */
#include "prove.h"

#include <string.h>

#include "../facts.h"
#include "../language/words.h"

#define STEPS_COVERAGE 1000000
#define STEPS_EACH 20000
#define STEPS_ALL 10000000
#define NOTES_MAX 5

/* The limit that is good for each class, and the one that is good for all. */
static const char *const remedies[POLICY_CLASSES + 1] = {
	[POLICY_LOCAL] = "for local mail  allow 600 messages/hour  else hold",
	[POLICY_AUTHENTICATED] = "for authenticated mail  by login  "
				 "allow 200 messages/hour  else tempfail",
	[POLICY_RELAYED] = "for relayed mail  by client/64  "
			   "allow 300 messages/hour  else tempfail",
	[POLICY_CLASSES] = "for outbound mail  allow 600 messages/hour  "
			   "else hold",
};

#define OUTBOUND 3		/* classes */

/* Mail of a class that meets no limit. */
struct escape {
	enum solve_answer answer;
	bool is_plain;			/* not even one that can be avoided */
	char mail[ESCAPE_MAX];		/* what is special about it */
};

const char *
prove_mail(int class)
{
	static const char *const mail[POLICY_CLASSES + 1] = {
		"mail handed to sendmail(1)", "authenticated mail",
		"relayed mail", "inbound mail", "outbound mail",
	};

	return mail[class];
}

const struct ast_key *
prove_claimed_key(const struct ast_limit *l)
{
	for (const struct ast_key *k = l->by; k != NULL; k = k->next)
		if (fact_trust(k->fact) == FACT_CLAIMED)
			return k;
	return NULL;
}

/* The first key that mail of the class may lack. */
static const struct ast_key *
missing_key(const struct ast_limit *l, enum policy_class class)
{
	for (const struct ast_key *k = l->by; k != NULL; k = k->next)
		if (k->otherwise.text.p == NULL &&
		    fact_presence(k->fact, class) != FACT_ALWAYS)
			return k;
	return NULL;
}

static bool
refuses(const struct ast_limit *l, enum policy_class class)
{
	return check_has_class(l, class) &&
	       l->otherwise.action != POLICY_OBSERVE;
}

static bool
covers_all(const struct ast_limit *l, enum policy_class class)
{
	return refuses(l, class) && l->when == NULL &&
	       prove_claimed_key(l) == NULL && missing_key(l, class) == NULL;
}

/* Why a limit does not cover all mail of its classes. */
static void
note_gap(struct prover *p, const struct ast_limit *l, unsigned classes)
{
	const struct ast_key *claimed = prove_claimed_key(l);
	const struct ast_key *missing = NULL;

	for (int class = 0; class < OUTBOUND && missing == NULL; class++)
		if ((l->classes & classes & 1u << class) != 0)
			missing = missing_key(l, (enum policy_class)class);
	if (l->otherwise.action == POLICY_OBSERVE)
		diag_note(p->d, l->otherwise.at, "'%.*s' only observes",
			  QUOTE(l->name.text));
	else if (claimed != NULL)
		diag_note(p->d, claimed->at, "'%.*s' counts by '%s', which the "
			  "sender chooses as he likes", QUOTE(l->name.text),
			  words_fact(claimed->fact));
	else if (missing != NULL)
		diag_note(p->d, missing->at, "'%.*s' counts by '%s', which not "
			  "all of this mail has", QUOTE(l->name.text),
			  words_fact(missing->fact));
	else
		diag_note(p->d, l->when->at, "'%.*s' applies only when this is "
			  "so", QUOTE(l->name.text));
}

static void
note_gaps(struct prover *p, unsigned classes)
{
	unsigned n = 0;

	for (struct ast_limit *l = p->tree->limits; l != NULL; l = l->next)
		if ((l->classes & classes) != 0 && n++ < NOTES_MAX)
			note_gap(p, l, classes);
}

/* Where the missing limit belongs: behind the last one of its class. */
static struct span
place(const struct prover *p, unsigned classes)
{
	struct span at = p->tree->end;

	for (struct ast_limit *l = p->tree->limits; l != NULL; l = l->next)
		if ((l->classes & classes) != 0)
			at = l->name.at;
	return at;
}

static unsigned
add_terms(struct prover *p, const struct ast_limit *l, enum policy_class class,
	  bool is_proven, unsigned n)
{
	for (; l != NULL; l = l->next)
		if (refuses(l, class) &&
		    (!is_proven || prove_claimed_key(l) == NULL))
			p->term[n++] = (struct solve_term){ l->when, l->by, false };
	return n;
}

/* Is there mail that no refusing limit applies to; or none that is proven? */
static enum solve_answer
ask_escape(struct prover *p, enum policy_class class, bool is_proven)
{
	struct solve_question q = { .class = class, .term = p->term,
				    .steps = STEPS_COVERAGE };

	q.n = add_terms(p, p->tree->exempts, class, is_proven, 0);
	q.n = add_terms(p, p->tree->limits, class, is_proven, q.n);
	return solve(p->s, &q);
}

static void
find_escape(struct prover *p, enum policy_class class, struct escape *e)
{
	*e = (struct escape){ .answer = SOLVE_NO };
	for (struct ast_limit *l = p->tree->limits; l != NULL; l = l->next)
		if (covers_all(l, class))
			return;
	e->answer = ask_escape(p, class, true);
	if (e->answer != SOLVE_YES)
		return;
	e->is_plain = ask_escape(p, class, false) == SOLVE_YES;
	if (!e->is_plain)
		ask_escape(p, class, true);
	escape_text(p, e->mail);
}

/* class POLICY_CLASSES: the same of all outbound mail. */
static void
report_escape(struct prover *p, int class, const struct escape *e)
{
	unsigned classes = class == POLICY_CLASSES ? (1u << OUTBOUND) - 1 :
			   1u << class;

	if (e->answer == SOLVE_NO)
		return;
	if (e->answer == SOLVE_UNKNOWN)
		diag_error(p->d, place(p, classes), "the conditions are too "
			   "many to see whether all %s meets a limit: add 'limit "
			   "NAME { %s }'", prove_mail(class), remedies[class]);
	else
		diag_error(p->d, place(p, classes), "%s%s meets no limit%s: "
			   "add 'limit NAME { %s }'", prove_mail(class), e->mail,
			   e->is_plain ? "" : " that its sender cannot avoid",
			   remedies[class]);
	note_gaps(p, classes);
}

static bool
is_same(const struct escape *a, const struct escape *b)
{
	return a->answer == b->answer && a->is_plain == b->is_plain &&
	       strcmp(a->mail, b->mail) == 0;
}

/* Shows that every outbound message meets a limit that its sender cannot avoid,
 * or says which mail escapes. */
static void
prove_coverage(struct prover *p)
{
	struct escape e[OUTBOUND];

	if (p->tree->limits == NULL) {
		diag_error(p->d, p->tree->end, "there is no limit, so all "
			   "mail goes: add 'limit NAME { %s }'",
			   remedies[POLICY_CLASSES]);
		return;
	}
	for (int class = 0; class < OUTBOUND; class++)
		find_escape(p, (enum policy_class)class, &e[class]);
	if (is_same(&e[0], &e[1]) && is_same(&e[1], &e[2]))
		report_escape(p, POLICY_CLASSES, &e[0]);
	else
		for (int class = 0; class < OUTBOUND; class++)
			report_escape(p, class, &e[class]);
}

enum solve_answer
prove_ask(struct prover *p, enum policy_class class, unsigned n,
	  bool is_stranger)
{
	unsigned long granted = p->steps < STEPS_EACH ? p->steps : STEPS_EACH;
	struct solve_question q = { .class = class, .term = p->term, .n = n,
				    .is_stranger = is_stranger,
				    .steps = granted };
	enum solve_answer answer = solve(p->s, &q);

	p->steps -= granted - q.steps;
	return answer;
}

void
prove_policy(const struct ast_policy *tree, struct arena *a, struct diags *d)
{
	struct prover p = { .tree = tree, .d = d, .s = solver_new(tree, a),
			    .steps = STEPS_ALL };
	size_t n = 1;

	for (struct ast_limit *l = tree->limits; l != NULL; l = l->next)
		n++;
	for (struct ast_limit *l = tree->exempts; l != NULL; l = l->next)
		n++;
	p.term = arena_alloc(a, n * sizeof(*p.term));
	if (p.s == NULL || p.term == NULL)
		return;
	prove_exempts(&p, tree->exempts);
	prove_exempts(&p, tree->frozen.exempts);
	prove_coverage(&p);
	prove_use(&p, tree->exempts);
	prove_use(&p, tree->limits);
	prove_use(&p, tree->frozen.exempts);
}
