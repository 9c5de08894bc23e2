/*
 * explain.h - what `sluice explain` found out, and its two forms.
 */
#ifndef MILTER_EXPLAIN_H
#define MILTER_EXPLAIN_H

#include "../daemon/decide.h"
#include "facts_option.h"
#include "state.h"

struct explain {
	const struct settings *settings;
	struct facts_options facts;
	bool is_traced, is_json;
	struct policy *policy;
	char digest[17];
	char running[17];		/* what sluiced runs; "" if it does not */
	struct state state;		/* ledger NULL: cannot be opened */
	struct store *redis, *store;	/* store NULL: Redis cannot be used */
	struct error no_state, no_redis;
	struct decision d;
	bool is_frozen;
	struct record *freeze;		/* it is frozen by; NULL: the ledger is
					   broken, or it is not frozen */
};

/* The limit at a place of the plan. */
struct policy_limit explain_limit(const struct explain *x, unsigned place);

/* True if the store was asked and could tell. */
bool explain_has_levels(const struct explain *x);

/* Why it cannot tell; NULL: it can. */
const char *explain_no_levels(const struct explain *x);

/* False: the verdict depends on what could not be asked. */
bool explain_has_verdict(const struct explain *x);

/* A bucket of limit place, as charge.h counts them: units in use. */
uint32_t explain_level(const struct explain *x, const struct policy_window *w,
		       unsigned place, unsigned which);

void explain_print(const struct explain *x);
void explain_print_json(const struct explain *x);

#endif
