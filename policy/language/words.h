/*
 * words.h - the words of the language, each list in the order of its enum.
 */
#ifndef POLICY_WORDS_H
#define POLICY_WORDS_H

#include <stddef.h>

#include "../policy.h"

/* A word of the source in a message: "%.*s" with QUOTE(text). */
#define QUOTE(text) words_quoted((text).len), (text).p

/* How many of len bytes are shown in a message. */
int words_quoted(size_t len);

/* What may stand at one place of a policy. */
struct words {
	const char *what;		/* what people call such a word */
	const char *const *list;
	size_t n;
	size_t n_shown;			/* how many of them a message names */
	unsigned repeated;		/* 1 << i: may stand more than once */
};

extern const struct words words_statements;	/* enum statement */
extern const struct words words_clauses;	/* enum clause */
extern const struct words words_frozen;		/* enum answer_for */
extern const struct words words_outage;		/* enum answer_for */
extern const struct words words_trial;		/* starting, expect */
extern const struct words words_classes;	/* enum policy_class, outbound */
extern const struct words words_facts;		/* enum policy_fact */
extern const struct words words_actions;	/* enum policy_action */
extern const struct words words_units;		/* enum policy_unit, twice */
extern const struct words words_periods;	/* words_period_us, twice */
extern const struct words words_days;		/* sunday is 0, twice */
extern const struct words words_subjects;	/* enum ast_subject */

/* Who sends: the outbound classes and inbound, then all facts. */
extern const struct words words_who;

/* What stands in an `expect`: the subjects, then who sends. */
extern const struct words words_expect;

extern const uint64_t words_period_us[4];

enum statement {
	STATEMENT_OWN, STATEMENT_SET, STATEMENT_LIMIT, STATEMENT_EXEMPT,
	STATEMENT_FROZEN, STATEMENT_OUTAGE, STATEMENT_TRIAL, STATEMENT_NODES,
	STATEMENT_TWO_PERSON, STATEMENT_RECIPIENT, STATEMENT_INCLUDE
};
enum clause {
	CLAUSE_FOR, CLAUSE_BY, CLAUSE_ALLOW, CLAUSE_WARN, CLAUSE_ELSE,
	CLAUSE_FREEZE, CLAUSES
};
enum answer_for { FOR_LOCAL, FOR_SMTP, FOR_EXEMPT, FOR_LEASE = FOR_EXEMPT };

#define WORDS_OUTBOUND POLICY_CLASSES	/* local, authenticated, relayed */
#define WORDS_SUBJECTS 7

/* Index of the word in w; -1: it is not there. */
int words_find(const struct words *w, struct policy_text word);

/* `sender`; `header` for each header that a policy names. */
const char *words_fact(enum policy_fact fact);

bool words_equal(struct policy_text word, const char *other);

#endif
