/*
 * ledger.c - what is frozen, on this node, for good.
 */
#include "ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../log.h"
#include "ledger_state.h"
#include "node.h"

#define US_PER_S UINT64_C(1000000)

/* The first reading, under flock: what is incomplete now stays so. */
static bool
read_all(struct ledger *l, struct error *e)
{
	enum head_answer a = head_read(&l->file, l->keys, &l->head, e);

	if (a == HEAD_BAD) {
		ledger_state_break(l, e->text);
	} else if (a == HEAD_MISSING && ledger_file_size(&l->file) == 0) {
		return head_write(&l->file, l->keys, &l->head, e);
	} else if (a == HEAD_MISSING) {
		error_set(e, "%.200s/ledger.head is missing", l->file.name);
		ledger_state_break(l, e->text);
	}
	ledger_state_follow(l);
	if (l->count < l->head.count) {
		error_set(e, "%.200s/ledger has %zu good records, ledger.head says %zu",
			  l->file.name, l->count, l->head.count);
		ledger_state_break(l, e->text);
	}
	if (!l->is_broken && ledger_file_size(&l->file) > l->size) {
		log_warning("ledger-torn at=%lld why=\"the last record was not written "
			    "to its end; it is dropped\"", (long long)l->size);
		ledger_file_cut(&l->file, l->size);
	}
	return true;
}

static bool
open_files(struct ledger *l, const char *dir, struct error *e)
{
	bool ok;

	if (!ledger_file_open_dir(&l->file, dir, e) ||
	    !node_name(&l->file, l->node, e))
		return false;
	if (!ledger_file_open(&l->file, e)) {
		ledger_state_break(l, e->text);
		return true;
	}
	switch (ledger_file_lock(&l->file, e)) {
	case LEDGER_LOCKED:
		break;
	case LEDGER_BUSY:
		return false;
	case LEDGER_LOST:
		ledger_state_break(l, e->text);
		return true;
	}
	ok = read_all(l, e);
	ledger_file_unlock(&l->file);
	return ok;
}

struct ledger *
ledger_open(const char *dir, const struct keys *k, struct error *e)
{
	struct ledger *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		error_set(e, "out of memory");
		return NULL;
	}
	l->file.dir = l->file.fd = -1;
	l->keys = k;
	pthread_mutex_init(&l->append, NULL);
	pthread_mutex_init(&l->lock, NULL);
	if (!open_files(l, dir, e)) {
		ledger_free(l);
		return NULL;
	}
	l->mirrored = l->count;
	return l;
}

void
ledger_free(struct ledger *l)
{
	if (l == NULL)
		return;
	ledger_file_close(&l->file);
	chains_fini(&l->chains);
	frozen_fini(&l->frozen);
	pthread_mutex_destroy(&l->lock);
	pthread_mutex_destroy(&l->append);
	free(l);
}

const char *
ledger_node(const struct ledger *l)
{
	return l->node;
}

const struct keys *
ledger_keys(const struct ledger *l)
{
	return l->keys;
}

const char *
ledger_broken(const struct ledger *l)
{
	return l->is_broken ? l->broken.text : NULL;
}

void
ledger_look(struct ledger *l, const struct scope_mail *m,
	    struct ledger_view *v)
{
	uint64_t now_us = clock_real_us();
	const struct freeze *z;

	pthread_mutex_lock(&l->lock);
	ledger_state_follow(l);
	z = frozen_match(&l->frozen, m, now_us);
	v->is_frozen = z != NULL;
	snprintf(v->freeze_id, sizeof(v->freeze_id), "%s", z == NULL ? "" : z->id);
	if (l->is_broken && !m->is_exempt && m->facts->class != POLICY_INBOUND) {
		v->is_frozen = true;
		snprintf(v->freeze_id, sizeof(v->freeze_id), LEDGER_BROKEN_ID);
	}
	memcpy(v->token, l->token, sizeof(v->token));
	pthread_mutex_unlock(&l->lock);
}

/* Takes flock with everything read that is in the file, up to *end. False:
 * nothing may be written; the lock is not held. */
static bool
begin_write(struct ledger *l, off_t *end, struct error *e)
{
	enum ledger_lock lock = LEDGER_LOST;

	if (!l->is_broken)
		lock = ledger_file_lock(&l->file, e);
	if (lock == LEDGER_BUSY)
		return false;
	pthread_mutex_lock(&l->lock);
	if (lock == LEDGER_LOCKED)
		ledger_state_follow(l);
	else
		ledger_state_break(l, e->text);
	*end = l->size;
	pthread_mutex_unlock(&l->lock);
	if (!l->is_broken)
		return true;
	if (lock == LEDGER_LOCKED)
		ledger_file_unlock(&l->file);
	return error_set(e, "%s", l->broken.text);
}

/* Under flock. line has room for a newline. A head that could not be written
 * does no harm: the old one says less. */
static bool
write_line(struct ledger *l, off_t end, char *line, size_t len, struct error *e)
{
	struct error why;
	struct head h;
	bool ok;

	line[len] = '\n';
	ok = ledger_file_append(&l->file, end, line, len + 1, e);
	pthread_mutex_lock(&l->lock);
	ledger_state_follow(l);
	h.count = l->count;
	memcpy(h.last, l->last, sizeof(h.last));
	pthread_mutex_unlock(&l->lock);
	if (!ok)
		return false;
	if (l->is_broken)
		return error_set(e, "%s", l->broken.text);
	if (!head_write(&l->file, l->keys, &h, &why))
		log_warning("ledger-head why=\"%s\"", why.text);
	return true;
}

/* What an operator has not seen he cannot lift. */
static bool
lifts_active(const struct ledger *l, const struct record *r, struct error *e)
{
	char name[RECORD_NAME_MAX + 1];
	const char *next = NULL;

	while (record_next_lift(r, &next, name))
		if (!frozen_is_active(&l->frozen, name))
			return error_set(e, "%s is not an active freeze; "
					 "`sluice freezes` lists them", name);
	return true;
}

/* Makes r the next record of this node and writes its line. 0: e says why. */
static size_t
next_line(struct ledger *l, struct record *r, char *line, size_t size,
	  struct error *e)
{
	const struct chain_link *last = chain_last(&l->chains, l->node);
	struct record again;
	size_t len;

	snprintf(r->id, sizeof(r->id), "%s-%llu", l->node,
		 last == NULL ? 1ULL : (unsigned long long)last->number + 1);
	r->time_us = clock_real_us() / US_PER_S * US_PER_S;
	snprintf(r->prev, sizeof(r->prev), "%s", last == NULL ? "" : last->mac);
	record_sign(r, l->keys);
	len = record_format(r, line, size);
	if (len == 0)
		error_set(e, "the record is too long; shorten the reason");
	else if (!record_parse(&again, line, len, e) || !lifts_active(l, r, e))
		return 0;
	return len;
}

bool
ledger_append(struct ledger *l, struct record *r, struct error *e)
{
	char line[RECORD_LINE_MAX + 1];
	bool ok = false;
	size_t len;
	off_t end;

	pthread_mutex_lock(&l->append);
	if (begin_write(l, &end, e)) {
		pthread_mutex_lock(&l->lock);
		len = next_line(l, r, line, RECORD_LINE_MAX, e);
		pthread_mutex_unlock(&l->lock);
		ok = len > 0 && write_line(l, end, line, len, e);
		ledger_file_unlock(&l->file);
	}
	pthread_mutex_unlock(&l->append);
	return ok;
}

/* Of ours, only the one that comes next: a hole in our own history is a
 * break. */
static bool
merge(struct ledger *l, off_t end, const struct record *r, char *line,
      size_t len, struct error *e)
{
	enum chain_answer a;

	pthread_mutex_lock(&l->lock);
	a = chain_ask(&l->chains, r);
	if (ledger_state_is_own(l, r) && (a == CHAIN_GAP || a == CHAIN_TORN)) {
		error_set(e, "%s was signed by this node, but the record before it "
			  "is neither here nor in Redis", r->id);
		ledger_state_break(l, e->text);
	}
	pthread_mutex_unlock(&l->lock);
	if (l->is_broken)
		return error_set(e, "%s", l->broken.text);
	return a == CHAIN_KNOWN || write_line(l, end, line, len, e);
}

bool
ledger_merge(struct ledger *l, const char *line, size_t len, struct error *e)
{
	char copy[RECORD_LINE_MAX + 1];
	struct record r;
	bool ok = false;
	off_t end;

	if (!record_parse(&r, line, len, e))
		return false;
	if (!record_is_signed(&r, l->keys))
		return error_set(e, "%s is not signed with the key of this node", r.id);
	memcpy(copy, line, len);
	pthread_mutex_lock(&l->append);
	if (begin_write(l, &end, e)) {
		ok = merge(l, end, &r, copy, len, e);
		ledger_file_unlock(&l->file);
	}
	pthread_mutex_unlock(&l->append);
	return ok;
}

void
ledger_token(struct ledger *l, char out[STORE_TOKEN_MAX + 1])
{
	pthread_mutex_lock(&l->lock);
	ledger_state_follow(l);
	memcpy(out, l->token, sizeof(l->token));
	pthread_mutex_unlock(&l->lock);
}

bool
ledger_set_token(struct ledger *l, const char *token, size_t count)
{
	bool ok;

	pthread_mutex_lock(&l->lock);
	ledger_state_follow(l);
	ok = l->count == count;
	if (ok) {
		snprintf(l->token, sizeof(l->token), "%s", token);
		l->mirrored = count;
	}
	pthread_mutex_unlock(&l->lock);
	return ok;
}

size_t
ledger_mirrored(struct ledger *l)
{
	size_t n;

	pthread_mutex_lock(&l->lock);
	n = l->mirrored;
	pthread_mutex_unlock(&l->lock);
	return n;
}
