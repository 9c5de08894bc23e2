/*
 * pseudonym.h - the node's secret key and what is made with it.
 *
 * An identity leaves this process only as a keyed BLAKE2b-128; a ledger record
 * carries a keyed MAC and is sealed before it goes to Redis. All three use keys
 * derived from the one key file (libsodium's crypto_kdf).
 */
#ifndef MILTER_PSEUDONYM_H
#define MILTER_PSEUDONYM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define PSEUDONYM_LEN 16
#define PSEUDONYM_HEX (2 * PSEUDONYM_LEN)
#define MAC_LEN 32

struct keys;

/* Reads the key file; makes it, 0640, if it is missing and is_new_allowed. A
 * key that others may read or write is refused. NULL: e says why. */
struct keys *keys_open(const char *path, bool is_new_allowed, struct error *e);
void keys_free(struct keys *k);

/* Hex, NUL-terminated: says which key this is without telling it. */
void keys_fingerprint(const struct keys *k, char out[PSEUDONYM_HEX + 1]);

/* The pseudonym of the identity in a name space, as "limit script-mail". */
void keys_pseudonym(const struct keys *k, const char *space, const void *identity,
		    size_t len, uint8_t out[PSEUDONYM_LEN]);

void keys_mac(const struct keys *k, const void *data, size_t len,
	      uint8_t out[MAC_LEN]);

/* Base64 text of the sealed bytes, allocated; NULL when out of memory. */
char *keys_seal(const struct keys *k, const void *data, size_t len);

/* The bytes, allocated and NUL-terminated; NULL: not sealed with this key. */
char *keys_unseal(const struct keys *k, const char *sealed, size_t len,
		  size_t *out_len);

#endif
