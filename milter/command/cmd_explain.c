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
#include "../daemon/decide.h"
#include "../load.h"
#include "../store/peek.h"
#include "../store/redis_store.h"
#include "facts_option.h"
#include "order.h"
#include "show.h"
#include "spread.h"
#include "state.h"

#define ANSWER_US UINT64_C(2000000)

struct explain {
	const struct settings *settings;
	struct facts_options facts;
	bool is_traced;
	struct policy *policy;
	struct state state;		/* ledger NULL: cannot be opened */
	struct store *redis, *store;	/* store NULL: Redis cannot be used */
	struct error no_state, no_redis;
	struct decision d;
	struct ledger_view view;
};

static bool
sync_ledger(void *arg, uint64_t deadline_us)
{
	struct explain *x = arg;

	(void)deadline_us;	/* an operator has the time */
	return spread_sync(x->state.ledger, x->settings, &x->no_redis);
}

/* Opens what there is; without it parts of the answer are unknown. */
static void
open_world(struct explain *x)
{
	const struct settings *s = x->settings;

	if (!state_open(&x->state, s, &x->no_state)) {
		error_set(&x->no_redis, "not asked");
		return;
	}
	if (!conn_address_ok(s->redis, &x->no_redis))
		return;
	x->redis = redis_store_new(s->redis, s->ns, ANSWER_US);
	if (x->redis == NULL)
		error_set(&x->no_redis, "out of memory");
	else if (redis_store_probe(x->redis, &x->no_redis))
		x->store = peek_new(x->redis);
}

static void
close_world(struct explain *x)
{
	store_free(x->store);
	store_free(x->redis);
	state_close(&x->state);
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
	ledger_look(x->state.ledger, &m.facts, &x->view);
	if (x->store != NULL && x->d.outcome.now_us == 0)
		ask_levels(x);
}

/* Levels are there if the store was asked and could tell. */
static bool
has_levels(const struct explain *x)
{
	return x->d.outcome.now_us != 0 && (x->d.outcome.answer == STORE_TAKEN ||
					    x->d.outcome.answer == STORE_REFUSED);
}

static void
print_freeze(const struct explain *x)
{
	char age[SHOW_AGE_MAX], who[SHOW_WHO_MAX], scope[SCOPE_TEXT_MAX + 1];
	const char *broken = ledger_broken(x->state.ledger);
	struct record *active;
	size_t n;

	active = ledger_active(x->state.ledger, &n);
	if (!x->view.is_frozen) {
		puts("frozen     no");
	} else if (broken != NULL) {
		printf("frozen     yes: %s\n", broken);
	} else if (order_select(active, n, x->view.freeze_id) > 0) {
		scope_text(&active->scope, scope);
		printf("frozen     yes: ");
		show_put(scope, stdout);
		printf(", %s ago, by %s: ",
		       show_age(show_since(active->time_us, clock_real_us()), age),
		       show_who(active, who));
		show_put(active->reason, stdout);
		printf(" (%s)\n", active->id);
	}
	free(active);
}

static void
print_window(const struct explain *x, unsigned bucket, unsigned window,
	     const struct policy_window *w)
{
	const struct bucket_rate rate = { w->interval_us, w->burst };
	const struct store_outcome *o = &x->d.outcome;
	char text[64], wait[SHOW_AGE_MAX];
	uint64_t full;

	policy_window_text(w, text, sizeof(text));
	if (!has_levels(x)) {
		printf("             %s\n", text);
		return;
	}
	full = o->full_us[bucket][window];
	printf("             %-22s  level %u/%u", text,
	       bucket_level(rate, full, o->now_us), w->burst);
	if (full > o->now_us)
		printf(", full again in %s", show_wait(full - o->now_us, wait));
	putchar('\n');
}

static void
print_limit(const struct explain *x, unsigned i)
{
	struct policy_limit l = policy_limit(x->policy, x->d.plan.limit[i]);
	char key[POLICY_KEY_MAX];

	policy_key_text(x->policy, x->d.plan.limit[i], &x->facts.f, key, sizeof(key));
	printf("limit      %s, key ", l.name);
	show_put(key, stdout);
	printf(", else %s\n", policy_action_word(l.action));
	for (unsigned k = 0; k < l.n_windows; k++)
		print_window(x, i, k, &l.window[k]);
}

static void
print_limits(const struct explain *x)
{
	if (x->d.plan.n == 0)
		puts("limit      none applies");
	for (unsigned i = 0; i < x->d.plan.n; i++)
		print_limit(x, i);
	if (x->state.ledger == NULL)
		puts("             levels unknown");
	else if (x->store == NULL)
		printf("             levels unknown: Redis not reachable: %s\n",
		       x->no_redis.text);
	else if (!has_levels(x))
		printf("             levels unknown: Redis could not tell%s%s\n",
		       x->no_redis.text[0] != '\0' ? ": " : "", x->no_redis.text);
}

static void
print_cause(const struct explain *x)
{
	const struct decision *d = &x->d;
	struct policy_limit l = { 0 };
	char window[64] = "", wait[SHOW_AGE_MAX];

	if (d->cause == CAUSE_LIMIT || d->cause == CAUSE_NEVER) {
		l = policy_limit(x->policy, d->plan.limit[d->bucket]);
		policy_window_text(&l.window[d->window], window, sizeof(window));
	}
	switch (d->cause) {
	case CAUSE_NONE:
		puts(d->plan.n > 0 ? "every limit has room" : "no limit applies");
		break;
	case CAUSE_LIMIT:
		printf("%s of limit %s is used up; room again in %s\n",
		       window, l.name, show_wait(d->outcome.wait_us, wait));
		break;
	case CAUSE_NEVER:
		printf("it can never pass %s of limit %s, however long it waits\n",
		       window, l.name);
		break;
	case CAUSE_FROZEN:
		puts("it is frozen");
		break;
	default:
		puts("");
	}
}

/* EXIT_PART: it depends on what could not be asked. */
static int
print_verdict(const struct explain *x)
{
	const struct decision *d = &x->d;
	struct verdict_reply reply;

	if (x->state.ledger == NULL || d->cause == CAUSE_DOWN ||
	    d->cause == CAUSE_STALE) {
		puts("verdict    unknown");
		return EXIT_PART;
	}
	printf("verdict    %s: ", verdict_word(d->verdict));
	print_cause(x);
	verdict_reply(&reply, d->verdict, d->cause, d->text);
	if (reply.code != NULL)
		printf("reply      %s %s %s\n", reply.code, reply.dsn, reply.text);
	return EXIT_YES;
}

static int
print(const struct explain *x)
{
	printf("policy     %s, %016" PRIx64 "\n", x->settings->policy,
	       policy_digest(x->policy));
	facts_print(&x->facts, stdout);
	if (x->state.ledger != NULL)
		print_freeze(x);
	else
		printf("frozen     unknown: %s\n", x->no_state.text);
	print_limits(x);
	if (x->is_traced) {
		puts("trace");
		policy_trace(x->policy, &x->facts.f, stdout);
	}
	return print_verdict(x);
}

/* EXIT_YES: go on. */
static int
options(struct explain *x, struct settings *s, int argc, char **argv)
{
	static const struct option longs[] = {
		SETTINGS_LONG, FACTS_LONG, { "trace", no_argument, NULL, 't' }, { 0 }
	};
	struct error e;
	int c;

	while ((c = command_getopt(s, argc, argv, "", longs)) != -1) {
		if (c == '?')
			return command_usage(NULL);
		if (c == 't')
			x->is_traced = true;
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
		open_world(&x);
		ask(&x);
		code = print(&x);
		close_world(&x);
	}
	policy_free(x.policy);
	return code;
}

const struct verb verb_explain = {
	"explain", explain, "what would become of this message now, and why",
	"usage: sluice explain [--class CLASS] FACTS [--trace]\n\n"
	"Prints which limits apply, with key and level, whether it is frozen, and the\n"
	"verdict. Charges nothing. Values may be in any spelling.\n\n"
	"  --script UID:FILE    --uid N       local mail\n"
	"  --login LOGIN                      authenticated mail\n"
	"  --client IP                        relayed or inbound mail\n"
	"  --class CLASS        local, authenticated, relayed, inbound; mostly follows\n"
	"  --sender ADDRESS     --listener NAME    --rcpts N (1)\n"
	"  --trace              the path through the policy's program\n\n"
	"Exit 3: part of the answer is unknown, as Redis or the ledger cannot be read.\n",
};
