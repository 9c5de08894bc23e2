/*
 * settings.h - the flags that sluiced and sluice share, and their defaults.
 *
 *   -p, --policy FILE      SLUICE_POLICY     /etc/sluice/policy
 *   -r, --redis ADDRESS    SLUICE_REDIS      unix:/run/sluice-redis/redis.sock
 *   -d, --state DIR        SLUICE_STATE      /var/lib/sluice
 *   -n, --namespace NS     SLUICE_NAMESPACE  default
 *   -k, --key FILE         SLUICE_KEY        DIR/key
 *
 *   --redis-user NAME           SLUICE_REDIS_USER           the default user
 *   --redis-password-file FILE  SLUICE_REDIS_PASSWORD_FILE  none
 *   --redis-db N                SLUICE_REDIS_DB             0
 *   --redis-ca FILE             SLUICE_REDIS_CA             no TLS
 *   --redis-cert FILE           SLUICE_REDIS_CERT           none
 *   --redis-cert-key FILE       SLUICE_REDIS_CERT_KEY       none
 *
 * The flag wins over the environment, the environment over the default.
 */
#ifndef MILTER_SETTINGS_H
#define MILTER_SETTINGS_H

#include <stdbool.h>

#include "error.h"
#include "redis/target.h"

struct settings {
	const char *policy;
	struct target redis;
	const char *state;
	const char *ns;
	const char *key;
	const char *redis_db;		/* a number, as written */
	char key_buf[4096];		/* behind key when it follows from state */
};

/* From the environment and the defaults. */
void settings_init(struct settings *s);

/* Takes one of the flags above; false: not one of them. c is what getopt_long
 * returned. */
bool settings_flag(struct settings *s, int c, const char *value);

/* After the flags: fills in what follows from others, checks the rest. */
bool settings_finish(struct settings *s, struct error *e);

#define SETTINGS_SHORT "p:r:d:n:k:"
enum { SETTINGS_USER = 1000, SETTINGS_PASSWORD, SETTINGS_DB, SETTINGS_CA,
       SETTINGS_CERT, SETTINGS_CERT_KEY };
#define SETTINGS_LONG \
	{ "redis-user", required_argument, NULL, SETTINGS_USER }, \
	{ "redis-password-file", required_argument, NULL, SETTINGS_PASSWORD }, \
	{ "redis-db", required_argument, NULL, SETTINGS_DB }, \
	{ "redis-ca", required_argument, NULL, SETTINGS_CA }, \
	{ "redis-cert", required_argument, NULL, SETTINGS_CERT }, \
	{ "redis-cert-key", required_argument, NULL, SETTINGS_CERT_KEY }, \
	{ "policy", required_argument, NULL, 'p' }, \
	{ "redis", required_argument, NULL, 'r' }, \
	{ "state", required_argument, NULL, 'd' }, \
	{ "namespace", required_argument, NULL, 'n' }, \
	{ "key", required_argument, NULL, 'k' }

#endif
