/*
 * fitness.c - whether a daemon with these options could serve.
 */
#include "fitness.h"

#include <stdio.h>
#include <unistd.h>

#include "../clock.h"
#include "../ledger/ledger.h"
#include "live.h"
#include "lock.h"

enum redis_fitness
fitness_redis(const struct options *o, const struct keys *k, bool is_claiming,
	      struct error *e)
{
	uint64_t deadline = clock_monotonic_us() + o->timeout_us;
	char fingerprint[PSEUDONYM_HEX + 1];
	enum redis_fitness fit;
	struct conn *c;
	bool is_lasting;

	if (!target_ok(&o->settings.redis, e))
		return REDIS_UNFIT;
	c = conn_try(&o->settings.redis, deadline, &is_lasting, e);
	if (c == NULL)
		return is_lasting ? REDIS_UNFIT : REDIS_AWAY;
	keys_fingerprint(k, fingerprint);
	fit = redis_fit(c, o->settings.ns, fingerprint, is_claiming, deadline, e);
	conn_close(c);
	return fit;
}

static bool
say(const char *part, bool is_ok, const char *text)
{
	printf("%-8s %-5s  %s\n", part, is_ok ? "ok" : "wrong", text);
	return is_ok;
}

static bool
check_policy(const struct options *o)
{
	struct live *l = live_new(o->settings.policy);
	struct error e;
	bool is_ok;

	if (l == NULL)
		return say("policy", false, "out of memory");
	is_ok = live_load(l, stdout, &e);
	live_free(l);
	return say("policy", is_ok, is_ok ? o->settings.policy : e.text);
}

static bool
check_state(const struct options *o)
{
	struct error e;
	bool is_ok = lock_dir_ok(o->settings.state, &e);

	return say("state", is_ok, is_ok ? o->settings.state : e.text);
}

static bool
check_redis(const struct options *o, const struct keys *k)
{
	struct error e;

	switch (fitness_redis(o, k, false, &e)) {
	case REDIS_FIT:
		return say("redis", true, o->settings.redis.address);
	case REDIS_AWAY:
		say("redis", true, "away; sluiced would start without it, in outage mode");
		printf("%-16s%s\n", "", e.text);
		return true;
	case REDIS_UNFIT:
		break;
	}
	return say("redis", false, e.text);
}

static bool
check_ledger(const struct options *o, const struct keys *k)
{
	char path[4096];
	const char *broken;
	struct ledger *l;
	struct error e;
	bool is_ok;

	snprintf(path, sizeof(path), "%s/ledger", o->settings.state);
	if (access(path, F_OK) < 0)
		return say("ledger", true, "none yet; sluiced makes it");
	l = ledger_open(o->settings.state, k, &e);
	if (l == NULL)
		return say("ledger", false, e.text);
	broken = ledger_broken(l);
	is_ok = say("ledger", broken == NULL, broken != NULL ? broken : path);
	ledger_free(l);
	return is_ok;
}

/* What needs the key is looked at only if there is one. */
static bool
check_keyed(const struct options *o)
{
	struct keys *k;
	struct error e;
	bool is_ok;

	if (access(o->settings.key, F_OK) < 0)
		return say("key", true, "none yet; sluiced makes it");
	k = keys_open(o->settings.key, false, &e);
	if (k == NULL)
		return say("key", false, e.text);
	is_ok = say("key", true, o->settings.key);
	is_ok = check_ledger(o, k) && is_ok;
	is_ok = check_redis(o, k) && is_ok;
	keys_free(k);
	return is_ok;
}

bool
fitness_check(const struct options *o)
{
	bool is_ok = check_policy(o);

	is_ok = check_state(o) && is_ok;
	is_ok = check_keyed(o) && is_ok;
	return is_ok;
}
