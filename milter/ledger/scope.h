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
	SCOPE_CLIENT		/* an address or a network */
};

struct scope {
	enum scope_kind kind;
	char value[IDENTITY_MAX + 1];	/* normal form; "" for SCOPE_ALL */
	enum policy_class class;	/* SCOPE_CLASS */
	struct policy_address net;	/* SCOPE_CLIENT */
	unsigned prefix;
};

#define SCOPE_TEXT_MAX (IDENTITY_MAX + 16)

/* From a kind and what the operator typed, in any spelling. */
bool scope_set(struct scope *s, enum scope_kind kind, const char *value,
	       struct error *e);

/* "all", "script:33:contact.php", "client:192.0.2.0/24": the form in the
 * ledger, and what `sluice thaw` takes. */
bool scope_parse(struct scope *s, const char *text, struct error *e);
void scope_text(const struct scope *s, char out[SCOPE_TEXT_MAX + 1]);

/* Never true for inbound mail. */
bool scope_matches(const struct scope *s, const struct policy_facts *f);

#endif
