/*
 * record.h - one line of the ledger.
 *
 *   freeze id=mx1-5f3a9c-7 time=2026-11-24T13:31:43Z by=root sudo=alice
 *   scope=script:33:contact.php reason="spam run" prev=9f.. mac=4c..
 *
 * (one line in the file). A thaw has `lifts=NAME,NAME` after the scope as well,
 * a freeze that ends by itself `until=TIME`.
 * prev is the MAC of the same node's record before, and a node counts from 1,
 * so that a record that is changed, dropped or moved shows. A record has
 * exactly one spelling; the MAC is over all of the line that stands before it.
 */
#ifndef MILTER_RECORD_H
#define MILTER_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "../pseudonym.h"
#include "scope.h"

#define RECORD_NODE_MAX 80
#define RECORD_ID_MAX 100	/* node-number */
#define RECORD_WHO_MAX 64
#define RECORD_REASON_MAX 400
#define RECORD_LIFTS_MAX 4000
#define RECORD_LINE_MAX 8192
#define RECORD_MAC_HEX (2 * MAC_LEN)

enum record_kind { RECORD_FREEZE, RECORD_THAW };

struct record {
	enum record_kind kind;
	char id[RECORD_ID_MAX + 1];
	uint64_t time_us;		/* real time, whole seconds in the line */
	char by[RECORD_WHO_MAX + 1];	/* user name or uid */
	char sudo[RECORD_WHO_MAX + 1];	/* SUDO_USER, "" if there is none */
	struct scope scope;
	uint64_t until_us;		/* freeze: it ends then; 0: by a thaw */
	char reason[RECORD_REASON_MAX + 1];
	char lifts[RECORD_LIFTS_MAX + 1];	/* thaw: names, by comma */
	char prev[RECORD_MAC_HEX + 1];	/* "" for a node's first record */
	char mac[RECORD_MAC_HEX + 1];
};

/* Fills r->mac. */
void record_sign(struct record *r, const struct keys *k);
bool record_is_signed(const struct record *r, const struct keys *k);

/* The line without its newline. Returns its length; 0: too long. */
size_t record_format(const struct record *r, char *out, size_t size);

/* Accepts what record_format writes and nothing else. False: e says why. Does
 * not verify the MAC. */
bool record_parse(struct record *r, const char *line, size_t len, struct error *e);

/* The node and the number in an id. False: not an id. */
bool record_id_split(const char *id, char node[RECORD_NODE_MAX + 1], uint64_t *n);

/* "ID/MARK", the beginning of the MAC behind the id: after a machine was cloned
 * or set back, two records may have one id, and a thaw means one of them. */
#define RECORD_MARK_HEX 16
#define RECORD_NAME_MAX (RECORD_ID_MAX + 1 + RECORD_MARK_HEX)
void record_name(const struct record *r, char out[RECORD_NAME_MAX + 1]);

/* The next name of r->lifts; *at is NULL before the first. False: no more. */
bool record_next_lift(const struct record *r, const char **at,
		      char name[RECORD_NAME_MAX + 1]);

/* Lower-case hex of a MAC. */
void record_mac_hex(const uint8_t mac[MAC_LEN], char out[RECORD_MAC_HEX + 1]);

#endif
