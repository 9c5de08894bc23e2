/*
 * test_trial_random.c - trials against the definition of a limit.
 *
 * The reference knows no bucket: a message fits if from each message admitted
 * before, up to now, what was admitted and this one are at most burst + time *
 * rate. Policies and streams are random; the policy expects what it counted.
 */
#include "told.h"

#include "../../policy/bucket/bucket.h"
#include "random.h"

#define ROUNDS 150
#define STREAMS_MAX 4
#define LIMITS 3
#define WINDOWS_MAX 2
#define EVENTS_MAX 4000

struct window {
	bool is_recipients;
	uint64_t count, burst, period_s;
};

struct limit {
	int key;		/* 0: none, 1: uid, 2: script */
	struct window window[WINDOWS_MAX];
	unsigned n;
};

struct stream {
	uint64_t count, period_s, for_s;
	unsigned uid, recipients;
	uint64_t accepted, held;
};

struct event {
	uint64_t at_us;
	unsigned stream;
	bool is_admitted;
};

struct world {
	struct limit limit[LIMITS];
	struct stream stream[STREAMS_MAX];
	unsigned n;
	struct event event[EVENTS_MAX];
	size_t n_events;
};

static const uint64_t periods[] = { 1, 60, 3600, 86400 };
static const char *const words[] = { "second", "minute", "hour", "day" };

static void
random_limit(uint64_t *seed, struct limit *l, int key)
{
	size_t first = (size_t)random_below(seed, 3);

	l->key = key;
	l->n = 1 + (unsigned)random_below(seed, WINDOWS_MAX);
	for (unsigned i = 0; i < l->n; i++) {
		struct window *w = &l->window[i];

		w->is_recipients = random_below(seed, 3) == 0;
		w->count = 1 + random_below(seed, 40);
		w->burst = 3 + random_below(seed, 60);
		w->period_s = periods[first + i];
	}
}

static void
random_world(uint64_t *seed, struct world *w)
{
	for (int i = 0; i < LIMITS; i++)
		random_limit(seed, &w->limit[i], i);
	w->n = 1 + (unsigned)random_below(seed, STREAMS_MAX);
	for (unsigned i = 0; i < w->n; i++) {
		struct stream *s = &w->stream[i];
		size_t period = (size_t)random_below(seed, 3);

		*s = (struct stream){ .period_s = periods[period] };
		s->count = 1 + random_below(seed, 90);
		s->for_s = s->period_s * (1 + random_below(seed, 9));
		s->uid = (unsigned)random_below(seed, 2);
		s->recipients = 1 + (unsigned)random_below(seed, 3);
	}
}

static int
order(const void *first, const void *second)
{
	const struct event *a = first, *b = second;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return (a->stream > b->stream) - (a->stream < b->stream);
}

static void
schedule(struct world *w)
{
	w->n_events = 0;
	for (unsigned i = 0; i < w->n; i++) {
		const struct stream *s = &w->stream[i];

		for (uint64_t k = 0; k < s->count * s->for_s / s->period_s; k++)
			w->event[w->n_events++] = (struct event){
				k * s->period_s * 1000000 / s->count, i, false };
	}
	qsort(w->event, w->n_events, sizeof(w->event[0]), order);
}

static bool
is_same_key(const struct world *w, int key, unsigned a, unsigned b)
{
	return key == 0 || a == b ||
	       (key == 1 && w->stream[a].uid == w->stream[b].uid);
}

static uint64_t
cost(const struct world *w, const struct window *window, const struct event *e)
{
	return window->is_recipients ? w->stream[e->stream].recipients : 1;
}

static bool
fits(const struct world *w, const struct limit *l, const struct window *window,
     size_t now)
{
	const struct event *e = w->event;
	uint64_t interval = (window->period_s * 1000000 + window->count - 1) /
			    window->count;
	uint64_t sum = cost(w, window, &e[now]);

	for (size_t i = now; i-- > 0;) {
		if (!e[i].is_admitted ||
		    !is_same_key(w, l->key, e[i].stream, e[now].stream))
			continue;
		sum += cost(w, window, &e[i]);
		if (sum * interval > window->burst * interval +
				     (e[now].at_us - e[i].at_us))
			return false;
	}
	return true;
}

static void
count(struct world *w)
{
	for (size_t now = 0; now < w->n_events; now++) {
		struct stream *s = &w->stream[w->event[now].stream];
		bool is_admitted = true;

		for (unsigned i = 0; i < LIMITS; i++)
			for (unsigned k = 0; k < w->limit[i].n && is_admitted; k++)
				is_admitted = fits(w, &w->limit[i],
						   &w->limit[i].window[k], now);
		w->event[now].is_admitted = is_admitted;
		s->accepted += is_admitted;
		s->held += !is_admitted;
	}
}

static const char *
word(uint64_t period_s)
{
	size_t i = 0;

	while (periods[i] != period_s)
		i++;
	return words[i];
}

static void
print_limits(const struct world *w, FILE *out)
{
	static const char *const by[] = { "", "by uid", "by script" };

	fputs("own networks { 127.0.0.0/8 }\n"
	      "limit smtp { for authenticated, relayed mail "
	      "allow 1000 messages/hour else tempfail }\n", out);
	for (unsigned i = 0; i < LIMITS; i++) {
		const struct limit *l = &w->limit[i];

		fprintf(out, "limit l%u { for local mail %s allow ", i, by[l->key]);
		for (unsigned k = 0; k < l->n; k++)
			fprintf(out, "%s%u %s/%s burst %u", k == 0 ? "" : ", ",
				(unsigned)l->window[k].count,
				l->window[k].is_recipients ? "recipients" : "messages",
				word(l->window[k].period_s),
				(unsigned)l->window[k].burst);
		fputs(" else hold }\n", out);
	}
}

/* The first stream is expected to have `more` accepted than it has. */
static char *
print(const struct world *w, unsigned more)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	print_limits(w, out);
	fputs("trial \"t\" {\n", out);
	for (unsigned i = 0; i < w->n; i++) {
		const struct stream *s = &w->stream[i];

		fprintf(out, "%u messages/%s for %u seconds local uid %u "
			"script \"33:%u.php\" recipients %u\n", (unsigned)s->count,
			word(s->period_s), (unsigned)s->for_s, s->uid, i,
			s->recipients);
	}
	for (unsigned i = 0; i < w->n; i++)
		fprintf(out, "expect script \"33:%u.php\" accepted = %u, held = %u\n",
			i, (unsigned)w->stream[i].accepted + (i == 0 ? more : 0),
			(unsigned)w->stream[i].held);
	fputs("}\n", out);
	fclose(out);
	return text;
}

static void
agrees(void **state)
{
	static struct world w;
	uint64_t seed = 1, accepted = 0, held = 0;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		char got[4000], want[100];
		char *right, *wrong;

		random_world(&seed, &w);
		schedule(&w);
		count(&w);
		right = print(&w, 0);
		wrong = print(&w, 1);
		if (!told(right, got, sizeof(got)))
			fail_msg("got '%s', want no error in\n%s", got, right);
		assert_false(told(wrong, got, sizeof(got)));
		snprintf(want, sizeof(want), "error: expected accepted = %u, got %u:",
			 (unsigned)w.stream[0].accepted + 1,
			 (unsigned)w.stream[0].accepted);
		if (strstr(got, want) == NULL)
			fail_msg("got '%s', want '%s'", got, want);
		for (unsigned i = 0; i < w.n; i++) {
			accepted += w.stream[i].accepted;
			held += w.stream[i].held;
		}
		free(right);
		free(wrong);
	}
	if (accepted < 10 * ROUNDS || held < 10 * ROUNDS)
		fail_msg("got %u accepted and %u held: that says little",
			 (unsigned)accepted, (unsigned)held);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(agrees) };

	return cmocka_run_group_tests_name("trial_random", tests, NULL, NULL);
}
