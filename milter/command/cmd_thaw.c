/*
 * cmd_thaw.c - `sluice thaw`: let mail go again, by lifting what is named.
 *
 * A thaw names the freezes that it lifts, so one that this node cannot see
 * survives it; that is why Redis is asked first.
 */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "order.h"
#include "scope_option.h"
#include "show.h"
#include "spread.h"
#include "state.h"

enum { OPT_REASON = SCOPE_OPTION + 64, OPT_WAIT };

struct thaw {
	char scope[SCOPE_TEXT_MAX + 1];	/* of an option */
	const char *target;		/* that, or the scope or id as it was given */
	const char *reason;
	uint64_t wait_us;
};

static bool
take_option(struct thaw *t, int c, const char *value, struct error *e)
{
	struct scope scope;

	switch (c) {
	case OPT_REASON:
		t->reason = value;
		return true;
	case OPT_WAIT:
		return order_wait(value, &t->wait_us, e);
	default:
		if (t->target != NULL)
			return error_set(e, "name one scope at a time");
		t->target = t->scope;
		if (!scope_option(&scope, c, value, e))
			return false;
		scope_text(&scope, t->scope);
		return true;
	}
}

/* False: e says why it can be neither. */
static bool
is_scope_or_id(const char *text, struct error *e)
{
	char node[RECORD_NODE_MAX + 1];
	struct scope scope;
	uint64_t n;

	return record_id_split(text, node, &n) || scope_parse(&scope, text, e);
}

/* EXIT_YES: go on. */
static int
options(struct thaw *t, struct settings *s, int argc, char **argv)
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
		if (!take_option(t, c, optarg, &e))
			return command_usage("%s", e.text);
	}
	if (argc - optind != (t->target == NULL))
		return command_usage("name one scope or id, as `sluice freezes` shows it: "
				     "sluice thaw script:33:contact.php --reason ...");
	if (t->target == NULL)
		t->target = argv[optind];
	if (!is_scope_or_id(t->target, &e))
		return command_usage("%s", e.text);
	if (!settings_finish(s, &e))
		return command_usage("%s", e.text);
	return EXIT_YES;
}

/* The freezes that are meant come first; returns how many. A scope may be
 * spelled in any way. */
static size_t
find(struct record *active, size_t n, const char *target)
{
	char text[SCOPE_TEXT_MAX + 1];
	struct scope scope;
	struct error e;
	size_t found = order_select(active, n, target);

	if (found > 0 || !scope_parse(&scope, target, &e))
		return found;
	scope_text(&scope, text);
	return order_select(active, n, text);
}

/* As many as one record can name; returns how many. */
static size_t
name_lifted(struct record *r, const struct record *active, size_t n)
{
	char name[RECORD_NAME_MAX + 1];
	size_t used = 0, i;

	for (i = 0; i < n; i++) {
		record_name(&active[i], name);
		if (used + strlen(name) + 1 >= sizeof(r->lifts))
			break;
		used += (size_t)snprintf(r->lifts + used, sizeof(r->lifts) - used,
					 "%s%s", used > 0 ? "," : "", name);
	}
	return i;
}

static bool
append(struct ledger *l, const struct record *order, const struct record *active,
       size_t n, struct error *e)
{
	for (size_t done = 0; done < n; ) {
		struct record r = *order;

		r.scope = active[done].scope;
		done += name_lifted(&r, active + done, n - done);
		if (!ledger_append(l, &r, e))
			return false;
	}
	return true;
}

static void
list(const struct record *r, size_t n, FILE *out)
{
	char scope[SCOPE_TEXT_MAX + 1], age[SHOW_AGE_MAX], who[SHOW_WHO_MAX];

	for (size_t i = 0; i < n; i++) {
		scope_text(&r[i].scope, scope);
		fputs("  ", out);
		show_put(scope, out);
		fprintf(out, "  (%s, %s ago, by %s: ", r[i].id,
			show_age(show_since(r[i].time_us, clock_real_us()), age),
			show_who(&r[i], who));
		show_put(r[i].reason, out);
		fputs(")\n", out);
	}
}

static void
report(const struct record *lifted, size_t n, const struct spread *sp)
{
	char words[SHOW_SCOPE_MAX];

	printf("Thawed %s: ", spread_where(sp));
	show_put(show_scope(&lifted[0].scope, words), stdout);
	fputs(" (lifts", stdout);
	for (size_t i = 0; i < n; i++)
		printf(" %s", lifted[i].id);
	fputs(").", stdout);
	spread_print(sp);
}

static void
report_rest(struct ledger *l)
{
	struct record *active;
	size_t n;

	active = ledger_active(l, &n);
	puts(n > 0 ? "Still frozen:" : "Nothing is frozen now.");
	list(active, n, stdout);
	free(active);
	puts("Mail that was held stays held (postqueue -p marks it with !):\n"
	     "  postsuper -H QUEUE_ID    release one message\n"
	     "  postsuper -d QUEUE_ID    delete one message");
}

static int
lift(struct state *st, const struct settings *s, const struct thaw *t,
     const struct record *order, const struct record *active, size_t n)
{
	struct spread sp;
	struct error e;
	int code;

	if (!append(st->ledger, order, active, n, &e))
		return command_fail("the thaw could not be recorded: %s", e.text);
	spread_wait(&sp, st->ledger, s, t->wait_us);
	code = spread_is_complete(&sp) ? EXIT_YES : EXIT_PART;
	report(active, n, &sp);
	report_rest(st->ledger);
	spread_complain(&sp, s, "sluice thaw, with the same scope");
	spread_free(&sp);
	return code;
}

static int
thaw_now(struct state *st, const struct settings *s, const struct thaw *t,
	 const struct record *order)
{
	struct record *active;
	struct error e;
	size_t n, found;
	int code;

	if (ledger_broken(st->ledger) != NULL)
		return command_fail("everything is frozen, because the ledger cannot be "
				    "trusted: %s", ledger_broken(st->ledger));
	if (!spread_sync(st->ledger, s, &e))
		fprintf(stderr, "Redis at %s cannot be used (%s): a freeze that another "
			"node made may not be seen here.\n", s->redis.address, e.text);
	active = ledger_active(st->ledger, &n);
	found = find(active, n, t->target);
	if (found > 0) {
		code = lift(st, s, t, order, active, found);
	} else {
		code = command_fail("%s is not frozen. %s", t->target, n > 0 ?
				    "Frozen is:" : "Nothing is.");
		list(active, n, stderr);
	}
	free(active);
	return code;
}

static int
thaw(struct settings *s, int argc, char **argv)
{
	struct thaw t = { .wait_us = ORDER_WAIT_US };
	int code = options(&t, s, argc, argv);
	struct record order;
	struct state st;
	struct error e;

	if (code != EXIT_YES)
		return code;
	if (!order_begin(&order, RECORD_THAW, t.reason, &e))
		return command_usage("%s", e.text);
	if (!state_open(&st, s, &e))
		return command_fail("%s", e.text);
	code = thaw_now(&st, s, &t, &order);
	state_close(&st);
	return code;
}

const struct verb verb_thaw = {
	"thaw", thaw, "let mail of a frozen scope go again",
	"usage: sluice thaw SCOPE|ID --reason TEXT [--wait SECONDS]\n\n"
	"Lifts the freezes of exactly this scope, or the one with this id, as\n"
	"`sluice freezes` shows them: all, class:local, script:33:contact.php, uid:33,\n"
	"login:shop, sender:news@shop.example, domain:shop.example, client:192.0.2.0/24,\n"
	"limit/script-mail/33:contact.php.\n"
	"The options of `sluice freeze` name a scope here too: --script 33:contact.php.\n"
	"Wider and narrower freezes stay. Mail that was held is not released.\n\n"
	"  --reason TEXT     why it may go again; it is on record\n"
	"  --wait SECONDS    for the other nodes to confirm (5)\n\n"
	"Exit 0: thawed everywhere. 1: nothing of that scope is frozen. 3: thawed here,\n"
	"the output names who is missing.\n",
};
