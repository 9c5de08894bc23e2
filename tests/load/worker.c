/*
 * worker.c - the sessions that run at the same time, one thread each.
 */
#include "worker.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "options.h"

#define SECOND_NS 1000000000U
#define RETRY_NS 50000000U	/* do not spin on a dead filter */
#define STACK (256 * 1024)

static atomic_bool stopped;

void
worker_stop(void)
{
	atomic_store(&stopped, true);
}

static void
sleep_until(uint64_t t_ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(t_ns / SECOND_NS),
		.tv_nsec = (long)(t_ns % SECOND_NS),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	       EINTR)
		;
}

static bool
is_over(const struct run *run, uint64_t t_ns)
{
	double seconds = run->opt->seconds;

	return atomic_load(&stopped) || (seconds > 0 &&
		(double)(t_ns - run->start_ns) >= seconds * SECOND_NS);
}

static void
keep(struct records *r, struct record record)
{
	if (r->n == r->room) {
		r->room = r->room > 0 ? r->room * 2 : 256;
		r->v = reallocarray(r->v, r->room, sizeof(*r->v));
		if (r->v == NULL)
			errx(2, "out of memory");
	}
	r->v[r->n++] = record;
}

void
worker_init(struct worker *w, struct run *run, unsigned id)
{
	memset(w, 0, sizeof(*w));
	w->id = id;
	w->run = run;
	session_init(&w->session, run->opt);
}

void
worker_fini(struct worker *w)
{
	session_close(&w->session);
	free(w->messages.v);
	free(w->setups.v);
}

void
worker_error(struct worker *w)
{
	char *why = w->session.wire.why;

	if (w->errors++ == 0)
		snprintf(w->first_error, sizeof(w->first_error), "%s",
			 *why != '\0' ? why : "unknown");
	*why = '\0';
}

/* When this worker's next message is due: by the schedule of -q, or at once. */
static uint64_t
due_ns(const struct worker *w)
{
	const struct options *o = w->run->opt;

	if (o->rate <= 0)
		return clock_ns();
	return w->run->start_ns + (uint64_t)
		((double)(w->turns * o->conns + w->id) * SECOND_NS / o->rate);
}

/* Waits until the next message is due; false: the run is over by then. */
static bool
wait_turn(struct worker *w)
{
	uint64_t due = due_ns(w), now = clock_ns();

	if (is_over(w->run, due))
		return false;
	w->turns++;
	if (now < due)
		sleep_until(due);
	else if (w->run->opt->rate > 0 && now - due > w->lag_ns)
		w->lag_ns = now - due;
	return !is_over(w->run, clock_ns());
}

static enum outcome
one_message(struct worker *w)
{
	uint64_t n = atomic_fetch_add(&w->run->next, 1);
	uint64_t start = clock_ns();
	enum outcome outcome = message_play(&w->session, n, w->rcpt);

	keep(&w->messages, (struct record){
		.start_ns = start,
		.asked_ns = w->session.asked_ns,
		.took_ns = clock_ns() - start,
		.number = n,
		.code = w->session.code,
		.outcome = (uint8_t)outcome,
		.stage = w->session.wire.stage,
	});
	return outcome;
}

/* One session; false: the run is over. */
static bool
one_session(struct worker *w)
{
	const struct options *o = w->run->opt;
	uint64_t start = clock_ns();
	bool more = true;

	if (is_over(w->run, start) || is_over(w->run, due_ns(w)))
		return false;
	if (!session_open(&w->session, &w->run->target)) {
		worker_error(w);
		sleep_until(clock_ns() + RETRY_NS);
		return true;
	}
	keep(&w->setups, (struct record){ .took_ns = clock_ns() - start });
	for (unsigned i = 0; i < o->messages; i++) {
		more = wait_turn(w);
		if (!more)
			break;
		if (one_message(w) == ERROR) {
			worker_error(w);
			break;
		}
		if (w->session.closing)
			break;
	}
	session_close(&w->session);
	return more;
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	unsigned sessions = w->run->opt->sessions;

	/* worker_run sets the time of the start between the two. */
	pthread_barrier_wait(&w->run->barrier);
	pthread_barrier_wait(&w->run->barrier);
	for (unsigned i = 0; sessions == 0 || i < sessions; i++)
		if (!one_session(w))
			break;
	return NULL;
}

uint64_t
worker_run(struct worker *w, unsigned n)
{
	struct run *run = w->run;
	pthread_attr_t attr;

	pthread_barrier_init(&run->barrier, NULL, n + 1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (unsigned i = 0; i < n; i++)
		if (pthread_create(&w[i].thread, &attr, work, &w[i]) != 0)
			errx(2, "cannot start thread %u", i);
	pthread_attr_destroy(&attr);
	pthread_barrier_wait(&run->barrier);
	run->start_ns = clock_ns();
	pthread_barrier_wait(&run->barrier);
	for (unsigned i = 0; i < n; i++)
		pthread_join(w[i].thread, NULL);
	pthread_barrier_destroy(&run->barrier);
	return clock_ns() - run->start_ns;
}
