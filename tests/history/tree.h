/*
 * tree.h - a row of numbers: what is added from a place on, and what is the
 * largest from a place on, in the logarithm of its length each.
 */
#ifndef HISTORY_TREE_H
#define HISTORY_TREE_H

#include <stddef.h>
#include <stdint.h>

struct tree;

/* n numbers, at least one; copies them. Ends the program without memory. */
struct tree *tree_new(const int64_t *value, size_t n);
void tree_free(struct tree *t);

/* Adds amount to each at `from` and after it; none may be there. */
void tree_add(struct tree *t, size_t from, int64_t amount);

/* The largest at `from`, which must be there, or after it; *at says where. */
int64_t tree_max(const struct tree *t, size_t from, size_t *at);

#endif
