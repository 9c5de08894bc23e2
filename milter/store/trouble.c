/*
 * trouble.c - what an error of Redis means, by its first word.
 */
#include "trouble.h"

#include <string.h>

#define ADVISE_CLUSTER "use a plain Redis of its own (cluster-enabled no)"

static const struct trouble troubles[] = {
	{ "BUSY", false, "a script of somebody else runs; see redis-cli SCRIPT KILL" },
	{ "LOADING", false, "it reads its data and will answer when it is done" },
	{ "OOM", false, "its memory is full; raise maxmemory" },
	{ "MISCONF", false, "it cannot save; see its log and the disk" },
	{ "READONLY", false, "it is a replica; give the address of its primary" },
	{ "MASTERDOWN", false, "it is a replica; give the address of its primary" },
	{ "NOREPLICAS", false, "too few replicas follow it (min-replicas-to-write)" },
	{ "NOAUTH", true, "it asks for a password; give --redis-password-file" },
	{ "WRONGPASS", true, "check --redis-user and --redis-password-file against "
	  "redis-cli ACL LIST" },
	{ "NOPERM", true, "see sluiced(8) for what its user must be allowed" },
	{ "CLUSTERDOWN", true, ADVISE_CLUSTER },
	{ "MOVED", true, ADVISE_CLUSTER },
	{ "ASK", true, ADVISE_CLUSTER },
	{ "CROSSSLOT", true, ADVISE_CLUSTER },
	{ "DENIED", true, "it is in protected mode; bind it to where sluiced is, and "
	  "set a password" },
	{ "", false, "" },	/* the last */
};

const struct trouble *
trouble_of(const char *error)
{
	const struct trouble *t = troubles;
	size_t len = strcspn(error, " ");

	while (*t->code != '\0' &&
	       (strlen(t->code) != len || memcmp(t->code, error, len) != 0))
		t++;
	return t;
}
