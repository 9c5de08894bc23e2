/*
 * cmd_status.c - `sluice status`: how this node is, on one screen.
 *
 * The ledger is read here, as it holds without sluiced too.
 */
#include "command.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "../clock.h"
#include "../load.h"
#include "running.h"
#include "show.h"
#include "state.h"

#define LOSS_AGE_US (UINT64_C(86400) * 1000000)	/* so long a loss is a problem */

struct look {
	const struct settings *settings;
	json_t *file;			/* NULL: there is none */
	uint64_t now_us;
	bool is_running;
	bool is_frozen;			/* something is, or everything */
	size_t freezes;
	json_t *problems;		/* sentences */
};

static void __attribute__((format(printf, 2, 3)))
problem(struct look *l, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_array_append_new(l->problems, show_json(text));
}

static const json_t *
at(const struct look *l, const char *group, const char *name)
{
	const json_t *j = group != NULL ? json_object_get(l->file, group) : l->file;

	return json_object_get(j, name);
}

static uint64_t
number(const struct look *l, const char *group, const char *name)
{
	return (uint64_t)json_integer_value(at(l, group, name));
}

/* "" where the file says null. */
static const char *
text(const struct look *l, const char *group, const char *name)
{
	const char *s = json_string_value(at(l, group, name));

	return s != NULL ? s : "";
}

static void
look_daemon(struct look *l)
{
	struct error why;

	l->file = running_status(l->settings->state, l->now_us, &l->is_running, &why);
	if (!l->is_running)
		problem(l, "%s", why.text);
}

static void
look_ledger(struct look *l)
{
	struct state st;
	struct error e;

	if (!state_open(&st, l->settings, &e)) {
		problem(l, "the ledger cannot be read: %s", e.text);
		/* Then what sluiced says of it. */
		l->freezes = (size_t)number(l, "ledger", "freezes");
		l->is_frozen = l->freezes > 0 || *text(l, "ledger", "broken") != '\0';
		if (l->is_frozen)
			problem(l, "mail is frozen: see sluice freezes");
		return;
	}
	free(ledger_active(st.ledger, &l->freezes));
	l->is_frozen = l->freezes > 0 || ledger_broken(st.ledger) != NULL;
	if (ledger_broken(st.ledger) != NULL)
		problem(l, "everything is frozen: %s", ledger_broken(st.ledger));
	else if (l->freezes > 0)
		problem(l, "mail is frozen: see sluice freezes");
	state_close(&st);
}

/* The policy as it lies on disk: what the next start would load. */
static void
look_policy(struct look *l)
{
	const char *path = text(l, "policy", "file");
	struct diags *d = diags_new();
	struct policy *p = NULL;
	struct error e;
	char digest[17];

	if (*path == '\0')
		path = l->settings->policy;
	if (d != NULL)
		p = load_policy(path, d, &e);
	if (d != NULL && p == NULL) {
		problem(l, "the policy would not load: %s; see sluice check %s", e.text,
			path);
	} else if (p != NULL && l->is_running) {
		snprintf(digest, sizeof(digest), "%016" PRIx64, policy_digest(p));
		if (strcmp(digest, text(l, "policy", "digest")) != 0)
			problem(l, "the policy %s was changed and is not in use yet: "
				"kill -USR1 %d", path, (int)number(l, NULL, "pid"));
	}
	policy_free(p);
	diags_free(d);
}

static void
look_store(struct look *l)
{
	if (!l->is_running)
		return;
	if (json_is_true(at(l, "store", "is_outage")))
		problem(l, "Redis is not in use, this node meters by itself: %s",
			text(l, "store", "reason"));
	else if (*text(l, "ledger", "error") != '\0')
		problem(l, "the ledger is not exchanged with Redis: %s",
			text(l, "ledger", "error"));
}

static void
look_alarms(struct look *l)
{
	uint64_t lost_us = number(l, "alarms", "lost");
	char age[SHOW_AGE_MAX];

	if (!l->is_running)
		return;
	if (number(l, "alarms", "nodes") > number(l, "alarms", "allowed"))
		problem(l, "more nodes than the policy says use this Redis (%s): write "
			"'nodes %" PRIu64 "' into the policy of each",
			text(l, "alarms", "names"), number(l, "alarms", "nodes"));
	if (*text(l, "alarms", "strangers") != '\0')
		problem(l, "these nodes run another policy: %s",
			text(l, "alarms", "strangers"));
	if (json_is_true(at(l, "alarms", "is_clock_off")))
		problem(l, "Redis's clock and this machine's differ by %.1f s: keep both "
			"by NTP", (double)(int64_t)number(l, "alarms", "clock") / 1e6);
	if (lost_us != 0 && show_since(lost_us, l->now_us) < LOSS_AGE_US)
		problem(l, "Redis lost its data %s ago: limits of keys that no node "
			"remembered began afresh; let it save to disk (appendonly yes)",
			show_age(show_since(lost_us, l->now_us), age));
}

static const char *
mode(const struct look *l)
{
	if (!l->is_running)
		return "not running";
	if (json_is_true(at(l, "store", "is_outage")))
		return "outage";
	return l->is_frozen ? "frozen" : "normal";
}

static void
print_node(const struct look *l)
{
	char age[SHOW_AGE_MAX];

	printf("node      %s", text(l, NULL, "node"));
	if (l->is_running)
		printf(", process %" PRIu64 ", up %s, %" PRIu64 " sessions",
		       number(l, NULL, "pid"),
		       show_age(show_since(number(l, NULL, "started"), l->now_us), age),
		       number(l, NULL, "sessions"));
	printf("\npolicy    %s, %" PRIu64 " limits, %s, loaded %s ago\n",
	       text(l, "policy", "file"), number(l, "policy", "limits"),
	       text(l, "policy", "digest"),
	       show_age(show_since(number(l, "policy", "loaded"), l->now_us), age));
}

static void
print_store(const struct look *l)
{
	char age[SHOW_AGE_MAX];
	uint64_t synced_us = number(l, "ledger", "synced");

	if (json_is_true(at(l, "store", "is_outage")))
		printf("redis     not in use for %s",
		       show_age(show_since(number(l, "store", "since"), l->now_us),
				age));
	else
		printf("redis     %s", l->is_running ? "in use" : "was in use");
	printf(", %" PRIu64 " decisions without it (%" PRIu64 " late), %" PRIu64
	       " refusals recalled\n", number(l, "store", "decisions"),
	       number(l, "store", "late"), number(l, "store", "recalled"));
	printf("ledger    %zu freeze%s, ", l->freezes, l->freezes == 1 ? "" : "s");
	if (synced_us == 0)
		puts("not exchanged with Redis yet");
	else
		printf("exchanged with Redis %s ago\n",
		       show_age(show_since(synced_us, l->now_us), age));
}

static void
print_nodes(const struct look *l)
{
	uint64_t seen = number(l, "alarms", "nodes");

	if (seen == 0)
		puts("nodes     not counted yet");
	else
		printf("nodes     %" PRIu64 " seen (%s), %" PRIu64 " by the policy\n", seen,
		       text(l, "alarms", "names"), number(l, "alarms", "allowed"));
}

static void
print_counters(const struct look *l)
{
	const json_t *verdicts;
	const char *class;

	printf("\n%-14s %12s %12s %12s %12s\n", "messages", "accept", "hold",
	       "tempfail", "reject");
	json_object_foreach(json_object_get(l->file, "messages"), class, verdicts)
		printf("%-14s %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n",
		       class,
		       (uint64_t)json_integer_value(json_object_get(verdicts, "accept")),
		       (uint64_t)json_integer_value(json_object_get(verdicts, "hold")),
		       (uint64_t)json_integer_value(json_object_get(verdicts, "tempfail")),
		       (uint64_t)json_integer_value(json_object_get(verdicts, "reject")));
	printf("\nrefused   %" PRIu64 " by a limit, %" PRIu64 " can never pass, %"
	       PRIu64 " frozen, %" PRIu64 " could not be judged\n",
	       number(l, "refused", "limit"), number(l, "refused", "never"),
	       number(l, "refused", "frozen"),
	       number(l, "refused", "alone") + number(l, "refused", "stale") +
	       number(l, "refused", "over") + number(l, "refused", "down"));
	printf("observed  %" PRIu64 " would have been refused\n",
	       number(l, NULL, "observed"));
}

static void
print(const struct look *l)
{
	const json_t *sentence;
	size_t i;

	printf("mode      %s\n", mode(l));
	if (l->file != NULL) {
		print_node(l);
		print_store(l);
		print_nodes(l);
		print_counters(l);
	}
	if (json_array_size(l->problems) > 0)
		puts("\nThis needs a look:");
	json_array_foreach(l->problems, i, sentence) {
		fputs("  ", stdout);
		show_put(json_string_value(sentence), stdout);
		putchar('\n');
	}
}

static void
print_json(const struct look *l)
{
	json_t *all = json_pack("{s:s, s:b, s:I, s:O, s:O?}", "mode", mode(l),
				"running", l->is_running,
				"freezes", (json_int_t)l->freezes,
				"problems", l->problems, "sluiced", l->file);

	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

static int
look_and_print(const struct settings *s, bool is_json)
{
	struct look l = {
		.settings = s,
		.now_us = clock_real_us(),
		.problems = json_array(),
	};
	int code;

	look_daemon(&l);
	look_store(&l);
	look_alarms(&l);
	look_policy(&l);
	look_ledger(&l);
	if (is_json)
		print_json(&l);
	else
		print(&l);
	code = json_array_size(l.problems) > 0 ? EXIT_NO : EXIT_YES;
	json_decref(l.file);
	json_decref(l.problems);
	return code;
}

static int
status(struct settings *s, int argc, char **argv)
{
	static const struct option longs[] = {
		SETTINGS_LONG, { "json", no_argument, NULL, 'j' }, { 0 }
	};
	bool is_json = false;
	struct error e;
	int c;

	while ((c = command_getopt(s, argc, argv, "", longs)) != -1) {
		if (c != 'j')
			return command_usage(NULL);
		is_json = true;
	}
	if (optind < argc)
		return command_usage("'%s' is one word too many", argv[optind]);
	if (!settings_finish(s, &e))
		return command_usage("%s", e.text);
	return look_and_print(s, is_json);
}

const struct verb verb_status = {
	"status", status, "how this node is, on one screen",
	"usage: sluice status [--json]\n\n"
	"Exit 0: running, nothing frozen, Redis in use, no alarm, the policy loads.\n"
	"Exit 1: something needs a look, and the output says what; for monitoring.\n",
};
