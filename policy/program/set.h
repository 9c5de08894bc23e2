/*
 * set.h - whether a text or a client is in a set.
 */
#ifndef POLICY_SET_H
#define POLICY_SET_H

#include "prog.h"

/* Among its names alone; among its names and globs; in one of its networks. */
bool set_has_name(const struct policy *p, const struct prog_set *s,
		  struct policy_text text);
bool set_has_text(const struct policy *p, const struct prog_set *s,
		  struct policy_text text);
bool set_has_client(const struct policy *p, const struct prog_set *s,
		    const struct policy_address *a);

/* The order of the networks in a set: less than, equal to, or greater than 0. */
int set_order_nets(const struct policy_address *a,
		   const struct policy_address *b);

#endif
