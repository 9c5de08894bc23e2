/*
 * cmd_freeze.c - `sluice freeze`: stop mail, here first and then everywhere.
 *
 * The record is in this node's file before anybody else is told, so that
 * whatever fails afterwards, this node is frozen.
 */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "scope_option.h"
#include "spread.h"
#include "state.h"
#include "show.h"

enum { OPT_REASON = SCOPE_OPTION + 64, OPT_WAIT };

struct freeze {
	struct scope scope;
	unsigned n_scopes;
	const char *reason;
	uint64_t wait_us;
};

static bool
take_option(struct freeze *fr, int c, const char *value, struct error *e)
{
	switch (c) {
	case OPT_REASON:
		fr->reason = value;
		return true;
	case OPT_WAIT:
		return order_wait(value, &fr->wait_us, e);
	default:
		fr->n_scopes++;
		return scope_option(&fr->scope, c, value, e);
	}
}

/* EXIT_YES: go on. */
static int
options(struct freeze *fr, struct settings *s, int argc, char **argv)
{
	static const struct option longs[] = {
		SETTINGS_LONG,
		SCOPE_OPTIONS,
		{ "reason", required_argument, NULL, OPT_REASON },
		{ "wait", required_argument, NULL, OPT_WAIT },
		{ 0 }
	};
	struct error e;
	int c;

	while ((c = command_getopt(s, argc, argv, "", longs)) != -1) {
		if (c == '?')
			return command_usage(NULL);
		if (!take_option(fr, c, optarg, &e))
			return command_usage("%s", e.text);
	}
	if (optind < argc)
		return command_usage("'%s' is not an option: name the scope as "
				     "--script, --login, --all ...", argv[optind]);
	if (fr->n_scopes != 1)
		return command_usage("name one scope: --all, --class, --script, --uid, "
				     "--login, --sender, --domain or --client");
	if (!settings_finish(s, &e))
		return command_usage("%s", e.text);
	return EXIT_YES;
}

/* Says it if the same scope is frozen already: one more record does no harm. */
static void
report_already(struct ledger *l, const struct record *r)
{
	char scope[SCOPE_TEXT_MAX + 1], who[SHOW_WHO_MAX];
	struct record *active;
	size_t n;

	scope_text(&r->scope, scope);
	active = ledger_active(l, &n);
	/* The record itself is among them. */
	if (order_select(active, n, scope) > 1)
		printf("It was frozen already, by %s (%s). A thaw of %s lifts all.\n",
		       show_who(&active[0], who), active[0].id, scope);
	free(active);
}

static void
report_queue(void)
{
	puts("Mail that is in the queue already goes on. To hold it:\n"
	     "  postsuper -h QUEUE_ID    one message (postqueue -p lists them)\n"
	     "  postsuper -h ALL         everything");
}

static void
report(const struct record *r, const struct spread *sp)
{
	char words[SHOW_SCOPE_MAX];

	printf("Frozen %s: ", spread_where(sp));
	show_put(show_scope(&r->scope, words), stdout);
	printf(" (%s).", r->id);
	spread_print(sp);
}

static int
freeze_now(struct state *st, const struct settings *s, struct freeze *fr,
	   struct record *r)
{
	struct spread sp;
	struct error e;
	int code;

	if (ledger_broken(st->ledger) != NULL)
		return command_fail("not recorded, but everything is frozen on this "
				    "node: %s", ledger_broken(st->ledger));
	if (!ledger_append(st->ledger, r, &e))
		return command_fail("NOTHING was frozen: %s", e.text);
	spread_wait(&sp, st->ledger, s, fr->wait_us);
	code = spread_is_complete(&sp) ? EXIT_YES : EXIT_PART;
	report(r, &sp);
	report_already(st->ledger, r);
	report_queue();
	spread_complain(&sp, s, "sluice freeze, with the same options");
	spread_free(&sp);
	return code;
}

static int
freeze(struct settings *s, int argc, char **argv)
{
	struct freeze fr = { .wait_us = ORDER_WAIT_US };
	int code = options(&fr, s, argc, argv);
	struct record r;
	struct state st;
	struct error e;

	if (code != EXIT_YES)
		return code;
	if (!order_begin(&r, RECORD_FREEZE, fr.reason, &e))
		return command_usage("%s", e.text);
	r.scope = fr.scope;
	if (!state_open(&st, s, &e))
		return command_fail("NOTHING was frozen: %s", e.text);
	code = freeze_now(&st, s, &fr, &r);
	state_close(&st);
	return code;
}

const struct verb verb_freeze = {
	"freeze", freeze, "stop mail now, on every node",
	"usage: sluice freeze SCOPE --reason TEXT [--wait SECONDS]\n\n"
	"Mail of the scope is held (local mail) or refused for now (SMTP) until a thaw.\n"
	"Works with sluiced stopped, and with Redis away: then for this node only.\n\n"
	"SCOPE, exactly one:\n"
	SCOPE_OPTION_HELP "\n"
	"  --reason TEXT          why; it is on record\n"
	"  --wait SECONDS         for the other nodes to confirm (5)\n\n"
	"Exit 0: frozen everywhere. 3: frozen here, the output names who is missing.\n"
	"1: nothing was frozen.\n",
};
