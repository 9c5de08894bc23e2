/*
 * prove.c - every outbound message meets a limit that it cannot avoid.
 *
 * A limit covers a class of mail if it refuses, asks no further condition, and
 * has no key, or only keys that mail of this class always has and that its
 * sender cannot choose. A claimed key covers nothing: who sends each message
 * under another sender gets a full bucket for each.
 */
#include "check.h"

#include "../facts.h"
#include "../language/words.h"

/* The mail of each class, as an operator would call it. */
static const char *const mail[POLICY_CLASSES] = {
	[POLICY_LOCAL] = "local mail (sendmail(1), PHP mail())",
	[POLICY_AUTHENTICATED] = "authenticated mail (SMTP with a login)",
	[POLICY_RELAYED] = "relayed mail (your own networks, no login)",
};

/* The limit that is good for each class. */
static const char *const remedies[POLICY_CLASSES] = {
	[POLICY_LOCAL] = "for local mail  allow 600 messages/hour  else hold",
	[POLICY_AUTHENTICATED] = "for authenticated mail  by login  "
				 "allow 200 messages/hour  else tempfail",
	[POLICY_RELAYED] = "for relayed mail  by client/64  "
			   "allow 300 messages/hour  else tempfail",
};

static const struct ast_key *
avoidable_key(const struct ast_limit *l, enum policy_class class)
{
	for (const struct ast_key *k = l->by; k != NULL; k = k->next)
		if (fact_trust(k->fact) == FACT_CLAIMED ||
		    fact_presence(k->fact, class) != FACT_ALWAYS)
			return k;
	return NULL;
}

static bool
covers(const struct ast_limit *l, enum policy_class class)
{
	return l->otherwise.action != POLICY_OBSERVE && l->when == NULL &&
	       avoidable_key(l, class) == NULL;
}

/* Why a limit for the class does not cover it. */
static void
note_gap(struct check *k, const struct ast_limit *l, enum policy_class class)
{
	const struct ast_key *key = avoidable_key(l, class);

	if (l->otherwise.action == POLICY_OBSERVE)
		diag_note(k->d, l->otherwise.at, "'%.*s' only observes",
			  QUOTE(l->name.text));
	else if (l->when != NULL)
		diag_note(k->d, l->when->at, "'%.*s' applies only when this is so",
			  QUOTE(l->name.text));
	else if (fact_trust(key->fact) == FACT_CLAIMED)
		diag_note(k->d, key->at, "'%.*s' counts by '%s', which the "
			  "sender chooses as he likes", QUOTE(l->name.text),
			  words_facts.list[key->fact]);
	else
		diag_note(k->d, key->at, "'%.*s' counts by '%s', which not all "
			  "of this mail has", QUOTE(l->name.text),
			  words_facts.list[key->fact]);
}

static void
prove_class(struct check *k, enum policy_class class)
{
	const struct ast_limit *last = NULL;
	const struct ast_limit *l;

	for (l = k->tree->limits; l != NULL; l = l->next) {
		if ((l->classes & 1u << class) == 0)
			continue;
		if (covers(l, class))
			return;
		last = l;
	}
	diag_error(k->d, last != NULL ? last->name.at : k->tree->end,
		   "%s can escape every limit: add 'limit NAME { %s }'",
		   mail[class], remedies[class]);
	for (l = k->tree->limits; l != NULL; l = l->next)
		if ((l->classes & 1u << class) != 0)
			note_gap(k, l, class);
}

void
prove_coverage(struct check *k)
{
	if (k->tree->limits == NULL) {
		diag_error(k->d, k->tree->end, "there is no limit, so all mail "
			   "goes: add 'limit NAME { for outbound mail  allow 600 "
			   "messages/hour  else hold }'");
		return;
	}
	prove_class(k, POLICY_LOCAL);
	prove_class(k, POLICY_AUTHENTICATED);
	prove_class(k, POLICY_RELAYED);
}
