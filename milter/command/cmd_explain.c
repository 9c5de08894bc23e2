/*
 * cmd_explain.c - `sluice explain`: what would become of this message now.
 *
 * The decision is made by the daemon's own decide(), with a store that takes
 * nothing. What cannot be known here (Redis, the ledger) is said, never guessed.
 */
#include "command.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../policy/bucket/bucket.h"
#include "../clock.h"
#include "../load.h"
#include "../store/peek.h"
#include "../store/redis_store.h"
#include "explain.h"
#include "order.h"
#include "running.h"
#include "spread.h"

#define ANSWER_US UINT64_C(2000000)

static bool
sync_ledger(void *arg, uint64_t deadline_us)
{
	struct explain *x = arg;

	(void)deadline_us;	/* an operator has the time */
	return spread_sync(x->state.ledger, x->settings, &x->no_redis);
}

static bool
open_redis(struct explain *x, struct error *e)
{
	const struct settings *s = x->settings;

	if (!target_ok(&s->redis, e))
		return false;
	x->redis = redis_store_new(&s->redis, s->ns, ANSWER_US);
	if (x->redis == NULL)
		return error_set(e, "out of memory");
	if (redis_store_probe(x->redis, e))
		x->store = peek_new(x->redis);
	return x->store != NULL;
}

/* Opens what there is; without it parts of the answer are unknown. */
static void
open_world(struct explain *x)
{
	struct error e = { "" };

	if (state_open(&x->state, x->settings, &x->no_state) && !open_redis(x, &e))
		error_set(&x->no_redis, "Redis not reachable: %s", e.text);
}

static void
close_world(struct explain *x)
{
	store_free(x->store);
	store_free(x->redis);
	state_close(&x->state);
	free(x->freeze);
}

/* What decide() needs when nobody can be asked. */
static enum store_answer
answer_down(struct store *s, const struct store_request *q,
	    struct store_outcome *o)
{
	(void)s;
	(void)q;
	memset(o, 0, sizeof(*o));
	return o->answer = STORE_DOWN;
}

/* The levels, if the decision did not need them. */
static void
ask_levels(struct explain *x)
{
	struct store_request q = x->d.asked;

	ledger_token(x->state.ledger, q.token);
	q.now_us = clock_monotonic_us();
	if (store_take(x->store, &q, &x->d.outcome) == STORE_STALE &&
	    sync_ledger(x, 0)) {
		ledger_token(x->state.ledger, q.token);
		store_take(x->store, &q, &x->d.outcome);
	}
}

/* What stops it, whether or not it is exempt from that. */
static void
look_frozen(struct explain *x)
{
	struct policy_plan plan;
	const struct scope_mail mail = { &x->facts.f, x->policy, &plan, false };
	struct ledger_view view;
	struct record *active;
	size_t n;

	policy_eval(x->policy, &x->facts.f, &plan);
	ledger_look(x->state.ledger, &mail, &view);
	x->is_frozen = view.is_frozen;
	active = ledger_active(x->state.ledger, &n);
	if (view.is_frozen && order_select(active, n, view.freeze_id) > 0)
		x->freeze = active;
	else
		free(active);
}

static void
ask(struct explain *x)
{
	struct store nobody = { .take = answer_down };
	const struct site site = {
		.store = x->store != NULL ? x->store : &nobody,
		.ledger = x->state.ledger,
		.keys = x->state.keys,
		.timeout_us = ANSWER_US,
		.sync = sync_ledger,
		.sync_arg = x,
	};
	struct message m = {
		.policy = x->policy,
		.facts = x->facts.f,
		.is_local = x->facts.is_local,
	};

	if (x->state.ledger == NULL) {
		policy_eval(x->policy, &m.facts, &x->d.plan);
		return;
	}
	decide(&site, &m, &x->d);
	look_frozen(x);
	if (x->store != NULL && x->d.outcome.now_us == 0)
		ask_levels(x);
}

/* The policy that sluiced runs may not be the one in the file. */
static void
ask_sluiced(struct explain *x)
{
	bool is_running;
	struct error why;
	json_t *status = running_status(x->settings->state, clock_real_us(),
					&is_running, &why);
	const char *digest = json_string_value(json_object_get(
				json_object_get(status, "policy"), "digest"));

	snprintf(x->digest, sizeof(x->digest), "%016" PRIx64,
		 policy_digest(x->policy));
	if (is_running && digest != NULL)
		snprintf(x->running, sizeof(x->running), "%s", digest);
	json_decref(status);
}

struct policy_limit
explain_limit(const struct explain *x, unsigned place)
{
	return policy_limit(x->policy, x->d.plan.limit[place]);
}

bool
explain_has_levels(const struct explain *x)
{
	return x->d.outcome.now_us != 0 && (x->d.outcome.answer == STORE_TAKEN ||
					    x->d.outcome.answer == STORE_REFUSED);
}

const char *
explain_no_levels(const struct explain *x)
{
	if (x->state.ledger == NULL)
		return x->no_state.text;
	if (x->d.plan.n == 0 || explain_has_levels(x))
		return NULL;
	return x->no_redis.text[0] != '\0' ? x->no_redis.text : "Redis could not tell";
}

bool
explain_has_verdict(const struct explain *x)
{
	return x->state.ledger != NULL && x->d.cause != CAUSE_DOWN &&
		x->d.cause != CAUSE_STALE;
}

uint32_t
explain_level(const struct explain *x, const struct policy_window *w,
	      unsigned place, unsigned which)
{
	const struct bucket_rate rate = { w->interval_us, w->burst };
	const struct store_outcome *o = &x->d.outcome;

	return bucket_level(rate, o->full_us[place][which], o->now_us);
}

/* EXIT_YES: go on. */
static int
options(struct explain *x, struct settings *s, int argc, char **argv)
{
	static const struct option longs[] = {
		SETTINGS_LONG, FACTS_LONG, { "trace", no_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' }, { 0 }
	};
	struct error e;
	int c;

	while ((c = command_getopt(s, argc, argv, "", longs)) != -1) {
		if (c == '?')
			return command_usage(NULL);
		if (c == 't')
			x->is_traced = true;
		else if (c == 'j')
			x->is_json = true;
		else if (!facts_take(&x->facts, c, optarg, &e))
			return command_usage("%s", e.text);
	}
	if (optind < argc)
		return command_usage("'%s' is one word too many", argv[optind]);
	if (!settings_finish(s, &e))
		return command_usage("%s", e.text);
	return EXIT_YES;
}

static int
load(struct explain *x)
{
	struct diags *d = diags_new();
	struct error e;

	if (d == NULL)
		return command_fail("out of memory");
	x->policy = load_policy(x->settings->policy, d, &e);
	if (x->policy == NULL)
		diags_print(d, stderr);
	diags_free(d);
	if (x->policy == NULL)
		return command_fail("%s", e.text);
	if (!facts_finish(&x->facts, x->policy, &e))
		return command_usage("%s", e.text);
	return EXIT_YES;
}

static int
explain(struct settings *s, int argc, char **argv)
{
	struct explain x = { .settings = s };
	int code;

	facts_init(&x.facts);
	code = options(&x, s, argc, argv);
	if (code == EXIT_YES)
		code = load(&x);
	if (code == EXIT_YES) {
		ask_sluiced(&x);
		open_world(&x);
		ask(&x);
		(x.is_json ? explain_print_json : explain_print)(&x);
		code = explain_has_verdict(&x) ? EXIT_YES : EXIT_PART;
		close_world(&x);
	}
	policy_free(x.policy);
	return code;
}

const struct verb verb_explain = {
	"explain", explain, "what would become of this message now, and why",
	"usage: sluice explain [--class CLASS] FACTS [--trace] [--json]\n\n"
	"Prints which limits or which exemption apply, with key and level, whether it is\n"
	"frozen, and the verdict. Charges nothing. Values may be in any spelling.\n\n"
	"  --script UID:FILE    --uid N       local mail\n"
	"  --login LOGIN                      authenticated mail\n"
	"  --client IP                        relayed or inbound mail\n"
	"  --class CLASS        local, authenticated, relayed, inbound; mostly follows\n"
	"  --sender ADDRESS     --listener NAME    --rcpts N (1)\n"
	"  --header NAME=VALUE  a header that the policy looks at; more than once\n"
	"  --time HH:MM         --day DAY          instead of now\n"
	"  --trace              the path through the policy's program\n"
	"  --json               all of it for programs\n\n"
	"Exit 3: part of the answer is unknown, as Redis or the ledger cannot be read.\n",
};
