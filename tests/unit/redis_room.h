/*
 * redis_room.h - a private Redis, and a store in it that is asked in text.
 */
#ifndef TESTS_REDIS_ROOM_H
#define TESTS_REDIS_ROOM_H

#include "test.h"

#include "../../milter/clock.h"
#include "../../milter/store/redis_store.h"
#include "server.h"
#include "store_text.h"

#define PATIENT_US 10000000
#define DAY "86400000"

static inline int64_t
command(const char *name, const char *key, const char *value)
{
	struct conn *c = private_redis_open(&server);
	struct error e = { "" };
	struct reply *r = conn_ask(c, clock_monotonic_us() + PATIENT_US, &e, name,
				   key, value, NULL);
	int64_t n;

	if (r == NULL || reply_type(r) == REPLY_ERROR)
		fail_msg("%s: got '%s', want a reply", name, e.text);
	n = reply_type(r) == REPLY_INTEGER ? reply_integer(r) : 0;
	reply_free(r);
	conn_close(c);
	return n;
}

static inline struct store *
open_store(uint64_t timeout_us)
{
	const struct target t = { .address = server.address };
	struct store *s = redis_store_new(&t, "test", timeout_us);
	struct error e = { "" };

	command("FLUSHALL", NULL, NULL);
	if (!redis_store_probe(s, &e))
		fail_msg("got '%s', want a connection", e.text);
	return s;
}

static inline void
check(struct store *s, const char *ask, const char *token, const char *want)
{
	struct store_text t;

	store_text_parse(&t, ask);
	snprintf(t.q.token, sizeof(t.q.token), "%s", token);
	store_text_check(s, &t, clock_monotonic_us(), want);
}

#endif
