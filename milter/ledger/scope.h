/*
 * scope.h - whom a freeze is for.
 */
#ifndef MILTER_SCOPE_H
#define MILTER_SCOPE_H

#include "../../policy/identity/identity.h"
#include "../../policy/policy.h"
#include "../error.h"

enum scope_kind {
	SCOPE_ALL,		/* all outbound mail */
	SCOPE_CLASS,
	SCOPE_SCRIPT,
	SCOPE_UID,
	SCOPE_LOGIN,
	SCOPE_SENDER,
	SCOPE_DOMAIN,		/* the exact sender domain */
	SCOPE_CLIENT,		/* an address or a network */
	SCOPE_LIMIT		/* what meets a limit with one key */
};

/* NAME/KEY of a limit is the longest value. */
#define SCOPE_VALUE_MAX (POLICY_NAME_MAX + 1 + POLICY_KEYS_MAX * (IDENTITY_MAX + 1))

struct scope {
	enum scope_kind kind;
	char value[SCOPE_VALUE_MAX + 1];	/* normal form; "" for SCOPE_ALL */
	enum policy_class class;	/* SCOPE_CLASS */
	struct policy_address net;	/* SCOPE_CLIENT */
	unsigned prefix;
};

/* A message, as a freeze looks at it. */
struct scope_mail {
	const struct policy_facts *facts;
	const struct policy *policy;	/* NULL: no limit is known */
	const struct policy_plan *plan;
	bool is_exempt;			/* `frozen { exempt .. }` lets it through:
					   only a freeze of a limit counts */
};

#define SCOPE_TEXT_MAX (SCOPE_VALUE_MAX + 16)

/* From a kind and what the operator typed, in any spelling. */
bool scope_set(struct scope *s, enum scope_kind kind, const char *value,
	       struct error *e);

/* What meets limit i as the message with these facts does: its key as
 * policy_key_text writes it. */
void scope_set_limit(struct scope *s, const struct policy *p, unsigned i,
		     const struct policy_facts *f);

/* "all", "script:33:contact.php", "limit/script-mail/33:contact.php": the form
 * in the ledger, and what `sluice thaw` takes. */
bool scope_parse(struct scope *s, const char *text, struct error *e);
void scope_text(const struct scope *s, char out[SCOPE_TEXT_MAX + 1]);

/* Never true for inbound mail, and not for SCOPE_LIMIT: that is one of those
 * which scope_set_limit makes of the message. */
bool scope_matches(const struct scope *s, const struct scope_mail *m);

#endif
