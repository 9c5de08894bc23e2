/*
 * load.h - from a policy file to a policy.
 */
#ifndef MILTER_LOAD_H
#define MILTER_LOAD_H

#include "../policy/diag.h"
#include "../policy/policy.h"
#include "error.h"

#define LOAD_MAX (4 << 20)	/* bytes of a policy file */

/* Diagnostics are added to d. NULL: the file cannot be read, or the policy has
 * errors; e says which. */
struct policy *load_policy(const char *path, struct diags *d, struct error *e);

/* The same for a policy that is to be enforced: only from a regular file that
 * nobody but its owner may write. */
struct policy *load_policy_guarded(const char *path, struct diags *d,
				   struct error *e);

#endif
