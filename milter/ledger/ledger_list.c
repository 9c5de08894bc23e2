/*
 * ledger_list.c - the records and the active freezes, for people and for Redis.
 *
 * Memory keeps only what a decision needs; the rest is read again from the
 * file.
 */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "ledger_state.h"

/* The good part of the file, allocated; NULL: there is none. With lines at
 * at[0..*n), allocated, if at is given: those of the active freezes. */
static char *
read_good(struct ledger *l, size_t *len, off_t **at, size_t *n)
{
	struct error e;
	char *buf = NULL;
	bool ok = true;

	pthread_mutex_lock(&l->lock);
	ledger_state_follow(l);
	*len = (size_t)l->size;
	if (at != NULL) {
		*n = l->frozen.n;
		*at = calloc(*n + 1, sizeof(**at));
		ok = *at != NULL;
		for (size_t i = 0; ok && i < *n; i++)
			(*at)[i] = l->frozen.active[i].at;
	}
	pthread_mutex_unlock(&l->lock);
	if (ok && *len > 0)
		buf = ledger_file_read(&l->file, 0, len, &e);
	return buf;
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

	buf = r == NULL ? NULL : read_good(l, &len, NULL, NULL);
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

struct record *
ledger_active(struct ledger *l, size_t *n)
{
	size_t len, n_at, count = 0;
	struct record *r = NULL;
	off_t *at = NULL;
	struct error e;
	char *buf = read_good(l, &len, &at, &n_at);

	if (buf != NULL && n_at > 0)
		r = calloc(n_at, sizeof(*r));
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
