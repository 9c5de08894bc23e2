/*
 * key.c - how keys in Redis are named.
 */
#include "key.h"

#include <stdio.h>

void
key_name(const char *ns, const char *name, char out[KEY_MAX])
{
	snprintf(out, KEY_MAX, KEY_PREFIX "%s", ns, name);
}
