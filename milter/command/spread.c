/*
 * spread.c - from this node's ledger to all others, and back the news that
 * they have it.
 *
 * A node has our records when it has the version token that Redis had after
 * they went in, or a later one. The token may change under our eyes, as others
 * give orders too, so every look takes it over anew, and what a node has once
 * confirmed stays confirmed.
 */
#include "spread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../clock.h"
#include "show.h"

#define ANSWER_US UINT64_C(5000000)	/* a long ledger takes its time */
#define LOOK_US 100000			/* between two looks at the nodes */
#define MARGIN_US 1000000		/* two clocks, and the heartbeat's own way */

static bool
exchange(struct ledger *l, struct conn *c, const struct settings *s,
	 struct error *e)
{
	struct mirror_result r;

	return mirror_sync(l, c, s->ns, clock_monotonic_us() + ANSWER_US, &r, e);
}

bool
spread_sync(struct ledger *l, const struct settings *s, struct error *e)
{
	struct conn *c = conn_open(&s->redis, clock_monotonic_us() + ANSWER_US, e);
	bool ok;

	if (c == NULL)
		return false;
	ok = exchange(l, c, s, e);
	conn_close(c);
	return ok;
}

static struct spread_node *
find(struct spread *sp, const char *name)
{
	for (size_t i = 0; i < sp->n; i++)
		if (strcmp(sp->node[i].name, name) == 0)
			return &sp->node[i];
	return NULL;
}

static struct spread_node *
find_or_add(struct spread *sp, const char *name)
{
	struct spread_node *node = find(sp, name), *more;

	if (node != NULL)
		return node;
	more = realloc(sp->node, (sp->n + 1) * sizeof(*more));
	if (more == NULL)
		return NULL;
	sp->node = more;
	node = &more[sp->n++];
	memset(node, 0, sizeof(*node));
	snprintf(node->name, sizeof(node->name), "%s", name);
	return node;
}

static void
note(struct spread *sp, const struct mirror_node *m, const char *token,
     uint64_t now_us)
{
	struct spread_node *node = find_or_add(sp, m->name);
	uint64_t lease_us;

	if (node == NULL) {
		error_set(&sp->why, "out of memory");
		return;
	}
	node->is_unheard = m->seen_us == 0;
	node->silent_us = show_since(m->seen_us, now_us);
	lease_us = m->has_beat ? m->beat.lease_us : 0;
	node->is_over = lease_us > 0 && node->silent_us > lease_us + MARGIN_US;
	node->is_away = lease_us > 0 ? node->is_over :
			node->silent_us > SPREAD_AWAY_US;
	if (node->is_unheard)
		node->is_away = node->is_over = false;
	if (strcmp(m->token, token) == 0)
		node->is_confirmed = true;
}

/* One look: the token as it is now, and who has it. */
static bool
look(struct spread *sp, struct ledger *l, struct conn *c,
     const struct settings *s)
{
	char token[STORE_TOKEN_MAX + 1];
	struct mirror_node *nodes;
	uint64_t now_us;
	size_t n;

	if (!exchange(l, c, s, &sp->why))
		return false;
	sp->is_mirrored = true;
	ledger_token(l, token);
	if (!mirror_nodes(l, c, s->ns, clock_monotonic_us() + ANSWER_US, &nodes, &n,
			  &now_us, &sp->why))
		return false;
	for (size_t i = 0; i < n; i++)
		note(sp, &nodes[i], token, now_us);
	free(nodes);
	return sp->why.text[0] == '\0';
}

/* Nobody is left to wait for. */
static bool
is_heard(const struct spread *sp)
{
	for (size_t i = 0; i < sp->n; i++)
		if (!sp->node[i].is_confirmed && !sp->node[i].is_away)
			return false;
	return true;
}

static size_t
confirmed(const struct spread *sp)
{
	size_t n = 0;

	for (size_t i = 0; i < sp->n; i++)
		n += sp->node[i].is_confirmed;
	return n;
}

static bool
is_done(const struct spread_node *node)
{
	return node->is_confirmed || node->is_over;
}

static size_t
over(const struct spread *sp)
{
	size_t n = 0;

	for (size_t i = 0; i < sp->n; i++)
		n += !sp->node[i].is_confirmed && sp->node[i].is_over;
	return n;
}

void
spread_wait(struct spread *out, struct ledger *l, const struct settings *s,
	    uint64_t wait_us)
{
	uint64_t end_us = clock_monotonic_us() + wait_us;
	const struct timespec pause = { .tv_nsec = LOOK_US * 1000 };
	struct spread_node *own;
	struct conn *c;

	memset(out, 0, sizeof(*out));
	own = find_or_add(out, ledger_node(l));
	if (own != NULL)
		own->is_confirmed = true;	/* by its file */
	c = conn_open(&s->redis, clock_monotonic_us() + ANSWER_US, &out->why);
	if (c == NULL)
		return;
	while (look(out, l, c, s) && !is_heard(out) &&
	       clock_monotonic_us() < end_us)
		nanosleep(&pause, NULL);
	conn_close(c);
}

void
spread_free(struct spread *sp)
{
	free(sp->node);
	sp->node = NULL;
	sp->n = 0;
}

bool
spread_is_complete(const struct spread *sp)
{
	return sp->is_mirrored && sp->why.text[0] == '\0' &&
	       confirmed(sp) + over(sp) == sp->n;
}

const char *
spread_where(const struct spread *sp)
{
	if (!sp->is_mirrored)
		return "on this node only";
	return spread_is_complete(sp) ? "everywhere" : "but not everywhere yet";
}

void
spread_print(const struct spread *sp)
{
	if (sp->is_mirrored)
		printf(" %zu of %zu node%s confirmed.", confirmed(sp), sp->n,
		       sp->n == 1 ? "" : "s");
	if (sp->is_mirrored && over(sp) > 0)
		printf(" %zu %s away for longer than the lease, and stopped.", over(sp),
		       over(sp) == 1 ? "is" : "are");
	putchar('\n');
}

static void
complain_node(const struct spread_node *node, const struct settings *s,
	      const char *do_there)
{
	char age[SHOW_AGE_MAX];

	if (node->is_unheard)
		fprintf(stderr, "NOT confirmed: node %s, not heard of since Redis lost its "
			"list of nodes. Run there: %s\n", node->name, do_there);
	else
		fprintf(stderr, "NOT confirmed: node %s, last heard of %s ago. Run there: "
			"%s\n", node->name, show_age(node->silent_us, age), do_there);
	if (node->is_away || node->is_unheard)
		fprintf(stderr, "If that node is gone for good, take it off the lists: "
			"its line in %s/nodes on each node, and HDEL sluice:{%s}:nodes "
			"%s in Redis at %s\n", s->state, s->ns, node->name, s->redis.address);
}

void
spread_complain(const struct spread *sp, const struct settings *s,
		const char *do_there)
{
	fflush(stdout);
	if (!sp->is_mirrored)
		fprintf(stderr, "Redis at %s cannot be used: %s\n"
			"Other nodes do NOT know. Run on each of them: %s\n"
			"Or run it here again when Redis is back; a running sluiced "
			"passes it on by itself then.\n",
			s->redis.address, sp->why.text, do_there);
	else if (sp->why.text[0] != '\0')
		fprintf(stderr, "Redis at %s was lost before all nodes could confirm: "
			"%s\n", s->redis.address, sp->why.text);
	for (size_t i = 0; sp->is_mirrored && i < sp->n; i++)
		if (!is_done(&sp->node[i]))
			complain_node(&sp->node[i], s, do_there);
}
