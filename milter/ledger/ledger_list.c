/*
 * ledger_list.c - the records and the active freezes, for people and for Redis.
 *
 * Memory keeps only what a decision needs; the rest is read again from the
 * file.
 */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "ledger_state.h"

/* The good part of the file, allocated; NULL: there is none. */
static char *
read_good(struct ledger *l, size_t *len)
{
	struct error e;

	pthread_mutex_lock(&l->lock);
	ledger_state_follow(l);
	*len = (size_t)l->size;
	pthread_mutex_unlock(&l->lock);
	return *len > 0 ? ledger_file_read(&l->file, 0, len, &e) : NULL;
}

/* Where the lines stand of the freezes that hold, or of those that do not any
 * more, allocated; *n of them. NULL: there is none. */
static off_t *
find(struct ledger *l, bool is_holding, size_t *n)
{
	uint64_t now_us = clock_real_us();
	off_t *at;

	*n = 0;
	pthread_mutex_lock(&l->lock);
	ledger_state_follow(l);
	at = l->frozen.n > 0 ? calloc(l->frozen.n, sizeof(*at)) : NULL;
	for (size_t i = 0; at != NULL && i < l->frozen.n; i++)
		if (freeze_holds(&l->frozen.active[i], now_us) == is_holding)
			at[(*n)++] = l->frozen.active[i].at;
	pthread_mutex_unlock(&l->lock);
	return at;
}

size_t
ledger_each(struct ledger *l,
	    void (*fn)(const struct record *r, const char *line, size_t len,
		       void *arg), void *arg)
{
	struct record *r = malloc(sizeof(*r));
	size_t len, count = 0;
	struct error e;
	char *buf, *p, *end;

	buf = r == NULL ? NULL : read_good(l, &len);
	for (p = buf; buf != NULL; p = end + 1) {
		end = memchr(p, '\n', (size_t)(buf + len - p));
		if (end == NULL || !record_parse(r, p, (size_t)(end - p), &e))
			break;
		fn(r, p, (size_t)(end - p), arg);
		count++;
	}
	free(buf);
	free(r);
	return count;
}

static int
by_time(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return strcmp(x->id, y->id);
}

static struct record *
list(struct ledger *l, bool is_holding, size_t *n)
{
	size_t len, n_at, count = 0;
	off_t *at = find(l, is_holding, &n_at);
	char *buf = n_at > 0 ? read_good(l, &len) : NULL;
	struct record *r = buf != NULL ? calloc(n_at, sizeof(*r)) : NULL;
	struct error e;

	for (size_t i = 0; r != NULL && i < n_at && (size_t)at[i] < len; i++) {
		const char *line = buf + at[i];
		const char *end = memchr(line, '\n', len - (size_t)at[i]);

		if (end != NULL && record_parse(&r[count], line,
						(size_t)(end - line), &e))
			count++;
	}
	free(buf);
	free(at);
	if (count > 0)
		qsort(r, count, sizeof(*r), by_time);
	*n = count;
	return r;
}

struct record *
ledger_active(struct ledger *l, size_t *n)
{
	return list(l, true, n);
}

struct record *
ledger_expired(struct ledger *l, size_t *n)
{
	return list(l, false, n);
}
