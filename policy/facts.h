/*
 * facts.h - what the compiler knows of each fact.
 */
#ifndef POLICY_FACTS_H
#define POLICY_FACTS_H

#include "policy.h"

enum fact_type { FACT_TEXT, FACT_ADDRESS, FACT_NUMBER, FACT_MINUTE, FACT_WEEKDAY };
enum fact_trust { FACT_PROVEN, FACT_CLAIMED };
enum fact_presence { FACT_NEVER, FACT_SOMETIMES, FACT_ALWAYS };

/* fact: POLICY_HEADER + i, too. */
enum fact_type fact_type(enum policy_fact fact);
enum fact_trust fact_trust(enum policy_fact fact);

/* Whether mail of the class has the fact. */
enum fact_presence fact_presence(enum policy_fact fact, enum policy_class class);

#endif
