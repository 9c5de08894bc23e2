/*
 * facts.c - what the compiler knows of each fact.
 */
#include "facts.h"

/* Each header that a policy names is a fact of its own; they are alike. */
static enum policy_fact
column(enum policy_fact fact)
{
	return fact < POLICY_HEADER ? fact : POLICY_HEADER;
}

enum fact_type
fact_type(enum policy_fact fact)
{
	static const enum fact_type types[] = {
#define FACT(name, word, type, trust, note) FACT_##type,
#include "facts.def"
#undef FACT
	};

	return types[column(fact)];
}

enum fact_trust
fact_trust(enum policy_fact fact)
{
	static const enum fact_trust trusts[] = {
#define FACT(name, word, type, trust, note) FACT_##trust,
#include "facts.def"
#undef FACT
	};

	return trusts[column(fact)];
}

enum fact_presence
fact_presence(enum policy_fact fact, enum policy_class class)
{
	switch (column(fact)) {
	case POLICY_UID:	/* only if the site shows it (F21) */
	case POLICY_SCRIPT:
		return class == POLICY_LOCAL ? FACT_SOMETIMES : FACT_NEVER;
	case POLICY_LOGIN:
		return class == POLICY_AUTHENTICATED ? FACT_ALWAYS : FACT_NEVER;
	case POLICY_CLIENT:
		return class == POLICY_LOCAL ? FACT_NEVER : FACT_ALWAYS;
	case POLICY_DOMAIN:	/* the null sender has none */
	case POLICY_HEADER:
		return FACT_SOMETIMES;
	default:
		return FACT_ALWAYS;
	}
}
