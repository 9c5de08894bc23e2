/*
 * report.c - what a run came to: counts, quantiles, and how they are printed.
 */
#include "report.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "worker.h"

struct times {
	uint64_t *ns;		/* sorted */
	size_t n;
};

struct figures {
	double seconds;
	struct times messages, setups;
	uint64_t outcome[OUTCOMES], rcpt[OUTCOMES];
	uint64_t modifications, progress, lag_ns, errors;
	const char *first_error;
	double bound, over_pct;	/* bound 0: none was asked for */
};

static int
by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* One worker's records, or another's: which says which member. */
static const struct records *
records(const struct worker *w, bool setups)
{
	return setups ? &w->setups : &w->messages;
}

static struct times
times(const struct worker *w, unsigned n, bool setups)
{
	struct times t = { 0 };
	size_t room = 1;

	for (unsigned i = 0; i < n; i++)
		room += records(&w[i], setups)->n;
	t.ns = calloc(room, sizeof(*t.ns));
	if (t.ns == NULL)
		errx(2, "out of memory");
	for (unsigned i = 0; i < n; i++) {
		const struct records *r = records(&w[i], setups);

		for (size_t j = 0; j < r->n; j++)
			t.ns[t.n++] = r->v[j].took_ns;
	}
	qsort(t.ns, t.n, sizeof(*t.ns), by_size);
	return t;
}

static double
quantile_us(const struct times *t, double q)
{
	size_t i = (size_t)(q * (double)t->n);

	if (t->n == 0)
		return 0;
	return (double)t->ns[i < t->n ? i : t->n - 1] / 1e3;
}

static void
add(struct figures *f, const struct worker *w)
{
	for (size_t i = 0; i < w->messages.n; i++)
		f->outcome[w->messages.v[i].outcome]++;
	for (unsigned i = 0; i < OUTCOMES; i++)
		f->rcpt[i] += w->rcpt[i];
	f->modifications += w->session.modifications;
	f->progress += w->session.progress;
	f->errors += w->errors;
	if (*f->first_error == '\0')
		f->first_error = w->first_error;
	if (w->lag_ns > f->lag_ns)
		f->lag_ns = w->lag_ns;
}

static struct figures
collect(const struct options *o, const struct worker *w,
	const struct idle_result *idle, uint64_t took_ns)
{
	struct figures f = {
		.seconds = (double)took_ns / 1e9,
		.messages = times(w, o->conns, false),
		.setups = times(w, o->conns, true),
		.errors = idle->errors,
		.first_error = idle->first_error,
	};

	for (unsigned i = 0; i < o->conns; i++)
		add(&f, &w[i]);
	f.bound = o->burst + o->refill *
		(o->seconds > 0 ? o->seconds : f.seconds);
	if (o->burst <= 0 && o->refill <= 0)
		f.bound = 0;
	if (f.bound > 0)
		f.over_pct = ((double)f.outcome[ACCEPT] - f.bound) * 100 /
			f.bound;
	return f;
}

static void
print_json(const struct options *o, const struct figures *f,
	   const struct idle_result *idle)
{
	printf("{\"seconds\":%.3f,\"messages\":%zu,\"msg_per_s\":%.1f,",
	       f->seconds, f->messages.n, (double)f->messages.n / f->seconds);
	printf("\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,"
	       "\"max_us\":%.1f,",
	       quantile_us(&f->messages, .5), quantile_us(&f->messages, .99),
	       quantile_us(&f->messages, .999), quantile_us(&f->messages, 1));
	printf("\"sessions\":%zu,\"setup_p50_us\":%.1f,\"setup_p99_us\":%.1f,",
	       f->setups.n, quantile_us(&f->setups, .5),
	       quantile_us(&f->setups, .99));
	for (unsigned i = 0; i < ERROR; i++)
		printf("\"%s\":%" PRIu64 ",", outcome_name[i], f->outcome[i]);
	printf("\"rcpt_ok\":%" PRIu64 ",\"rcpt_tempfail\":%" PRIu64
	       ",\"rcpt_reject\":%" PRIu64 ",",
	       f->rcpt[ACCEPT], f->rcpt[TEMPFAIL], f->rcpt[REJECT]);
	printf("\"mods\":%" PRIu64 ",\"progress\":%" PRIu64
	       ",\"max_lag_us\":%.1f,",
	       f->modifications, f->progress, (double)f->lag_ns / 1e3);
	if (o->idle > 0)
		printf("\"idle_open\":%zu,\"idle_alive\":%zu,", idle->opened,
		       idle->alive);
	if (f->bound > 0)
		printf("\"bound\":%.0f,\"over_pct\":%.2f,", f->bound,
		       f->over_pct);
	printf("\"errors\":%" PRIu64 ",\"first_error\":\"%s\"}\n", f->errors,
	       f->first_error);
}

static void
print_text(const struct options *o, const struct figures *f,
	   const struct idle_result *idle)
{
	printf("seconds     %.3f\nmessages    %zu (%.1f/s)\n", f->seconds,
	       f->messages.n, (double)f->messages.n / f->seconds);
	printf("latency us  p50 %.1f  p99 %.1f  p99.9 %.1f  max %.1f\n",
	       quantile_us(&f->messages, .5), quantile_us(&f->messages, .99),
	       quantile_us(&f->messages, .999), quantile_us(&f->messages, 1));
	printf("sessions    %zu, setup us p50 %.1f  p99 %.1f\n", f->setups.n,
	       quantile_us(&f->setups, .5), quantile_us(&f->setups, .99));
	printf("messages  ");
	for (unsigned i = 0; i < ERROR; i++)
		printf("  %s %" PRIu64, outcome_name[i], f->outcome[i]);
	printf("\nrecipients  ok %" PRIu64 "  tempfail %" PRIu64
	       "  reject %" PRIu64 "\n",
	       f->rcpt[ACCEPT], f->rcpt[TEMPFAIL], f->rcpt[REJECT]);
	printf("end-of-body modifications %" PRIu64 "  progress %" PRIu64 "\n",
	       f->modifications, f->progress);
	printf("worst lag behind -q schedule us %.1f\n",
	       (double)f->lag_ns / 1e3);
	if (o->idle > 0)
		printf("idle        opened %zu, still alive %zu\n",
		       idle->opened, idle->alive);
	if (f->bound > 0)
		printf("bound       %.0f, accepted over it %.2f %%\n",
		       f->bound, f->over_pct);
	printf("errors      %" PRIu64 "\n", f->errors);
	if (f->errors > 0)
		printf("first error %s\n", f->first_error);
}

uint64_t
report_print(const struct options *o, const struct worker *w,
	     const struct idle_result *idle, uint64_t took_ns)
{
	struct figures f = collect(o, w, idle, took_ns);

	if (o->json)
		print_json(o, &f, idle);
	else
		print_text(o, &f, idle);
	free(f.messages.ns);
	free(f.setups.ns);
	return f.errors;
}

static void
log_identity(FILE *out, uint64_t n, unsigned of, unsigned offset)
{
	if (of > 0)
		fprintf(out, " %u", message_pick(n, of, offset));
	else
		fprintf(out, " -");
}

static void
log_line(FILE *out, const struct options *o, const struct record *r)
{
	char id[32];

	message_id(r->number, id, sizeof(id));
	fprintf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %s", r->start_ns / 1000,
		r->asked_ns / 1000, (r->start_ns + r->took_ns) / 1000, id);
	log_identity(out, r->number, o->senders, o->offset);
	log_identity(out, r->number, o->scripts, o->offset);
	log_identity(out, r->number, o->logins, o->offset);
	fprintf(out, " %u %s %c %u\n", o->rcpts, outcome_name[r->outcome],
		r->stage, r->code);
}

bool
report_log(const struct options *o, const struct worker *w)
{
	FILE *out = fopen(o->log, "w");

	if (out == NULL)
		return false;
	for (unsigned i = 0; i < o->conns; i++)
		for (size_t j = 0; j < w[i].messages.n; j++)
			log_line(out, o, &w[i].messages.v[j]);
	return fclose(out) == 0;
}
