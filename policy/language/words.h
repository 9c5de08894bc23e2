/*
 * words.h - the words of the language, each list in the order of its enum.
 */
#ifndef POLICY_WORDS_H
#define POLICY_WORDS_H

#include <stddef.h>

#include "../policy.h"

/* A word of the source in a message: "%.*s" with QUOTE(text). */
#define QUOTE(text) (int)((text).len < 60 ? (text).len : 60), (text).p

/* What may stand at one place of a policy. */
struct words {
	const char *what;		/* what people call such a word */
	const char *const *list;
	size_t n;
	size_t n_shown;			/* how many of them a message names */
	const char *const *later;	/* what this version does not know yet */
	size_t n_later;
};

extern const struct words words_statements;	/* enum statement */
extern const struct words words_clauses;	/* enum clause */
extern const struct words words_frozen;		/* local, smtp */
extern const struct words words_classes;	/* enum policy_class, outbound */
extern const struct words words_facts;		/* enum policy_fact */
extern const struct words words_actions;	/* enum policy_action */
extern const struct words words_units;		/* enum policy_unit, twice */
extern const struct words words_periods;	/* words_period_us, twice */

extern const uint64_t words_period_us[4];

enum statement { STATEMENT_OWN, STATEMENT_SET, STATEMENT_LIMIT, STATEMENT_FROZEN };
enum clause { CLAUSE_FOR, CLAUSE_BY, CLAUSE_ALLOW, CLAUSE_ELSE, CLAUSES };

#define WORDS_OUTBOUND POLICY_CLASSES	/* local, authenticated, relayed */

/* Index of the word in w; -1: it is not there. */
int words_find(const struct words *w, struct policy_text word);

/* True for a word that a later version will know at this place. */
bool words_is_later(const struct words *w, struct policy_text word);

/* `sender`; `header` for each header that a policy names. */
const char *words_fact(enum policy_fact fact);

bool words_equal(struct policy_text word, const char *other);

#endif
