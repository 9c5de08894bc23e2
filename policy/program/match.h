/*
 * match.h - globs, sets of names and sets of networks.
 */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include "prog.h"

/* Less than, equal to, or greater than 0; the order of names in a set, and
 * that of networks. */
int match_order(struct policy_text a, struct policy_text b);
int match_order_nets(const struct policy_address *a,
		     const struct policy_address *b);

/* `*` is any run of bytes, `?` one byte, everything else itself. */
bool match_glob(struct policy_text glob, struct policy_text text);

/* By its names alone; by its globs, too; by its networks. */
bool match_name(const struct policy *p, const struct prog_set *s,
		struct policy_text text);
bool match_set(const struct policy *p, const struct prog_set *s,
	       struct policy_text text);
bool match_networks(const struct policy *p, const struct prog_set *s,
		    const struct policy_address *a);

#endif
