/*
 * parts.h - where the parts of a policy end, seen from its pieces.
 *
 * For a policy that parses: only what tells one part from the next is looked
 * at. Comments on lines of their own belong to the part that comes after them.
 */
#ifndef POLICY_PARTS_H
#define POLICY_PARTS_H

#include "piece.h"

/* The n-th piece from p on that is no comment; the first is 0. */
const struct piece *parts_nth(const struct piece *p, unsigned n);

bool parts_is_end(const struct piece *p);

/* The end of what stands before the block of a statement, or of a statement
 * that has none. */
const struct piece *parts_head(const struct piece *p);

/* The end of the part that begins at p: of all values of a list, of a clause
 * of a limit, of what `frozen` and `outage` say, of a line of a trial. */
const struct piece *parts_values(const struct piece *p);
const struct piece *parts_clause(const struct piece *p);
const struct piece *parts_answer(const struct piece *p);
const struct piece *parts_trial(const struct piece *p);

/* Where a line of a trial begins to say who sends, and where that ends. */
const struct piece *parts_who(const struct piece *p);
const struct piece *parts_who_end(const struct piece *p,
				  const struct piece *end);

#endif
