/*
 * chain.c - which records are known, and how each node's records hang together.
 */
#include "chain.h"

#include <stdlib.h>
#include <string.h>

void
chains_fini(struct chains *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->chain[i].link);
	free(c->chain);
	*c = (struct chains){ 0 };
}

static struct chain *
find(const struct chains *c, const char *node)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->chain[i].node, node) == 0)
			return &c->chain[i];
	return NULL;
}

/* Index of the first link whose number is not below. */
static size_t
lower(const struct chain *c, uint64_t number)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->link[mid].number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* True if a link with this number has this MAC; *n of them have the number. */
static bool
has(const struct chain *c, uint64_t number, const char *mac, size_t *n)
{
	bool is_there = false;

	*n = 0;
	for (size_t i = lower(c, number); i < c->n; i++) {
		if (c->link[i].number != number)
			break;
		is_there = is_there || strcmp(c->link[i].mac, mac) == 0;
		++*n;
	}
	return is_there;
}

/* False: records with the next number are there, and none follows this one. */
static bool
is_followed(const struct chain *c, const struct record *r, uint64_t number)
{
	size_t i = lower(c, number + 1);

	if (i == c->n || c->link[i].number != number + 1)
		return true;
	for (; i < c->n && c->link[i].number == number + 1; i++)
		if (strcmp(c->link[i].prev, r->mac) == 0)
			return true;
	return false;
}

enum chain_answer
chain_ask(const struct chains *cs, const struct record *r)
{
	static const struct chain none;
	char node[RECORD_NODE_MAX + 1];
	const struct chain *c;
	uint64_t number;
	size_t n;

	record_id_split(r->id, node, &number);
	c = find(cs, node);
	if (c == NULL)
		c = &none;
	if (has(c, number, r->mac, &n))
		return CHAIN_KNOWN;
	if (n > 0)
		return CHAIN_FORK;
	if (!is_followed(c, r, number))
		return CHAIN_TORN;
	if (number == 1 || has(c, number - 1, r->prev, &n))
		return CHAIN_LINKED;
	return n > 0 ? CHAIN_TORN : CHAIN_GAP;
}

static struct chain *
add_node(struct chains *c, const char *node)
{
	struct chain *p = reallocarray(c->chain, c->n + 1, sizeof(*p));

	if (p == NULL)
		return NULL;
	c->chain = p;
	p += c->n++;
	*p = (struct chain){ 0 };
	memcpy(p->node, node, strlen(node) + 1);
	return p;
}

bool
chain_add(struct chains *cs, const struct record *r)
{
	char node[RECORD_NODE_MAX + 1];
	struct chain_link *link;
	struct chain *c;
	uint64_t number;
	size_t at;

	record_id_split(r->id, node, &number);
	c = find(cs, node);
	if (c == NULL)
		c = add_node(cs, node);
	if (c == NULL)
		return false;
	link = reallocarray(c->link, c->n + 1, sizeof(*link));
	if (link == NULL)
		return false;
	c->link = link;
	at = lower(c, number + 1);
	memmove(link + at + 1, link + at, (c->n - at) * sizeof(*link));
	c->n++;
	link[at].number = number;
	memcpy(link[at].mac, r->mac, sizeof(r->mac));
	memcpy(link[at].prev, r->prev, sizeof(r->prev));
	return true;
}

const struct chain_link *
chain_last(const struct chains *cs, const char *node)
{
	const struct chain *c = find(cs, node);

	return c == NULL || c->n == 0 ? NULL : &c->link[c->n - 1];
}
