/*
 * load.h - from a policy file, and the files that it names, to a policy.
 */
#ifndef MILTER_LOAD_H
#define MILTER_LOAD_H

#include "../policy/diag.h"
#include "../policy/policy.h"
#include "error.h"

#define LOAD_MAX (16 << 20)	/* bytes of a file */

/* Diagnostics are added to d. NULL: the file cannot be read, or the policy has
 * errors; e says which. A file that the policy names is relative to the
 * directory of the policy. */
struct policy *load_policy(const char *path, struct diags *d, struct error *e);

/* The same for a policy that is to be enforced: it and what it names have to be
 * regular files that nobody but their owner may write. */
struct policy *load_policy_guarded(const char *path, struct diags *d,
				   struct error *e);

/* Everything up to the end of the file, for the caller to free. NULL: e. */
char *load_text(const char *path, size_t *len, struct error *e);

#endif
