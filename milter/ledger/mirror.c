/*
 * mirror.c - the ledger in Redis: a union of records, and a version token.
 *
 * Nothing that Redis says is believed unless it is sealed and signed with our
 * key and lies in the field that bears its id and MAC: what is not counts as
 * missing, and is put back if we have it.
 */
#include "mirror.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../redis/key.h"

#define ROUNDS 5		/* until somebody else must be to blame */
#define FIELD_MAX (RECORD_ID_MAX + 1 + RECORD_MAC_HEX)
#define TOKEN_BYTES (STORE_TOKEN_MAX / 2)

/* A record that Redis holds. */
struct item {
	uint64_t number;
	char field[FIELD_MAX + 1];	/* id/mac */
	char *line;
	size_t len;
	bool is_ours;			/* the file has it as well */
};

/* What Redis held at one moment, by number, so that the records of a node come
 * in their order. */
struct snapshot {
	char token[STORE_TOKEN_MAX + 1];
	struct item *item;
	size_t n;
	unsigned skipped;
};

/* One exchange with Redis, and what it shows. */
struct round {
	struct ledger *l;
	struct conn *c;
	char token_key[KEY_MAX], ledger_key[KEY_MAX];
	uint64_t deadline_us;
	struct snapshot s;
	size_t index, mirrored;		/* of the record in the file */
	size_t missing;			/* commands queued behind MULTI */
	bool is_queued;			/* everything so far */
	struct mirror_result *r;
};

static void
snapshot_fini(struct snapshot *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->item[i].line);
	free(s->item);
	*s = (struct snapshot){ 0 };
}

static int
by_number(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return strcmp(x->field, y->field);
}

static void
name_item(struct item *it, const struct record *r)
{
	char node[RECORD_NODE_MAX + 1];

	snprintf(it->field, sizeof(it->field), "%s/%s", r->id, r->mac);
	record_id_split(r->id, node, &it->number);
}

enum opened {
	OPENED,
	JUNK,		/* not ours, or not the record whose name it bears */
	UNREAD		/* sealed with our key, and yet no record: a later version */
};

static enum opened
open_item(struct item *it, const struct keys *k, const struct reply *field,
	  const struct reply *value)
{
	enum opened how = UNREAD;
	size_t field_len, len;
	const char *name, *sealed;
	struct record r;
	struct error e;

	if (reply_type(field) != REPLY_TEXT || reply_type(value) != REPLY_TEXT)
		return JUNK;
	name = reply_text(field, &field_len);
	sealed = reply_text(value, &len);
	it->line = keys_unseal(k, sealed, len, &it->len);
	if (it->line == NULL)
		return JUNK;
	if (record_parse(&r, it->line, it->len, &e)) {
		how = JUNK;
		name_item(it, &r);
		if (record_is_signed(&r, k) && strlen(it->field) == field_len &&
		    memcmp(it->field, name, field_len) == 0)
			return OPENED;
	}
	free(it->line);
	return how;
}

/* What this node cannot read may be a freeze: to pass over it would be to say
 * that everything is known here. */
static bool
unread(const struct reply *field, struct error *e)
{
	size_t len;
	const char *name = reply_text(field, &len);

	return error_set(e, "Redis holds a record of the ledger that this version of "
			 "sluice cannot read (%.*s): install the version that wrote it",
			 (int)strcspn(name, "/"), name);
}

static bool
is_token(const char *text, size_t len)
{
	return len == STORE_TOKEN_MAX && strspn(text, "0123456789abcdef") == len;
}

/* The replies to GET and HGETALL. A token of another form was not set by us and
 * counts as none. */
static bool
fill_snapshot(struct snapshot *s, const struct keys *k, const struct reply *exec,
	      struct error *e)
{
	const struct reply *token, *fields;
	const char *text;
	size_t len;

	if (reply_type(exec) != REPLY_ARRAY || reply_count(exec) != 2)
		return reply_unexpected(exec, e);
	token = reply_at(exec, 0);
	fields = reply_at(exec, 1);
	if (reply_type(fields) != REPLY_ARRAY)
		return reply_unexpected(fields, e);
	if (reply_type(token) == REPLY_TEXT) {
		text = reply_text(token, &len);
		if (is_token(text, len))
			memcpy(s->token, text, len);
	} else if (reply_type(token) != REPLY_NIL) {
		return reply_unexpected(token, e);
	}
	s->item = calloc(reply_count(fields) / 2 + 1, sizeof(*s->item));
	if (s->item == NULL)
		return error_set(e, "out of memory");
	for (size_t i = 0; i + 1 < reply_count(fields); i += 2) {
		enum opened how = open_item(&s->item[s->n], k, reply_at(fields, i),
					    reply_at(fields, i + 1));

		if (how == UNREAD)
			return unread(reply_at(fields, i), e);
		s->n += how == OPENED;
		s->skipped += how == JUNK;
	}
	qsort(s->item, s->n, sizeof(*s->item), by_number);
	return true;
}

static void
free_all(struct reply **reply, size_t n)
{
	for (size_t i = 0; i < n; i++)
		reply_free(reply[i]);
}

/* None may be an error, and the last must be the array that EXEC returns. */
static bool
is_executed(struct reply **reply, size_t n, struct error *e)
{
	const struct reply *exec = reply[n - 1];

	for (size_t i = 0; i < n; i++)
		if (reply_type(reply[i]) == REPLY_ERROR)
			return reply_unexpected(reply[i], e);
	if (reply_type(exec) != REPLY_ARRAY)
		return reply_unexpected(exec, e);
	for (size_t i = 0; i < reply_count(exec); i++)
		if (reply_type(reply_at(exec, i)) == REPLY_ERROR)
			return reply_unexpected(reply_at(exec, i), e);
	return true;
}

static bool
read_redis(struct round *d, struct error *e)
{
	struct reply *reply[4];
	bool ok;

	if (!conn_append_text(d->c, "MULTI", NULL) ||
	    !conn_append_text(d->c, "GET", d->token_key, NULL) ||
	    !conn_append_text(d->c, "HGETALL", d->ledger_key, NULL) ||
	    !conn_append_text(d->c, "EXEC", NULL))
		return error_set(e, "out of memory");
	if (!conn_exchange(d->c, reply, 4, d->deadline_us, e))
		return false;
	ok = is_executed(reply, 4, e) &&
		fill_snapshot(&d->s, ledger_keys(d->l), reply[3], e);
	free_all(reply, 4);
	return ok;
}

static bool
queue_record(struct round *d, const char *field, const char *line, size_t len)
{
	char *sealed = keys_seal(ledger_keys(d->l), line, len);
	bool ok;

	if (sealed == NULL)
		return false;
	ok = (d->missing > 0 || conn_append_text(d->c, "MULTI", NULL)) &&
		conn_append_text(d->c, "HSET", d->ledger_key, field, sealed, NULL);
	free(sealed);
	d->missing++;
	return ok;
}

/* One record of the file: marks it in the snapshot, or queues it. */
static void
compare(const struct record *r, const char *line, size_t len, void *arg)
{
	struct round *d = arg;
	struct item want = { 0 }, *found;

	name_item(&want, r);
	found = bsearch(&want, d->s.item, d->s.n, sizeof(want), by_number);
	if (found != NULL) {
		found->is_ours = true;
	} else {
		d->is_queued = d->is_queued && queue_record(d, want.field, line, len);
		if (d->index < d->mirrored)
			d->r->restored++;
		else
			d->r->sent++;
	}
	d->index++;
}

static bool
learn(struct round *d, struct error *e)
{
	for (size_t i = 0; i < d->s.n; i++) {
		const struct item *it = &d->s.item[i];

		if (it->is_ours)
			continue;
		if (!ledger_merge(d->l, it->line, it->len, e))
			return false;
		d->r->learned++;
		d->index++;
	}
	return true;
}

static bool
make_token(char out[STORE_TOKEN_MAX + 1], struct error *e)
{
	uint8_t b[TOKEN_BYTES];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		return error_set(e, "no source of randomness: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(b); i++)
		snprintf(out + 2 * i, 3, "%02x", b[i]);
	return true;
}

/* What compare queued, and a fresh token, in one step. */
static bool
write_redis(struct round *d, struct error *e)
{
	char token[STORE_TOKEN_MAX + 1];
	size_t n = d->missing + 3;
	struct reply **reply;
	bool ok = false;

	if (!make_token(token, e))
		return false;
	reply = calloc(n, sizeof(struct reply *));
	if (reply == NULL || !d->is_queued ||
	    (d->missing == 0 && !conn_append_text(d->c, "MULTI", NULL)) ||
	    !conn_append_text(d->c, "SET", d->token_key, token, NULL) ||
	    !conn_append_text(d->c, "EXEC", NULL)) {
		error_set(e, "out of memory");
	} else if (conn_exchange(d->c, reply, n, d->deadline_us, e)) {
		ok = is_executed(reply, n, e);
		free_all(reply, n);
	}
	free(reply);
	return ok;
}

/* One way and the other. *is_equal: nothing was missing in Redis, and its token
 * is ours. An empty Redis needs none for an empty ledger. */
static bool
exchange(struct round *d, bool *is_equal, struct error *e)
{
	if (!read_redis(d, e))
		return false;
	ledger_each(d->l, compare, d);
	if (!learn(d, e))
		return false;
	if (d->missing > 0 || (d->s.token[0] == '\0' && d->index > 0))
		return write_redis(d, e);
	*is_equal = ledger_set_token(d->l, d->s.token, d->index);
	return true;
}

bool
mirror_sync(struct ledger *l, struct conn *c, const char *ns,
	    uint64_t deadline_us, struct mirror_result *r, struct error *e)
{
	bool is_equal = false;

	*r = (struct mirror_result){ 0 };
	if (ledger_broken(l) != NULL)
		return error_set(e, "%s", ledger_broken(l));
	for (int i = 0; i < ROUNDS && !is_equal; i++) {
		struct round d = { .l = l, .c = c, .deadline_us = deadline_us,
				   .is_queued = true, .r = r,
				   .mirrored = ledger_mirrored(l) };
		bool ok;

		key_name(ns, "token", d.token_key);
		key_name(ns, "ledger", d.ledger_key);
		ok = exchange(&d, &is_equal, e);
		r->skipped = d.s.skipped;
		snapshot_fini(&d.s);
		if (!ok)
			return false;
	}
	return is_equal || error_set(e, "the ledger in Redis changes faster than it "
				     "can be read; try again");
}
