/*
 * genesis.c - whether Redis is still the one that it was.
 */
#include "genesis.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "key.h"

static bool
is_hex(const char *text, size_t len)
{
	return strspn(text, "0123456789abcdef") == len;
}

/* The reply to GET. No key leaves the id empty. */
static bool
read_id(struct genesis *g, const struct reply *r, const char *key, struct error *e)
{
	const char *text;
	size_t len;

	if (reply_type(r) == REPLY_NIL)
		return true;
	if (reply_type(r) != REPLY_TEXT)
		return reply_unexpected(r, e);
	text = reply_text(r, &len);
	if (len != GENESIS_ID_LEN || !is_hex(text, len))
		return error_set(e, "another program wrote to '%s' in Redis; run: "
				 "redis-cli DEL '%s'", key, key);
	memcpy(g->id, text, len + 1);
	return true;
}

/* The reply to INFO server: one `run_id:HEX` of its lines. */
static bool
read_run(struct genesis *g, const struct reply *r, struct error *e)
{
	static const char name[] = "\nrun_id:";
	const char *info;
	size_t len;

	if (reply_type(r) != REPLY_TEXT)
		return reply_unexpected(r, e);
	info = strstr(reply_text(r, &len), name);
	if (info == NULL)
		return error_set(e, "Redis does not tell its run_id in INFO server");
	info += sizeof(name) - 1;
	len = strcspn(info, "\r\n");
	snprintf(g->run, sizeof(g->run), "%.*s", (int)len, info);
	return true;
}

static bool
ask(struct genesis *g, struct conn *c, const char *key, uint64_t deadline_us,
    struct error *e)
{
	struct reply *reply[2];
	bool ok;

	if (!conn_append_text(c, "GET", key, NULL) ||
	    !conn_append_text(c, "INFO", "server", NULL))
		return error_set(e, "out of memory");
	if (!conn_exchange(c, reply, 2, deadline_us, e))
		return false;
	ok = read_id(g, reply[0], key, e) && read_run(g, reply[1], e);
	reply_free(reply[0]);
	reply_free(reply[1]);
	return ok;
}

/* Of several nodes that miss it at once one makes it. */
static bool
make(struct conn *c, const char *key, uint64_t deadline_us, struct error *e)
{
	uint8_t random[GENESIS_ID_LEN / 2];
	char id[GENESIS_ID_LEN + 1];
	struct reply *r;
	bool ok;

	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(id, sizeof(id), random, sizeof(random));
	r = conn_ask(c, deadline_us, e, "SET", key, id, "NX", NULL);
	if (r == NULL)
		return false;
	ok = reply_type(r) == REPLY_TEXT || reply_type(r) == REPLY_NIL ||
	     reply_unexpected(r, e);
	reply_free(r);
	return ok;
}

static enum genesis_news
compare(const struct genesis *was, const struct genesis *is)
{
	if (was->id[0] == '\0')
		return GENESIS_SAME;
	if (strcmp(was->id, is->id) != 0)
		return GENESIS_LOST;
	return strcmp(was->run, is->run) == 0 ? GENESIS_SAME : GENESIS_RESTARTED;
}

bool
genesis_look(struct genesis *g, struct conn *c, const char *ns,
	     uint64_t deadline_us, enum genesis_news *news, struct error *e)
{
	struct genesis is = { .id = "" };
	char key[KEY_MAX];

	key_name(ns, "genesis", key);
	if (!ask(&is, c, key, deadline_us, e))
		return false;
	if (is.id[0] == '\0' && (!make(c, key, deadline_us, e) ||
				 !ask(&is, c, key, deadline_us, e)))
		return false;
	if (is.id[0] == '\0')
		return error_set(e, "Redis does not keep the key '%s'", key);
	*news = compare(g, &is);
	*g = is;
	return true;
}

void
genesis_text(const struct genesis *g, char out[GENESIS_TEXT_MAX + 1])
{
	snprintf(out, GENESIS_TEXT_MAX + 1, "%s %s\n", g->id, g->run);
}

bool
genesis_parse(struct genesis *g, const char *text)
{
	struct genesis is = { .id = "" };
	char again[GENESIS_TEXT_MAX + 1];

	sscanf(text, "%32[0-9a-f] %40[0-9a-f]", is.id, is.run);
	genesis_text(&is, again);
	if (strlen(is.id) != GENESIS_ID_LEN || is.run[0] == '\0' ||
	    strcmp(again, text) != 0)
		return false;
	*g = is;
	return true;
}
