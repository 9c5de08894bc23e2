/*
 * milterload.c - a load generator that speaks the milter protocol.
 *
 * It plays the mail server: it connects straight to a milter's socket, so a
 * filter can be measured without a mail server in between. Any reply that is
 * missing, late, malformed or out of place makes the exit status 1.
 *
 *   milterload -s unix:/tmp/filter.sock -c 16 -m 1000 -n 10000 -x 100
 *   milterload -s inet:20001@127.0.0.1 -c 16 -t 30 -q 100 -x 1 -B 100/10
 *
 * A message's latency runs from the first byte of MAIL to the reply that
 * settles it; connecting, negotiating, CONNECT and HELO are reported apart, as
 * setup.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "options.h"
#include "report.h"
#include "worker.h"

static void
on_signal(int sig)
{
	(void)sig;
	worker_stop();
}

/* Sessions that only stand there: a filter must still serve the others. */
static struct worker *
idle_open(struct run *run, struct idle_result *result)
{
	struct worker *w = calloc(run->opt->idle + 1UL, sizeof(*w));

	if (w == NULL)
		errx(2, "out of memory");
	for (unsigned i = 0; i < run->opt->idle; i++) {
		worker_init(&w[i], run, i);
		if (session_open(&w[i].session, &run->target))
			result->opened++;
		else
			worker_error(&w[i]);
	}
	return w;
}

/* Each must still carry one message. */
static void
idle_close(struct worker *w, unsigned n, struct idle_result *result)
{
	for (unsigned i = 0; i < n; i++) {
		if (w[i].session.wire.fd >= 0) {
			if (message_play(&w[i].session, i, w[i].rcpt) == ERROR)
				worker_error(&w[i]);
			else
				result->alive++;
		}
		if (result->errors == 0)
			memcpy(result->first_error, w[i].first_error,
			       sizeof(result->first_error));
		result->errors += w[i].errors;
		worker_fini(&w[i]);
	}
	free(w);
}

static void
raise_descriptor_limit(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		setrlimit(RLIMIT_NOFILE, &rl);
	}
}

static uint64_t
run_all(struct run *run)
{
	const struct options *o = run->opt;
	struct idle_result result = { 0 };
	struct worker *w = calloc(o->conns, sizeof(*w)), *idle;
	uint64_t took_ns, errors;

	if (w == NULL)
		errx(2, "out of memory");
	idle = idle_open(run, &result);
	for (unsigned i = 0; i < o->conns; i++)
		worker_init(&w[i], run, i);
	took_ns = worker_run(w, o->conns);
	idle_close(idle, o->idle, &result);
	if (o->log != NULL && !report_log(o, w))
		err(2, "%s", o->log);
	errors = report_print(o, w, &result, took_ns);
	for (unsigned i = 0; i < o->conns; i++)
		worker_fini(&w[i]);
	free(w);
	return errors;
}

int
main(int argc, char **argv)
{
	struct options opt;
	struct run run = { .opt = &opt };

	options_parse(&opt, argc, argv);
	if (!wire_target(&run.target, opt.socket))
		errx(2, "not a socket: %s", opt.socket);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	raise_descriptor_limit();
	return run_all(&run) > 0 ? 1 : 0;
}
