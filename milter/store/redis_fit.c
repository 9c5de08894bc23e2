/*
 * redis_fit.c - what a Redis must be before mail depends on it.
 */
#include "redis_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 64
#define VERSION_MIN 5		/* scripts replicate by effects: TIME, then write */

/* Copies the value of `name:value` in the text of INFO; empty: not there. */
static void
info_value(const char *info, const char *name, char out[VALUE_MAX])
{
	size_t name_len = strlen(name);
	const char *line = info;

	out[0] = '\0';
	while (line != NULL) {
		if (strncmp(line, name, name_len) == 0 && line[name_len] == ':') {
			const char *value = line + name_len + 1;

			snprintf(out, VALUE_MAX, "%.*s",
				 (int)strcspn(value, "\r\n"), value);
			return;
		}
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
}

static bool
check_info(const char *info, struct error *e)
{
	char version[VALUE_MAX], mode[VALUE_MAX], role[VALUE_MAX], evict[VALUE_MAX];

	info_value(info, "redis_version", version);
	info_value(info, "redis_mode", mode);
	info_value(info, "role", role);
	info_value(info, "maxmemory_policy", evict);
	if (atoi(version) < VERSION_MIN)
		return error_set(e, "this Redis is version '%s'; install %d or later",
				 version, VERSION_MIN);
	if (strcmp(mode, "standalone") != 0)
		return error_set(e, "this Redis runs in '%s' mode; use a plain one of "
				 "its own (cluster-enabled no)", mode);
	if (strcmp(role, "master") != 0)
		return error_set(e, "this Redis is a replica (role '%s'); give the "
				 "address of its primary", role);
	if (strcmp(evict, "noeviction") != 0)
		return error_set(e, "this Redis may drop charges when it is full "
				 "(maxmemory-policy '%s'); run: redis-cli CONFIG SET "
				 "maxmemory-policy noeviction, and write it into "
				 "redis.conf", evict);
	return true;
}

static bool
fit_info(struct conn *c, uint64_t deadline_us, struct error *e)
{
	struct reply *r = conn_ask(c, deadline_us, e, "INFO", NULL);
	const char *text;
	size_t len;
	bool ok;

	if (r == NULL)
		return false;
	text = reply_type(r) == REPLY_TEXT || reply_type(r) == REPLY_ERROR ?
	       reply_text(r, &len) : "";
	if (reply_type(r) == REPLY_TEXT)
		ok = check_info(text, e);
	else if (strncmp(text, "NOPERM", 6) == 0)
		ok = error_set(e, "Redis forbids INFO, so its settings cannot be "
			       "checked; allow it: ACL SETUSER <name> +info");
	else
		ok = reply_unexpected(r, e);
	reply_free(r);
	return ok;
}

static bool
fit_key(struct conn *c, const char *ns, const char *fingerprint,
	uint64_t deadline_us, struct error *e)
{
	struct reply *r[2] = { NULL, NULL };
	const char *stored = "";
	char key[128];
	size_t len = 0;
	bool ok;

	snprintf(key, sizeof(key), "sluice:{%s}:key", ns);
	if (!conn_append_text(c, "SET", key, fingerprint, "NX", NULL) ||
	    !conn_append_text(c, "GET", key, NULL))
		return error_set(e, "out of memory");
	if (!conn_exchange(c, r, 2, deadline_us, e))
		return false;
	if (reply_type(r[1]) == REPLY_TEXT)
		stored = reply_text(r[1], &len);
	if (reply_type(r[0]) == REPLY_ERROR)
		ok = reply_unexpected(r[0], e);
	else if (reply_type(r[1]) != REPLY_TEXT)
		ok = reply_unexpected(r[1], e);
	else
		ok = strcmp(stored, fingerprint) == 0 ||
		     error_set(e, "this Redis is used with another key file "
			       "(fingerprint %.8s.., here %.8s..); copy the key "
			       "file of a node that uses it, or choose another "
			       "namespace", stored, fingerprint);
	reply_free(r[0]);
	reply_free(r[1]);
	return ok;
}

bool
redis_fit(struct conn *c, const char *ns, const char *fingerprint,
	  uint64_t deadline_us, struct error *e)
{
	return fit_info(c, deadline_us, e) &&
	       fit_key(c, ns, fingerprint, deadline_us, e);
}
