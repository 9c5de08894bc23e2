/*
 * question.h - what is promised of one window, over the decisions on one key.
 *
 * Three parts of them, each for any time s to e:
 *
 * all: what was let through is at most burst + rate * (e - s), one burst more for
 * each loss of keys that the time touches, and for each outage of a node its share
 * and its share's rate as long as both last.
 * redis: what Redis let through, without the outages: they are no excuse for it.
 * memory: what a node let through by itself is at most its share, one more for
 * each of its restarts.
 */
#ifndef HISTORY_QUESTION_H
#define HISTORY_QUESTION_H

#include <stddef.h>
#include <stdint.h>

#include "bound.h"

struct record;
struct decision;
struct window;

enum part { ALL, REDIS, MEMORY };

struct question {
	const struct record *r;
	const struct window *w;
	enum part part;
	const char *node;			/* MEMORY: whose */
	const struct decision *decision;	/* on one key */
	size_t n;
	/* Filled by question_ask. */
	struct event *event;
	struct step *step;
	struct stretch *stretch;
};

struct answer {
	struct excess bare;	/* without a word of faults; but it says what they
				   allow there */
	struct excess fair;	/* with what they allow */
};

/* Keeps r, which must have all its decisions. */
void question_init(struct question *q, const struct record *r);
void question_fini(struct question *q);

/* 0: no decision counts. */
size_t question_ask(struct question *q, struct answer *a);

/* A weight of excess as messages or recipients. */
double question_units(const struct question *q, int64_t weight);

/* The window and the part. */
void question_name(const struct question *q, char *out, size_t size);

#endif
