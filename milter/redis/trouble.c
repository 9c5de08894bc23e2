/*
 * trouble.c - what an error of Redis means, and what to do about it.
 *
 * NOSCRIPT is not among them: the script is loaded again, and that was that.
 */
#include "trouble.h"

#include <string.h>

#define USE_A_PLAIN_ONE \
	"this Redis is part of a cluster; use a plain one of its own " \
	"(cluster-enabled no)"
#define GIVE_THE_PRIMARY \
	"this Redis is a replica; give the address of its primary"
#define TAKE_THE_PASSWORD_AWAY \
	"this Redis has no password: give it one (requirepass, or ACL SETUSER), " \
	"or leave out --redis-password-file"

/* The first that fits. */
static const struct trouble troubles[] = {
	{ "WRONGPASS", "compare --redis-user and --redis-password-file with what "
	  "ACL GETUSER shows", true },
	{ "ERR invalid password", "compare --redis-password-file with requirepass "
	  "in redis.conf", true },
	{ "NOAUTH", "this Redis wants a password; give --redis-password-file", true },
	{ "ERR AUTH <password> called without", TAKE_THE_PASSWORD_AWAY, true },
	{ "ERR Client sent AUTH, but no", TAKE_THE_PASSWORD_AWAY, true },
	{ "ERR wrong number of arguments for 'auth'", "this Redis knows no users; "
	  "leave out --redis-user, or install Redis 6 or later", true },
	{ "NOPERM", "sluice needs: ACL SETUSER <user> resetkeys "
	  "~sluice:{<namespace>}:* " TROUBLE_COMMANDS, true },
	{ "ERR DB index is out of range", "choose a smaller --redis-db, or raise "
	  "databases in redis.conf", true },
	{ "ERR SELECT is not allowed in cluster", USE_A_PLAIN_ONE, true },
	{ "ERR max number of clients", "raise maxclients in redis.conf", false },
	{ "DENIED", "this Redis takes no connections from other hosts "
	  "(protected-mode); give it a password or a UNIX socket", true },
	{ "LOADING", "it reads its data and will be there when it is done", false },
	{ "BUSY", "a script does not end; run: redis-cli SCRIPT KILL", false },
	{ "OOM", "it is full; raise maxmemory in redis.conf and by CONFIG SET", false },
	{ "MISCONF", "it cannot write to its disk; look for room there, and at its "
	  "log", false },
	{ "READONLY", GIVE_THE_PRIMARY, true },
	{ "MASTERDOWN", GIVE_THE_PRIMARY, true },
	{ "NOREPLICAS", "too few replicas are connected (min-replicas-to-write); "
	  "look at them", false },
	{ "CLUSTERDOWN", USE_A_PLAIN_ONE, true },
	{ "MOVED", USE_A_PLAIN_ONE, true },
	{ "ASK", USE_A_PLAIN_ONE, true },
	{ "CROSSSLOT", USE_A_PLAIN_ONE, true },
	{ "WRONGTYPE", "somebody else writes to the keys sluice:*; give sluice a "
	  "Redis of its own", true },
	{ "", NULL, false },
};

/* Up to Redis 6 the error of a command in a script is wrapped:
 * `ERR Error running script (call to f_..): @user_script:9: -OOM command ..` */
static const char *
unwrap(const char *text)
{
	const char *inner;

	if (strncmp(text, "ERR Error running script", 24) != 0)
		return text;
	inner = strstr(text, ": -");
	return inner != NULL ? inner + 3 : text;
}

const struct trouble *
trouble_of(const char *text)
{
	const struct trouble *t = troubles;

	text = unwrap(text);
	while (strncmp(text, t->prefix, strlen(t->prefix)) != 0)
		t++;
	return t;
}

bool
trouble_say(const char *text, struct error *e)
{
	const struct trouble *t = trouble_of(text);
	int len = (int)strnlen(text, 200);

	if (t->advice == NULL)
		return error_set(e, "Redis: %.*s", len, text);
	if (len > 0 && text[len - 1] == '.')
		len--;
	return error_set(e, "Redis: %.*s; %s", len, text, t->advice);
}

bool
trouble_say_code(const char *text, struct error *e)
{
	const struct trouble *t = trouble_of(text);

	if (t->advice == NULL)
		return error_set(e, "Redis answers AUTH with an error; try it: "
				 "redis-cli AUTH");
	return error_set(e, "Redis: %s; %s", t->prefix, t->advice);
}
