/*
 * chain.h - which records are known, and how each node's records hang together.
 */
#ifndef MILTER_CHAIN_H
#define MILTER_CHAIN_H

#include "record.h"

struct chain_link {
	uint64_t number;
	char mac[RECORD_MAC_HEX + 1];
	char prev[RECORD_MAC_HEX + 1];
};

struct chain {
	char node[RECORD_NODE_MAX + 1];
	struct chain_link *link;	/* by number; equal numbers: a fork */
	size_t n;
};

struct chains {
	struct chain *chain;
	size_t n;
};

enum chain_answer {
	CHAIN_LINKED,		/* its prev is the record before */
	CHAIN_GAP,		/* the record before is not here */
	CHAIN_TORN,		/* the record before it, or after it, is another */
	CHAIN_FORK,		/* another record has the same id */
	CHAIN_KNOWN		/* this very record is here already */
};

void chains_fini(struct chains *c);

/* What r would be among the records in c. */
enum chain_answer chain_ask(const struct chains *c, const struct record *r);

/* False: out of memory. */
bool chain_add(struct chains *c, const struct record *r);

/* The record with the highest number of a node; NULL: it has none. */
const struct chain_link *chain_last(const struct chains *c, const char *node);

#endif
