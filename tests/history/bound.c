/*
 * bound.c - how far a history of one bucket goes beyond what is promised of it.
 *
 * Only times from the start of an event to the end of one need be looked at. With
 * s going from the last start to the first, a tree has for each end e
 *
 *	taken from s to e - grown(e) - steps that touch s to e
 *
 * where grown(t) is what time alone has allowed up to t; what a stretch allows
 * from s to e is a difference of that kind, too. The largest from s on, with
 * grown(s) added, is the worst time that begins at s.
 */
#include "bound.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "tree.h"

struct sweep {
	const struct bound *b;
	int64_t *end_us;		/* sorted */
	size_t n;
	struct step *step;		/* the last to end is first */
	size_t n_active;		/* of them: not before s */
	struct tree *tree;
};

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
by_time(const void *a, const void *b)
{
	return compare(*(const int64_t *)a, *(const int64_t *)b);
}

static int
latest_start_first(const void *a, const void *b)
{
	return compare(((const struct event *)b)->start_us,
		       ((const struct event *)a)->start_us);
}

static int
latest_end_first(const void *a, const void *b)
{
	return compare(((const struct step *)b)->to_us,
		       ((const struct step *)a)->to_us);
}

static int64_t
clamp(int64_t t, int64_t from, int64_t to)
{
	if (t < from)
		return from;
	return t < to ? t : to;
}

static int64_t
grown(const struct bound *b, int64_t t_us)
{
	int64_t sum = b->speed * t_us;

	for (size_t i = 0; i < b->n_stretches; i++) {
		const struct stretch *s = &b->stretch[i];

		sum += s->speed * clamp(t_us, s->from_us, s->to_us);
	}
	return sum;
}

/* The first end that is not before t; n: there is none. */
static size_t
first_end(const struct sweep *w, int64_t t_us)
{
	size_t low = 0, high = w->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (w->end_us[mid] < t_us)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void *
make(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size);

	if (p == NULL)
		errx(2, "out of memory");
	return p;
}

static void
begin(struct sweep *w, const struct bound *b, const struct event *event, size_t n)
{
	int64_t *value = make(n, sizeof(*value));

	*w = (struct sweep){ .b = b, .n = n };
	w->end_us = make(n, sizeof(*w->end_us));
	for (size_t i = 0; i < n; i++)
		w->end_us[i] = event[i].end_us;
	qsort(w->end_us, n, sizeof(*w->end_us), by_time);
	for (size_t i = 0; i < n; i++)
		value[i] = -grown(b, w->end_us[i]);
	w->tree = tree_new(value, n);
	free(value);
	w->step = make(b->n_steps, sizeof(*w->step));
	if (b->n_steps > 0)
		memcpy(w->step, b->step, b->n_steps * sizeof(*w->step));
	qsort(w->step, b->n_steps, sizeof(*w->step), latest_end_first);
}

static void
end(struct sweep *w)
{
	tree_free(w->tree);
	free(w->end_us);
	free(w->step);
}

/* Steps that are over after s touch each time that ends after they began. */
static void
activate(struct sweep *w, int64_t s_us)
{
	while (w->n_active < w->b->n_steps &&
	       w->step[w->n_active].to_us >= s_us) {
		const struct step *p = &w->step[w->n_active++];

		tree_add(w->tree, first_end(w, p->from_us), -p->weight);
	}
}

int64_t
bound_allowed(const struct bound *b, int64_t s_us, int64_t e_us)
{
	int64_t sum = grown(b, e_us) - grown(b, s_us) - b->speed * (e_us - s_us);

	for (size_t i = 0; i < b->n_steps; i++)
		if (b->step[i].from_us <= e_us && b->step[i].to_us >= s_us)
			sum += b->step[i].weight;
	return sum;
}

static void
look(const struct sweep *w, int64_t s_us, struct excess *worst)
{
	size_t at;
	int64_t over = tree_max(w->tree, first_end(w, s_us), &at) +
		       grown(w->b, s_us) - w->b->burst;

	if (over > worst->over)
		*worst = (struct excess){ .over = over, .from_us = s_us,
					  .to_us = w->end_us[at] };
}

struct excess
bound_worst(const struct bound *b, struct event *event, size_t n)
{
	struct excess worst = { .over = INT64_MIN };
	struct sweep w;

	begin(&w, b, event, n);
	qsort(event, n, sizeof(*event), latest_start_first);
	for (size_t i = 0; i < n; i++) {
		activate(&w, event[i].start_us);
		tree_add(w.tree, first_end(&w, event[i].end_us), event[i].weight);
		look(&w, event[i].start_us, &worst);
	}
	end(&w);
	worst.allowed = bound_allowed(b, worst.from_us, worst.to_us);
	worst.taken = worst.over + worst.allowed + b->burst +
		      b->speed * (worst.to_us - worst.from_us);
	return worst;
}
