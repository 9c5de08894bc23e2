/*
 * target.h - which Redis, and as whom.
 */
#ifndef MILTER_TARGET_H
#define MILTER_TARGET_H

#include <stdbool.h>

#include "../error.h"

/* Text is borrowed, and lives as long as what was made with it. Files are read
 * anew for each connection, so that a password can be changed under a running
 * daemon. */
struct target {
	const char *address;	/* endpoint.h; numeric: a name would block */
	const char *user;	/* of the ACL; NULL: the default user */
	const char *password_file;	/* its first line; NULL: no AUTH */
	unsigned db;		/* for SELECT */
	const char *ca_file;	/* TLS, and who vouches for Redis; NULL: plain */
	const char *cert_file, *key_file;	/* of this client; NULL: none */
};

/* Whether t can be used at all, and its files; asks nobody. False: e says what
 * to do. */
bool target_ok(const struct target *t, struct error *e);

#endif
