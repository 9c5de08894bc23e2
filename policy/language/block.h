/*
 * block.h - { clauses } in any order, each at most once.
 */
#ifndef POLICY_BLOCK_H
#define POLICY_BLOCK_H

#include "cursor.h"

struct block {
	const struct words *words;
	struct span open;
	unsigned depth;
	struct span seen[CLAUSES];	/* len 0: not seen */
	bool is_broken;			/* some clause could not be read */
};

/* False, and that is reported: there is no block. */
bool block_open(struct cursor *c, const struct words *w, struct block *b);

/* Index of the next clause, its word taken; -1 after the end of the block. */
int block_clause(struct cursor *c, struct block *b);

/* The clause could not be read: goes on at the next one. */
void block_failed(struct cursor *c, struct block *b);

#endif
