/*
 * key.h - how keys in Redis are named: `sluice:{NAMESPACE}:NAME`.
 *
 *   token, ledger, nodes   of the ledger (mirror.h)
 *   bucket:HEX             of a pseudonym (request.h, take.lua)
 *   genesis                Redis is still the one that it was (genesis.h)
 *   key                    whose pseudonyms these are (redis_fit.h)
 *   probe                  Redis can be written to (redis_store.c)
 */
#ifndef MILTER_KEY_H
#define MILTER_KEY_H

#define KEY_PREFIX "sluice:{%s}:"
#define KEY_MAX 128

void key_name(const char *ns, const char *name, char out[KEY_MAX]);

#endif
