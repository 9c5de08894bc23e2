/*
 * sluiced.c - the daemon: start, reload, stop.
 *
 * The main thread waits for signals and does nothing else; libmilter's listener
 * has a thread of its own. The kernel offers a signal to the main thread first,
 * so a stop is ours to hasten (F55); libmilter's own signal thread waits for the
 * same signals and comes second.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "../clock.h"
#include "../log.h"
#include "../store/memory/memory.h"
#include "../store/outage.h"
#include "../store/redis_store.h"
#include "../version.h"
#include "fitness.h"
#include "keeper.h"
#include "lock.h"
#include "milter.h"

#define WINDOWS 32768		/* that are remembered for an outage */
#define DRAIN_US 2000000	/* for messages that are being decided */

static struct {
	struct options options;
	struct keys *keys;
	struct live *live;
	struct ledger *ledger;
	struct store *store;
	struct keeper *keeper;
	struct warn *warn;
	struct counters counters;
	struct site site;
	pthread_t main, gate;
	bool is_gate_ok;
	_Atomic bool is_gate_closed;
} node;

static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
log_reason(const char *event, const char *reason)
{
	char value[1024];

	log_error("%s reason=%s", event,
		  log_value(reason, strlen(reason), value, sizeof(value)));
}

/* Diagnostics are many lines; each is one of the log. */
static void
log_lines(char *text, bool is_error)
{
	char *line, *rest = text;

	while ((line = strsep(&rest, "\n")) != NULL) {
		for (char *c = line; *c != '\0'; c++)
			if ((unsigned char)*c < ' ' && *c != '\t')
				*c = '?';
		if (*line == '\0')
			continue;
		if (is_error)
			log_error("policy %s", line);
		else
			log_warning("policy %s", line);
	}
}

static bool
load(struct error *e)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool is_ok;

	if (out == NULL)
		return error_set(e, "cannot load the policy: out of memory");
	is_ok = live_load(node.live, out, e);
	if (fclose(out) == 0)
		log_lines(text, !is_ok);
	free(text);
	return is_ok;
}

static void
say_policy(const char *event)
{
	struct live_status s;

	live_status(node.live, &s);
	log_info("%s policy=%06llx limits=%u", event,
		 (unsigned long long)(s.digest >> 40), s.limits);
}

static void
reload(void)
{
	struct error e;

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)clock_monotonic_us());
	if (load(&e))
		say_policy("reloaded");
	else
		log_reason("reload=failed kept=old", e.text);
	sd_notify(0, "READY=1");
}

/* Redis may be away, and then mail is metered without it; a Redis that must not
 * be used is a mistake to be mended first. */
static bool
open_store(struct error *e)
{
	const struct options *o = &node.options;
	struct store *redis, *memory;

	if (fitness_redis(o, node.keys, true, e) == REDIS_UNFIT)
		return false;
	redis = redis_store_new(&o->settings.redis, o->settings.ns, o->timeout_us);
	memory = memory_new(WINDOWS);
	if (redis != NULL && memory != NULL)
		node.store = outage_new(redis, memory);
	return node.store != NULL || error_set(e, "cannot start: out of memory");
}

static bool
open_ledger(struct error *e)
{
	const char *broken;

	node.ledger = ledger_open(node.options.settings.state, node.keys, e);
	if (node.ledger == NULL)
		return false;
	broken = ledger_broken(node.ledger);
	if (broken != NULL)
		log_reason("frozen=all", broken);
	return true;
}

static bool
open_keeper(struct error *e)
{
	const struct options *o = &node.options;
	struct round_options r = {
		.status = {
			.dir = o->settings.state,
			.counters = &node.counters,
			.live = node.live,
			.store = node.store,
			.ledger = node.ledger,
			.started_us = clock_real_us(),
		},
		.redis = &o->settings.redis,
		.ns = o->settings.ns,
		.timeout_us = o->timeout_us,
	};

	keys_fingerprint(node.keys, r.fingerprint);
	node.keeper = keeper_new(&r, e);
	if (node.keeper == NULL)
		return false;
	/* The first message is to find Redis in use and the ledger known. */
	keeper_round(node.keeper);
	return true;
}

static void
fill_site(void)
{
	node.site = (struct site){
		.live = node.live,
		.store = node.store,
		.ledger = node.ledger,
		.keys = node.keys,
		.counters = &node.counters,
		.warn = node.warn,
		.local_name = node.options.local_name,
		.is_clear_log = node.options.is_clear_log,
		.timeout_us = node.options.timeout_us,
		.sync = keeper_sync,
		.sync_arg = node.keeper,
		.freeze = keeper_freeze,
		.freeze_arg = node.keeper,
	};
}

/* Everything before the first thread. What was opened stays so until the
 * process ends. */
static bool
open_all(struct error *e)
{
	const struct options *o = &node.options;

	if (!lock_dir_ok(o->settings.state, e) || !lock_take(o->settings.state, e))
		return false;
	node.live = live_new(o->settings.policy);
	node.warn = warn_new();
	if (node.live == NULL || node.warn == NULL)
		return error_set(e, "cannot start: out of memory");
	if (!load(e))
		return false;
	node.keys = keys_open(o->settings.key, true, e);
	if (node.keys == NULL || !open_ledger(e) || !open_store(e) || !open_keeper(e))
		return false;
	fill_site();
	return listen_claim(o->socket, e) &&
	       milter_open(o->socket, o->umask_bits, &node.site, e);
}

static void *
gate(void *unused)
{
	(void)unused;
	node.is_gate_ok = milter_run();
	node.is_gate_closed = true;
	/* It gave up, or its own signal thread was told to stop. */
	pthread_kill(node.main, SIGTERM);
	return NULL;
}

static bool
start_threads(struct error *e)
{
	node.main = pthread_self();
	return (keeper_start(node.keeper) &&
		pthread_create(&node.gate, NULL, gate, NULL) == 0) ||
	       error_set(e, "cannot make a thread: raise TasksMax or ulimit -u");
}

static void
pause_briefly(void)
{
	struct timespec pause = { .tv_nsec = 2000000 };

	nanosleep(&pause, NULL);
}

/* Knocks until the listener has noticed; left alone it takes 5 s (F55). */
static void
close_gate(void)
{
	milter_stop();
	while (!node.is_gate_closed) {
		listen_wake(node.options.socket);
		pause_briefly();
	}
	pthread_join(node.gate, NULL);
}

/* libmilter does not wait for callbacks that run (F55). */
static void
drain(void)
{
	uint64_t end = clock_monotonic_us() + DRAIN_US;

	do {
		pause_briefly();
	} while (node.counters.deciding > 0 && clock_monotonic_us() < end);
}

static int
serve(const sigset_t *set)
{
	int sig;

	say_policy("started");
	sd_notify(0, "READY=1");
	while (sigwait(set, &sig) == 0 && sig == SIGUSR1)
		reload();
	sd_notify(0, "STOPPING=1");
	close_gate();
	drain();
	keeper_stop(node.keeper);
	log_info("stopped");
	return node.is_gate_ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
fail(const struct error *e)
{
	fprintf(stderr, "sluiced: %s\n", e->text);
	return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	struct options *o = &node.options;
	struct error e;
	sigset_t set;

	if (!options_parse(o, argc, argv, &e)) {
		fail(&e);
		return 2;
	}
	if (o->is_help) {
		fputs(options_help, stdout);
		return EXIT_SUCCESS;
	}
	if (o->is_version) {
		puts("sluiced " VERSION);
		return EXIT_SUCCESS;
	}
	if (geteuid() == 0) {
		error_set(&e, "must not run as root; start it with systemctl start "
			  "sluiced, or as its user: runuser -u sluice -- sluiced ...");
		return fail(&e);
	}
	if (o->is_check)
		return fitness_check(o) ? EXIT_SUCCESS : EXIT_FAILURE;
	block_signals(&set);
	log_open("sluiced", o->is_syslog,
		 o->is_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	if (!open_all(&e) || !start_threads(&e)) {
		if (o->is_syslog)
			log_reason("start=failed", e.text);
		return fail(&e);
	}
	return serve(&set);
}
