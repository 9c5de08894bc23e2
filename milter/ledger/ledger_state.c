/*
 * ledger_state.c - what a ledger holds in memory, and how it follows the file.
 */
#include "ledger_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../log.h"

/* The reason may quote a damaged file: nothing of it reaches a terminal raw. */
static void
make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

void
ledger_state_break(struct ledger *l, const char *why)
{
	char value[1024];

	if (l->is_broken)
		return;
	error_set(&l->broken, "%.300s; all outbound mail is frozen. Restore ledger "
		  "and ledger.head from a backup, or move both away: then only what "
		  "Redis holds stays frozen", why);
	make_printable(l->broken.text);
	l->is_broken = true;
	log_error("ledger-broken why=%s",
		  log_value(why, strlen(why), value, sizeof(value)));
}

static void
break_at(struct ledger *l, const char *id, const char *why)
{
	struct error e;

	error_set(&e, "%.200s/ledger: record %zu (%s): %s", l->file.name,
		  l->count + 1, id[0] == '\0' ? "no id" : id, why);
	ledger_state_break(l, e.text);
}

bool
ledger_state_is_own(const struct ledger *l, const struct record *r)
{
	char node[RECORD_NODE_MAX + 1];
	uint64_t n;

	record_id_split(r->id, node, &n);
	return strcmp(node, l->node) == 0;
}

/* Other nodes' records come in any order, ours do not. Two histories under one
 * name, as after a machine was cloned, are kept: a freeze is never dropped. */
static bool
is_in_place(const struct ledger *l, const struct record *r, enum chain_answer a)
{
	if (a == CHAIN_FORK || a == CHAIN_TORN)
		log_error("ledger-fork id=%s why=\"two machines write as one node; "
			  "remove DIR/node on one of them\"", r->id);
	return !ledger_state_is_own(l, r) || a == CHAIN_LINKED || a == CHAIN_FORK;
}

/* The line that stands at l->size. */
static void
take_line(struct ledger *l, const char *line, size_t len)
{
	struct error e = { "" };
	enum chain_answer a;
	struct record r;

	if (!record_parse(&r, line, len, &e)) {
		break_at(l, "", e.text);
		return;
	}
	if (!record_is_signed(&r, l->keys)) {
		break_at(l, r.id, "it is not signed with the key of this node");
		return;
	}
	a = chain_ask(&l->chains, &r);
	if (a == CHAIN_KNOWN) {
		break_at(l, r.id, "it stands there twice");
		return;
	}
	if (!is_in_place(l, &r, a)) {
		break_at(l, r.id, "the record before it is missing");
		return;
	}
	if (l->count + 1 == l->head.count && strcmp(r.mac, l->head.last) != 0) {
		break_at(l, r.id, "it is not the one that ledger.head names");
		return;
	}
	if (!chain_add(&l->chains, &r) || !frozen_add(&l->frozen, &r, l->size)) {
		break_at(l, r.id, "out of memory");
		return;
	}
	l->size += (off_t)len + 1;
	l->count++;
	memcpy(l->last, r.mac, sizeof(l->last));
	snprintf(l->token, sizeof(l->token), LEDGER_NO_TOKEN);
}

/* Whole lines only: another process may be writing. */
void
ledger_state_follow(struct ledger *l)
{
	off_t size = l->is_broken ? l->size : ledger_file_size(&l->file);
	struct error e = { "" };
	char *buf, *p, *end;
	size_t len;

	if (size == l->size)
		return;
	if (size < l->size) {
		error_set(&e, "%.200s/ledger was cut short, removed or replaced",
			  l->file.name);
		ledger_state_break(l, e.text);
		return;
	}
	len = (size_t)(size - l->size);
	buf = ledger_file_read(&l->file, l->size, &len, &e);
	if (buf == NULL) {
		ledger_state_break(l, e.text);
		return;
	}
	for (p = buf; !l->is_broken; p = end + 1) {
		end = memchr(p, '\n', (size_t)(buf + len - p));
		if (end == NULL)
			break;
		take_line(l, p, (size_t)(end - p));
	}
	free(buf);
}
