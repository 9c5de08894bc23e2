/*
 * redis_fit.c - what a Redis must be before mail depends on it.
 */
#include "redis_fit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "trouble.h"

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

/* What is no Redis, and what only a person can mend, stays so. */
static enum redis_fitness
of_error(const struct reply *r, struct error *e)
{
	size_t len;

	reply_unexpected(r, e);
	return reply_type(r) != REPLY_ERROR ||
	       trouble_of(reply_text(r, &len))->is_lasting ? REDIS_UNFIT : REDIS_AWAY;
}

static enum redis_fitness
fit_info(struct conn *c, uint64_t deadline_us, struct error *e)
{
	struct reply *r = conn_ask(c, deadline_us, e, "INFO", NULL);
	enum redis_fitness fit;
	size_t len;

	if (r == NULL)
		return REDIS_AWAY;
	if (reply_type(r) == REPLY_TEXT)
		fit = check_info(reply_text(r, &len), e) ? REDIS_FIT : REDIS_UNFIT;
	else
		fit = of_error(r, e);
	reply_free(r);
	return fit;
}

static enum redis_fitness
check_key(const struct reply *get, const char *key, const char *fingerprint,
	  bool is_claimed, struct error *e)
{
	const char *stored;
	size_t len;

	if (reply_type(get) == REPLY_NIL && !is_claimed)
		return REDIS_FIT;
	if (reply_type(get) != REPLY_TEXT)
		return of_error(get, e);
	stored = reply_text(get, &len);
	if (strcmp(stored, fingerprint) == 0)
		return REDIS_FIT;
	error_set(e, "this Redis is used with another key file (fingerprint %.8s.., "
		  "here %.8s..); copy the key file of a node that uses it, or choose "
		  "another namespace; if no node uses it, run: redis-cli DEL '%s'",
		  stored, fingerprint, key);
	return REDIS_UNFIT;
}

static enum redis_fitness
fit_key(struct conn *c, const char *ns, const char *fingerprint,
	bool is_claiming, uint64_t deadline_us, struct error *e)
{
	struct reply *set = NULL, *get = NULL;
	enum redis_fitness fit = REDIS_AWAY;
	char key[KEY_MAX];

	key_name(ns, "key", key);
	if (is_claiming)
		set = conn_ask(c, deadline_us, e, "SET", key, fingerprint, "NX", NULL);
	if (!is_claiming || set != NULL)
		get = conn_ask(c, deadline_us, e, "GET", key, NULL);
	if (set != NULL && reply_type(set) == REPLY_ERROR)
		fit = of_error(set, e);
	else if (get != NULL)
		fit = check_key(get, key, fingerprint, is_claiming, e);
	reply_free(set);
	reply_free(get);
	return fit;
}

enum redis_fitness
redis_fit(struct conn *c, const char *ns, const char *fingerprint,
	  bool is_claiming, uint64_t deadline_us, struct error *e)
{
	enum redis_fitness fit = fit_info(c, deadline_us, e);

	return fit != REDIS_FIT ? fit : fit_key(c, ns, fingerprint, is_claiming,
						deadline_us, e);
}
