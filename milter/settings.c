/*
 * settings.c - the flags that sluiced and sluice share.
 */
#include "settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_MAX 32

static const char *
env(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v != NULL && *v != '\0' ? v : otherwise;
}

void
settings_init(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	s->policy = env("SLUICE_POLICY", "/etc/sluice/policy");
	s->redis.address = env("SLUICE_REDIS", "unix:/run/sluice-redis/redis.sock");
	s->state = env("SLUICE_STATE", "/var/lib/sluice");
	s->ns = env("SLUICE_NAMESPACE", "default");
	s->key = env("SLUICE_KEY", NULL);
	s->redis.user = env("SLUICE_REDIS_USER", NULL);
	s->redis.password_file = env("SLUICE_REDIS_PASSWORD_FILE", NULL);
	s->redis_db = env("SLUICE_REDIS_DB", "0");
	s->redis.ca_file = env("SLUICE_REDIS_CA", NULL);
	s->redis.cert_file = env("SLUICE_REDIS_CERT", NULL);
	s->redis.key_file = env("SLUICE_REDIS_CERT_KEY", NULL);
}

bool
settings_flag(struct settings *s, int c, const char *value)
{
	switch (c) {
	case 'p': s->policy = value; return true;
	case 'r': s->redis.address = value; return true;
	case 'd': s->state = value; return true;
	case 'n': s->ns = value; return true;
	case 'k': s->key = value; return true;
	case SETTINGS_USER: s->redis.user = value; return true;
	case SETTINGS_PASSWORD: s->redis.password_file = value; return true;
	case SETTINGS_DB: s->redis_db = value; return true;
	case SETTINGS_CA: s->redis.ca_file = value; return true;
	case SETTINGS_CERT: s->redis.cert_file = value; return true;
	case SETTINGS_CERT_KEY: s->redis.key_file = value; return true;
	default: return false;
	}
}

/* The name space is part of every key, inside the hash tag. */
static bool
is_ns(const char *ns)
{
	size_t len = strlen(ns);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)ns[i]) && ns[i] != '-' && ns[i] != '_')
			return false;
	return len > 0 && len <= NS_MAX;
}

static bool
parse_db(struct settings *s, struct error *e)
{
	size_t len = strlen(s->redis_db);

	if (len == 0 || len > 4 || strspn(s->redis_db, "0123456789") != len)
		return error_set(e, "the Redis database '%s' must be a number, 0 as a rule",
				 s->redis_db);
	s->redis.db = (unsigned)strtoul(s->redis_db, NULL, 10);
	return true;
}

bool
settings_finish(struct settings *s, struct error *e)
{
	int n;

	if (!parse_db(s, e))
		return false;
	if (!is_ns(s->ns))
		return error_set(e, "the namespace '%s' must be 1 to %d letters, digits, "
				 "- or _", s->ns, NS_MAX);
	if (s->key != NULL)
		return true;
	n = snprintf(s->key_buf, sizeof(s->key_buf), "%s/key", s->state);
	if (n < 0 || (size_t)n >= sizeof(s->key_buf))
		return error_set(e, "the path of the state directory is too long");
	s->key = s->key_buf;
	return true;
}
