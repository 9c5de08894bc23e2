/*
 * cmd_freezes.c - `sluice freezes`: what is frozen, since when, by whom, why.
 */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "../clock.h"
#include "show.h"
#include "spread.h"
#include "state.h"

static json_t *
freeze_json(const struct record *r)
{
	char scope[SCOPE_TEXT_MAX + 1];

	scope_text(&r->scope, scope);
	return json_pack("{s:o, s:I, s:o, s:o, s:o, s:o, s:s}",
			 "scope", show_json(scope),
			 "since", (json_int_t)r->time_us,
			 "until", r->until_us > 0 ?
			 json_integer((json_int_t)r->until_us) : json_null(),
			 "by", show_json(r->by),
			 "sudo", show_json(r->sudo),
			 "reason", show_json(r->reason), "id", r->id);
}

static void
print_json(const char *broken, const struct record *r, size_t n)
{
	json_t *list = json_array(), *all;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, freeze_json(&r[i]));
	all = json_pack("{s:o, s:o}", "broken", show_json(broken), "freezes", list);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

static int
scope_width(const struct record *r, size_t n)
{
	char scope[SCOPE_TEXT_MAX + 1];
	size_t width = strlen("SCOPE");

	for (size_t i = 0; i < n; i++) {
		scope_text(&r[i].scope, scope);
		if (strlen(scope) > width)
			width = strlen(scope);
	}
	return (int)width;
}

/* "a thaw", "in 12 min": until when it holds. */
static const char *
until(const struct record *r, uint64_t now_us, char out[SHOW_AGE_MAX + 8])
{
	char wait[SHOW_AGE_MAX];

	if (r->until_us == 0)
		return "a thaw";
	snprintf(out, SHOW_AGE_MAX + 8, "in %s",
		 show_age(show_since(now_us, r->until_us), wait));
	return out;
}

static void
print_table(const struct record *r, size_t n)
{
	char scope[SCOPE_TEXT_MAX + 1], age[SHOW_AGE_MAX], who[SHOW_WHO_MAX];
	char end[SHOW_AGE_MAX + 8];
	uint64_t now = clock_real_us();
	int width = scope_width(r, n);

	if (n == 0) {
		puts("Nothing is frozen.");
		return;
	}
	printf("%-*s  %-12s  %-12s  %-16s  %-20s  %s\n", width, "SCOPE", "SINCE",
	       "UNTIL", "BY", "ID", "REASON");
	for (size_t i = 0; i < n; i++) {
		scope_text(&r[i].scope, scope);
		printf("%-*s  %-12s  %-12s  %-16s  %-20s  ", width, scope,
		       show_age(show_since(r[i].time_us, now), age),
		       until(&r[i], now, end), show_who(&r[i], who), r[i].id);
		show_put(r[i].reason, stdout);
		putchar('\n');
	}
}

static int
print(struct state *st, bool is_json)
{
	const char *broken = ledger_broken(st->ledger);
	struct record *active;
	size_t n;

	active = ledger_active(st->ledger, &n);
	if (is_json)
		print_json(broken, active, n);
	else if (broken == NULL)
		print_table(active, n);
	free(active);
	if (broken == NULL)
		return EXIT_YES;
	return command_fail("EVERYTHING IS FROZEN on this node, because the ledger "
			    "cannot be trusted: %s", broken);
}

/* What other nodes have frozen comes by Redis. */
static int
ask_others(struct state *st, const struct settings *s)
{
	struct error e;

	if (spread_sync(st->ledger, s, &e))
		return EXIT_YES;
	fflush(stdout);
	fprintf(stderr, "Redis at %s cannot be used (%s): what other nodes have frozen "
		"lately may be missing.\n", s->redis.address, e.text);
	return EXIT_PART;
}

static int
freezes(struct settings *s, int argc, char **argv)
{
	static const struct option longs[] = {
		SETTINGS_LONG, { "json", no_argument, NULL, 'j' }, { 0 }
	};
	bool is_json = false;
	struct state st;
	struct error e;
	int c, code, others = EXIT_YES;

	while ((c = command_getopt(s, argc, argv, "", longs)) != -1) {
		if (c != 'j')
			return command_usage(NULL);
		is_json = true;
	}
	if (optind < argc)
		return command_usage("'%s' is one word too many", argv[optind]);
	if (!settings_finish(s, &e))
		return command_usage("%s", e.text);
	if (!state_open(&st, s, &e))
		return command_fail("%s", e.text);
	if (ledger_broken(st.ledger) == NULL)
		others = ask_others(&st, s);
	code = print(&st, is_json);
	state_close(&st);
	return code != EXIT_YES ? code : others;
}

const struct verb verb_freezes = {
	"freezes", freezes, "what is frozen, since when, by whom and why",
	"usage: sluice freezes [--json]\n\n"
	"Lists what is frozen on any node, oldest first. What a limit froze (`freeze\n"
	"after`) is by `policy`; its time may end. Exit 0 also when nothing is frozen;\n"
	"3 without Redis: then as this node knows it; 1 when the ledger cannot be\n"
	"trusted: then everything is frozen.\n",
};
