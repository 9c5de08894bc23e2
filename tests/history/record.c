/*
 * record.c - what was decided and what went wrong meanwhile, as a test wrote it
 * down.
 */
#include "record.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 8

static const char *const verdict_name[VERDICTS] = { "accept", "refuse", "none" };
static const char *const decider_name[DECIDERS] = { "redis", "memory", "node", "-" };
static const char *const fault_name[FAULTS] = { "lost", "outage", "restart" };

/* Room for one more; v has so many already. */
static void *
grow(void *v, size_t n, size_t size)
{
	if (n > 0 && (n & (n - 1)) != 0)
		return v;
	v = reallocarray(v, n > 0 ? 2 * n : 1, size);
	if (v == NULL)
		errx(2, "out of memory");
	return v;
}

static bool
number(const char *word, int64_t least, int64_t most, int64_t *value)
{
	char *end;

	*value = strtoll(word, &end, 10);
	return end != word && *end == '\0' && *value >= least && *value <= most;
}

static bool
small(const char *word, uint32_t least, uint32_t *value)
{
	int64_t v;

	if (!number(word, least, UINT32_MAX, &v))
		return false;
	*value = (uint32_t)v;
	return true;
}

static bool
times(char **word, int64_t *from_us, int64_t *to_us)
{
	return number(word[0], 0, INT64_MAX, from_us) &&
	       number(word[1], *from_us, INT64_MAX, to_us);
}

/* Which of n names the word is; n: none. */
static unsigned
one_of(const char *word, const char *const *name, unsigned n)
{
	unsigned i = 0;

	while (i < n && strcmp(word, name[i]) != 0)
		i++;
	return i;
}

static bool
add_window(struct record *r, char **word, size_t n)
{
	struct window w;

	if (n != 5 || !small(word[2], 1, &w.n) ||
	    !number(word[3], 1, INT64_MAX, &w.period_us) ||
	    !small(word[4], 1, &w.burst))
		return false;
	w.is_by_recipient = strcmp(word[1], "recipients") == 0;
	if (!w.is_by_recipient && strcmp(word[1], "messages") != 0)
		return false;
	r->window = grow(r->window, r->n_windows, sizeof(w));
	r->window[r->n_windows++] = w;
	return true;
}

static bool
add_fault(struct record *r, char **word, size_t n)
{
	struct fault f = { .kind = one_of(word[0], fault_name, FAULTS) };

	if (f.kind == FAULTS || n != (f.kind == LOST ? 3 : 4) ||
	    !times(word + 1, &f.from_us, &f.to_us))
		return false;
	f.node = f.kind == LOST ? NULL : word[3];
	r->fault = grow(r->fault, r->n_faults, sizeof(f));
	r->fault[r->n_faults++] = f;
	return true;
}

static bool
add_decision(struct record *r, char **word, size_t n)
{
	struct decision d;

	if (n != 7 || !times(word, &d.start_us, &d.end_us) ||
	    !small(word[4], 0, &d.recipients))
		return false;
	d.node = word[2];
	d.key = word[3];
	d.verdict = one_of(word[5], verdict_name, VERDICTS);
	d.by = one_of(word[6], decider_name, DECIDERS);
	r->decision = grow(r->decision, r->n_decisions, sizeof(d));
	r->decision[r->n_decisions++] = d;
	return d.verdict != VERDICTS && d.by != DECIDERS;
}

static bool
add_line(struct record *r, char **word, size_t n)
{
	uint32_t nodes;

	if (*word[0] >= '0' && *word[0] <= '9')
		return add_decision(r, word, n);
	if (strcmp(word[0], "window") == 0)
		return add_window(r, word, n);
	if (strcmp(word[0], "slack") == 0)
		return n == 2 && number(word[1], 0, INT64_MAX, &r->slack_us);
	if (strcmp(word[0], "nodes") != 0)
		return add_fault(r, word, n);
	if (n != 2 || !small(word[1], 1, &nodes))
		return false;
	r->nodes = nodes;
	return true;
}

/* Cuts the line into words; a word too many makes it one that nobody knows. */
static size_t
split(char *line, char **word)
{
	size_t n = 0;
	char *rest;

	for (char *w = strtok_r(line, " ", &rest); w != NULL && n < WORDS_MAX;
	     w = strtok_r(NULL, " ", &rest))
		word[n++] = w;
	return n;
}

static char *
slurp(FILE *in)
{
	char *text = NULL;
	size_t size = 0;

	if (getdelim(&text, &size, '\0', in) < 0) {
		free(text);
		return NULL;
	}
	return text;
}

bool
record_read(struct record *r, FILE *in, unsigned *line)
{
	char *rest, *word[WORDS_MAX];

	*r = (struct record){ .nodes = 1, .text = slurp(in) };
	*line = 0;
	rest = r->text;
	for (char *l; (l = strsep(&rest, "\n")) != NULL; ) {
		size_t n = split(l, word);

		(*line)++;
		if (n > 0 && !add_line(r, word, n))
			return false;
	}
	return r->text != NULL;
}

bool
fault_touches(const struct fault *f, const char *node, int64_t from_us,
	      int64_t to_us)
{
	return f->node != NULL && strcmp(f->node, node) == 0 &&
	       f->from_us <= to_us && f->to_us >= from_us;
}

void
record_free(struct record *r)
{
	free(r->window);
	free(r->decision);
	free(r->fault);
	free(r->text);
}
