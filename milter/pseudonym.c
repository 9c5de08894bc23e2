/*
 * pseudonym.c - the node's secret key and what is made with it.
 */
#include "pseudonym.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

/* The purposes; a number is never used for anything else. */
enum { SUBKEY_PSEUDONYM = 1, SUBKEY_MAC, SUBKEY_SEAL, SUBKEY_FINGERPRINT };

#define BASE64 sodium_base64_VARIANT_ORIGINAL
#define SEAL_EXTRA (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)

struct keys {
	uint8_t pseudonym[crypto_generichash_KEYBYTES];
	uint8_t mac[crypto_generichash_KEYBYTES];
	uint8_t seal[crypto_secretbox_KEYBYTES];
	uint8_t fingerprint[PSEUDONYM_LEN];
};

_Static_assert(MAC_LEN == crypto_generichash_BYTES, "MAC_LEN is BLAKE2b-256");

static void
derive(struct keys *k, const uint8_t master[crypto_kdf_KEYBYTES])
{
	static const char context[crypto_kdf_CONTEXTBYTES + 1] = "sluice-1";

	crypto_kdf_derive_from_key(k->pseudonym, sizeof(k->pseudonym),
				   SUBKEY_PSEUDONYM, context, master);
	crypto_kdf_derive_from_key(k->mac, sizeof(k->mac), SUBKEY_MAC, context,
				   master);
	crypto_kdf_derive_from_key(k->seal, sizeof(k->seal), SUBKEY_SEAL, context,
				   master);
	crypto_kdf_derive_from_key(k->fingerprint, sizeof(k->fingerprint),
				   SUBKEY_FINGERPRINT, context, master);
}

/* Made under another name and linked into place, so that nobody ever reads
 * half a key and a key that is there is never replaced. The key belongs to the
 * owner of its directory, whoever makes it. */
static bool
make_key(const char *path, struct error *e)
{
	uint8_t master[crypto_kdf_KEYBYTES];
	char hex[2 * sizeof(master) + 2], temp[4096], dir[4096], *slash;
	bool ok = false;
	struct stat st;
	int fd, n;

	n = snprintf(temp, sizeof(temp), "%s.XXXXXX", path);
	if (n < 0 || (size_t)n >= sizeof(temp))
		return error_set(e, "the path of the key file is too long");
	memcpy(dir, temp, (size_t)n + 1);
	slash = strrchr(dir, '/');
	if (slash == NULL)
		memcpy(dir, ".", 2);
	else
		slash[slash == dir] = '\0';
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return error_set(e, "cannot make the key file in %s: %s", dir,
				 strerror(errno));
	crypto_kdf_keygen(master);
	sodium_bin2hex(hex, sizeof(hex), master, sizeof(master));
	sodium_memzero(master, sizeof(master));
	n = (int)strlen(hex);
	hex[n] = '\n';
	if (write(fd, hex, (size_t)n + 1) != n + 1 || fchmod(fd, 0640) < 0 ||
	    (geteuid() == 0 && stat(dir, &st) == 0 &&
	     fchown(fd, st.st_uid, st.st_gid) < 0) || fsync(fd) < 0)
		error_set(e, "cannot write the key file %s: %s", temp,
			  strerror(errno));
	else if (link(temp, path) < 0 && errno != EEXIST)
		error_set(e, "cannot make the key file %s: %s", path,
			  strerror(errno));
	else
		ok = true;
	sodium_memzero(hex, sizeof(hex));
	close(fd);
	unlink(temp);
	return ok;
}

static int
open_key(const char *path, bool is_new_allowed, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT && is_new_allowed) {
		if (!make_key(path, e))
			return -1;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	}
	if (fd < 0)
		error_set(e, "cannot open the key file %s: %s%s", path,
			  strerror(errno), errno == ENOENT ?
			  "; sluiced makes it at its first start" : "");
	return fd;
}

static bool
read_key(int fd, const char *path, uint8_t master[crypto_kdf_KEYBYTES],
	 struct error *e)
{
	char hex[2 * crypto_kdf_KEYBYTES + 2];
	ssize_t n = read(fd, hex, sizeof(hex));
	struct stat st;
	size_t len;
	bool ok;

	if (n < 0 || fstat(fd, &st) < 0)
		return error_set(e, "cannot read the key file %s: %s", path,
				 strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(e, "the key file %s is not a regular file", path);
	if (st.st_mode & (S_IWGRP | S_IRWXO))
		return error_set(e, "the key file %s can be read or written by others; "
				 "run: chmod 0640 %s", path, path);
	ok = sodium_hex2bin(master, crypto_kdf_KEYBYTES, hex, (size_t)n, "\n", &len,
			    NULL) == 0 && len == crypto_kdf_KEYBYTES;
	sodium_memzero(hex, sizeof(hex));
	if (!ok)
		return error_set(e, "the key file %s is damaged: %d hex digits are "
				 "expected; restore it from another node or a backup",
				 path, 2 * crypto_kdf_KEYBYTES);
	return true;
}

struct keys *
keys_open(const char *path, bool is_new_allowed, struct error *e)
{
	uint8_t master[crypto_kdf_KEYBYTES];
	struct keys *k;
	int fd;
	bool ok;

	if (sodium_init() < 0) {
		error_set(e, "libsodium cannot be used: no source of randomness");
		return NULL;
	}
	fd = open_key(path, is_new_allowed, e);
	if (fd < 0)
		return NULL;
	ok = read_key(fd, path, master, e);
	close(fd);
	if (!ok)
		return NULL;
	k = sodium_malloc(sizeof(*k));
	if (k == NULL) {
		error_set(e, "out of memory");
	} else {
		derive(k, master);
		sodium_mprotect_readonly(k);
	}
	sodium_memzero(master, sizeof(master));
	return k;
}

void
keys_free(struct keys *k)
{
	sodium_free(k);
}

void
keys_fingerprint(const struct keys *k, char out[PSEUDONYM_HEX + 1])
{
	sodium_bin2hex(out, PSEUDONYM_HEX + 1, k->fingerprint,
		       sizeof(k->fingerprint));
}

void
keys_pseudonym(const struct keys *k, const char *space, const void *identity,
	       size_t len, uint8_t out[PSEUDONYM_LEN])
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, k->pseudonym, sizeof(k->pseudonym),
				PSEUDONYM_LEN);
	crypto_generichash_update(&st, (const uint8_t *)space, strlen(space) + 1);
	crypto_generichash_update(&st, identity, len);
	crypto_generichash_final(&st, out, PSEUDONYM_LEN);
}

void
keys_mac(const struct keys *k, const void *data, size_t len, uint8_t out[MAC_LEN])
{
	crypto_generichash(out, MAC_LEN, data, len, k->mac, sizeof(k->mac));
}

char *
keys_seal(const struct keys *k, const void *data, size_t len)
{
	size_t raw_len = len + SEAL_EXTRA;
	size_t text_len = sodium_base64_encoded_len(raw_len, BASE64);
	uint8_t *raw = malloc(raw_len);
	char *text = malloc(text_len);

	if (raw == NULL || text == NULL) {
		free(raw);
		free(text);
		return NULL;
	}
	randombytes_buf(raw, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(raw + crypto_secretbox_NONCEBYTES, data, len, raw,
			      k->seal);
	sodium_bin2base64(text, text_len, raw, raw_len, BASE64);
	free(raw);
	return text;
}

char *
keys_unseal(const struct keys *k, const char *sealed, size_t len, size_t *out_len)
{
	uint8_t *raw = malloc(len + 1);
	size_t raw_len = 0;
	char *text = NULL;

	if (raw == NULL)
		return NULL;
	if (sodium_base642bin(raw, len, sealed, len, NULL, &raw_len, NULL,
			      BASE64) == 0 && raw_len >= SEAL_EXTRA) {
		*out_len = raw_len - SEAL_EXTRA;
		text = malloc(*out_len + 1);
	}
	if (text != NULL) {
		text[*out_len] = '\0';
		if (crypto_secretbox_open_easy((uint8_t *)text,
				raw + crypto_secretbox_NONCEBYTES,
				raw_len - crypto_secretbox_NONCEBYTES, raw,
				k->seal) != 0) {
			free(text);
			text = NULL;
		}
	}
	free(raw);
	return text;
}
