/*
 * mirror_nodes.c - who shares this Redis, and which ledger each node knows.
 */
#include "mirror.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../redis/key.h"
#include "ledger_peers.h"

#define US_PER_S UINT64_C(1000000)
#define VALUE_MAX (20 + 1 + STORE_TOKEN_MAX + 1 + 20 + 1 + 16)

/* The reply to TIME: seconds and microseconds, as text. */
static bool
read_time(const struct reply *r, uint64_t *now_us, struct error *e)
{
	size_t len;

	if (reply_type(r) != REPLY_ARRAY || reply_count(r) != 2 ||
	    reply_type(reply_at(r, 0)) != REPLY_TEXT ||
	    reply_type(reply_at(r, 1)) != REPLY_TEXT)
		return reply_unexpected(r, e);
	*now_us = strtoull(reply_text(reply_at(r, 0), &len), NULL, 10) * US_PER_S +
		strtoull(reply_text(reply_at(r, 1), &len), NULL, 10);
	return true;
}

static bool
ask_time(struct conn *c, uint64_t deadline_us, uint64_t *now_us, struct error *e)
{
	struct reply *r = conn_ask(c, deadline_us, e, "TIME", NULL);
	bool ok = r != NULL && read_time(r, now_us, e);

	reply_free(r);
	return ok;
}

/* The replies to HSET and GET. */
static bool
read_beat(struct reply *const reply[2], const char *token, bool *is_stale,
	  struct error *e)
{
	const char *text = "";
	size_t len = 0;

	if (reply_type(reply[0]) != REPLY_INTEGER)
		return reply_unexpected(reply[0], e);
	if (reply_type(reply[1]) == REPLY_TEXT)
		text = reply_text(reply[1], &len);
	else if (reply_type(reply[1]) != REPLY_NIL)
		return reply_unexpected(reply[1], e);
	*is_stale = len != strlen(token) || memcmp(text, token, len) != 0;
	return true;
}

bool
mirror_heartbeat(struct ledger *l, struct conn *c, const char *ns,
		 const struct mirror_beat *beat, uint64_t deadline_us,
		 bool *is_stale, uint64_t *now_us, struct error *e)
{
	char nodes[KEY_MAX], token_key[KEY_MAX];
	char token[STORE_TOKEN_MAX + 1], value[VALUE_MAX + 1];
	struct reply *reply[2];
	bool ok;

	if (!ask_time(c, deadline_us, now_us, e))
		return false;
	key_name(ns, "nodes", nodes);
	key_name(ns, "token", token_key);
	ledger_token(l, token);
	snprintf(value, sizeof(value), "%" PRIu64 " %s %" PRIu64 " %016" PRIx64,
		 *now_us, token, beat->lease_us, beat->digest);
	if (!conn_append_text(c, "HSET", nodes, ledger_node(l), value, NULL) ||
	    !conn_append_text(c, "GET", token_key, NULL))
		return error_set(e, "out of memory");
	if (!conn_exchange(c, reply, 2, deadline_us, e))
		return false;
	ok = read_beat(reply, token, is_stale, e);
	reply_free(reply[0]);
	reply_free(reply[1]);
	return ok;
}

/* What stands behind the token. */
static bool
read_rest(struct mirror_beat *beat, const char *text)
{
	char *end;

	if (*text != ' ')
		return false;
	beat->lease_us = strtoull(text, &end, 10);
	if (end == text || *end != ' ')
		return false;
	text = end;
	beat->digest = strtoull(text, &end, 16);
	return end != text && *end == '\0';
}

/* As node.c makes them: it goes into a file, and onto terminals. */
static bool
is_node(const char *name, size_t len)
{
	return len > 0 && len <= RECORD_NODE_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-") == len;
}

static bool
read_node(struct mirror_node *node, const struct reply *field,
	  const struct reply *value)
{
	const char *name, *text;
	size_t name_len, len, token_len;
	char *end;

	if (reply_type(field) != REPLY_TEXT || reply_type(value) != REPLY_TEXT)
		return false;
	name = reply_text(field, &name_len);
	text = reply_text(value, &len);
	node->seen_us = strtoull(text, &end, 10);
	if (!is_node(name, name_len) || end == text || *end != ' ')
		return false;
	snprintf(node->name, sizeof(node->name), "%.*s", (int)name_len, name);
	text = end + 1;
	token_len = strcspn(text, " ");
	snprintf(node->token, sizeof(node->token), "%.*s", (int)token_len, text);
	node->has_beat = read_rest(&node->beat, text + token_len);
	return true;
}

static bool
read_nodes(const struct reply *r, struct mirror_node **nodes, size_t *n,
	   struct error *e)
{
	if (reply_type(r) != REPLY_ARRAY)
		return reply_unexpected(r, e);
	*n = 0;
	*nodes = calloc(reply_count(r) / 2 + LEDGER_PEERS_MAX, sizeof(**nodes));
	if (*nodes == NULL)
		return error_set(e, "out of memory");
	for (size_t i = 0; i + 1 < reply_count(r); i += 2)
		if (read_node(&(*nodes)[*n], reply_at(r, i), reply_at(r, i + 1)))
			++*n;
	return true;
}

/* A node that Redis has forgotten is registered again, without a heartbeat. */
static bool
put_back(struct mirror_node *node, const char *name, struct conn *c,
	 const char *key, uint64_t deadline_us, struct error *e)
{
	struct reply *r = conn_ask(c, deadline_us, e, "HSETNX", key, name, "0 -", NULL);
	bool ok = r != NULL && (reply_type(r) == REPLY_INTEGER ||
				reply_unexpected(r, e));

	reply_free(r);
	snprintf(node->name, sizeof(node->name), "%s", name);
	snprintf(node->token, sizeof(node->token), "-");
	return ok;
}

static bool
add_peers(struct ledger *l, struct conn *c, const char *key, uint64_t deadline_us,
	  struct mirror_node *nodes, size_t *n, struct error *e)
{
	char name[LEDGER_PEERS_MAX][RECORD_NODE_MAX + 1];
	size_t known = *n < LEDGER_PEERS_MAX ? *n : LEDGER_PEERS_MAX, all = known;

	for (size_t i = 0; i < known; i++)
		snprintf(name[i], sizeof(name[i]), "%s", nodes[i].name);
	if (!ledger_peers(l, name, &all, e))
		return false;
	for (size_t i = known; i < all; i++, ++*n)
		if (!put_back(&nodes[*n], name[i], c, key, deadline_us, e))
			return false;
	return true;
}

bool
mirror_nodes(struct ledger *l, struct conn *c, const char *ns,
	     uint64_t deadline_us, struct mirror_node **nodes, size_t *n,
	     uint64_t *now_us, struct error *e)
{
	char key[KEY_MAX];
	struct reply *r;
	bool ok;

	if (!ask_time(c, deadline_us, now_us, e))
		return false;
	key_name(ns, "nodes", key);
	r = conn_ask(c, deadline_us, e, "HGETALL", key, NULL);
	ok = r != NULL && read_nodes(r, nodes, n, e);
	reply_free(r);
	if (ok && !add_peers(l, c, key, deadline_us, *nodes, n, e)) {
		free(*nodes);
		ok = false;
	}
	return ok;
}
