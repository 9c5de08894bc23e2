/*
 * tree.c - a row of numbers: what is added from a place on, and what is the
 * largest from a place on.
 *
 * A binary tree in an array: the children of i are 2i and 2i + 1, and the leaves
 * are the row. What was added to all that is under a node stands in the node
 * itself and is not carried down.
 */
#include "tree.h"

#include <err.h>
#include <stdlib.h>

struct node {
	int64_t add;		/* to all that is under this node */
	int64_t max;		/* of what is under it, add included */
	size_t at;		/* where that is in the row */
};

struct tree {
	size_t width;		/* leaves, a power of two */
	struct node node[];
};

static const struct node *
larger(const struct node *a, const struct node *b)
{
	return b->max > a->max ? b : a;
}

static void
sum_up(struct tree *t, size_t i)
{
	const struct node *best = larger(&t->node[2 * i], &t->node[2 * i + 1]);

	t->node[i].max = best->max + t->node[i].add;
	t->node[i].at = best->at;
}

struct tree *
tree_new(const int64_t *value, size_t n)
{
	size_t width = 1;
	struct tree *t;

	while (width < n)
		width *= 2;
	t = calloc(1, sizeof(*t) + 2 * width * sizeof(t->node[0]));
	if (t == NULL)
		errx(2, "out of memory");
	t->width = width;
	/* Beyond its end the row goes on with what is never the largest. */
	for (size_t i = 0; i < width; i++)
		t->node[width + i] = (struct node){
			.max = i < n ? value[i] : INT64_MIN / 2, .at = i };
	for (size_t i = width - 1; i > 0; i--)
		sum_up(t, i);
	return t;
}

void
tree_free(struct tree *t)
{
	free(t);
}

/* On the way from a leaf up, each right neighbour holds what comes after it. */
void
tree_add(struct tree *t, size_t from, int64_t amount)
{
	size_t i = t->width + from;

	if (from >= t->width)
		return;
	t->node[i].max += amount;
	for (; i > 1; i /= 2) {
		if (i % 2 == 0) {
			t->node[i + 1].add += amount;
			t->node[i + 1].max += amount;
		}
		sum_up(t, i / 2);
	}
}

int64_t
tree_max(const struct tree *t, size_t from, size_t *at)
{
	size_t i = t->width + from;
	struct node best = t->node[i];

	for (; i > 1; i /= 2) {
		if (i % 2 == 0)
			best = *larger(&best, &t->node[i + 1]);
		best.max += t->node[i / 2].add;
	}
	*at = best.at;
	return best.max;
}
