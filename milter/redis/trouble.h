/*
 * trouble.h - what an error of Redis means, and what to do about it.
 */
#ifndef MILTER_TROUBLE_H
#define MILTER_TROUBLE_H

#include <stdbool.h>

#include "../error.h"

/* All that a user of Redis's ACL has to be allowed, on ~sluice:{NAMESPACE}:*
 * alone. SELECT only where there is a --redis-db. */
#define TROUBLE_COMMANDS \
	"+client|setname +select +info +time +script|load +evalsha " \
	"+get +mget +set +hset +hsetnx +hgetall +multi +exec"

struct trouble {
	const char *prefix;	/* of the error; "" fits all */
	const char *advice;	/* NULL: the error says enough */
	bool is_lasting;	/* until a person has mended it */
};

/* Never NULL. */
const struct trouble *trouble_of(const char *text);

/* Writes what Redis said and what to do; returns false. */
bool trouble_say(const char *text, struct error *e);

/* The same without Redis's words, which may repeat a password. */
bool trouble_say_code(const char *text, struct error *e);

#endif
