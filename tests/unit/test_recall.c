/*
 * test_recall.c - what memory makes of what Redis said: refusals, floors, debits
 * and leases.
 */
#include "test.h"

#include <inttypes.h>

#include "../../milter/store/memory/memory.h"
#include "../../policy/bucket/bucket.h"
#include "store_text.h"

#define T0 UINT64_C(1700000000000000)
#define STEPS_MAX 8

struct run {
	struct store *s;
	uint64_t now_us;
	struct store_text t;
	struct store_request recalled;
	struct policy_window window[POLICY_PLAN_MAX];
	char got[256];
};

/* Puts into r->got what it makes of r->t. */
struct step {
	void (*run)(struct run *r, const char *want);
	int64_t at_ms;		/* after T0 */
	const char *token, *ask, *want;
};

struct row {
	const char *name;
	struct step step[STEPS_MAX];
};

/* Redis says so: units in use of the first window, the budget and the strikes,
 * and, when it refused, how many it leased. */
static void
note(struct run *r, const char *want)
{
	static const unsigned at[] = { 0, CHARGE_BUDGET, CHARGE_STRIKES };
	struct store_outcome o = { .now_us = r->now_us };
	unsigned level[4] = { 0 };

	sscanf(want, "%u,%u,%u,%u", &level[0], &level[1], &level[2], &level[3]);
	for (unsigned i = 0; i < N_ROWS(at); i++) {
		const struct policy_window *w = store_window(&r->t.q.bucket[0], at[i]);

		if (w != NULL)
			o.full_us[0][at[i]] = r->now_us + level[i] * w->interval_us;
	}
	o.leased = level[3];
	o.answer = o.leased > 0 ? STORE_REFUSED : STORE_TAKEN;
	memory_note(r->s, &r->t.q, &o);
	snprintf(r->got, sizeof(r->got), "%s", want);
}

static void
take(struct run *r, const char *want)
{
	struct store_outcome o;

	(void)want;
	store_take(r->s, &r->t.q, &o);
	store_text_outcome(&r->t.q, &o, r->got, sizeof(r->got));
}

/* `ask`: Redis must be asked. */
static void
refuse(struct run *r, const char *want)
{
	struct store_outcome o;

	(void)want;
	snprintf(r->got, sizeof(r->got), "ask");
	if (memory_refuse(r->s, &r->t.q, &o))
		store_text_outcome(&r->t.q, &o, r->got, sizeof(r->got));
}

/* FLOOR+DEBIT in units, and `leasing`. */
static void
tell_recalled(struct run *r, unsigned i, unsigned k)
{
	const struct store_request *q = &r->recalled;
	const struct policy_window *w = store_window(&q->bucket[i], k);
	size_t len = strlen(r->got);

	if (w == NULL)
		return;
	snprintf(r->got + len, sizeof(r->got) - len, "%s%s%" PRIu32 "+%" PRIu64,
		 len > 0 ? " " : "",
		 k == CHARGE_BUDGET ? "h" : k == CHARGE_STRIKES ? "s" : "",
		 bucket_level((struct bucket_rate){ w->interval_us, w->burst },
			      q->floor_us[i][k], r->now_us),
		 q->debit_us[i][k] / w->interval_us);
}

static void
tell_all(struct run *r)
{
	for (unsigned i = 0; i < r->recalled.n; i++) {
		for (unsigned k = 0; k < CHARGE_TIMES; k++)
			tell_recalled(r, i, k);
		if (r->recalled.bucket[i].is_leasing)
			strncat(r->got, " leasing", sizeof(r->got) - strlen(r->got) - 1);
	}
}

static void
recall(struct run *r, const char *want)
{
	(void)want;
	memory_recall(r->s, &r->t.q);
	r->recalled = r->t.q;
	tell_all(r);
}

/* What was recalled last may have charged its debits. */
static void
lose(struct run *r, const char *want)
{
	(void)want;
	memory_lose(r->s, &r->recalled);
}

/* Redis says so to what was recalled last, which it has charged. */
static void
arrive(struct run *r, const char *want)
{
	r->t.q = r->recalled;
	r->t.q.now_us = r->now_us;
	note(r, want);
}

/* What was recalled last has charged nothing. */
static void
give_back(struct run *r, const char *want)
{
	(void)want;
	memory_return(r->s, &r->recalled);
}

static void
debts(struct run *r, const char *want)
{
	(void)want;
	if (memory_debts(r->s, &r->recalled, r->window, r->now_us))
		tell_all(r);
}

static void
doubt(struct run *r, const char *want)
{
	(void)want;
	memory_doubt(r->s, r->now_us);
}

#define NOTE_AS(token, at, ask, levels) { note, at, token, ask, levels }
#define REFUSE_AS(token, at, ask, want) { refuse, at, token, ask, want }
#define NOTE(at, ask, levels) NOTE_AS("", at, ask, levels)
#define REFUSE(at, ask, want) REFUSE_AS("", at, ask, want)
#define TAKE(at, ask, want) { take, at, "", ask, want }
#define RECALL(at, ask, want) { recall, at, "", ask, want }
#define DEBTS(at, want) { debts, at, "", "", want }
#define DOUBT(at) { doubt, at, "", "", "" }
#define RETURN { give_back, 0, "", "", "" }
#define LOSE { lose, 0, "", "", "" }
#define ARRIVE(at, levels) { arrive, at, "", "", levels }

/* Each unit of these comes back in a second. */
#define A "a=m5/5000"
#define HOLDS "a=m5/5000,hm50/50000"
#define STRIKES "a=m5/5000,sm4/4000"

static const struct row rows[] = {
	{ "a level goes on", {
		NOTE(0, A, "4"), TAKE(0, A, "taken 5"),
		TAKE(0, A, "refused 0.0 5"), TAKE(1000, A, "taken 5") } },
	{ "a full bucket needs no place", {
		NOTE(0, A, "0"), RECALL(0, A, "0+0"),
		REFUSE(0, A, "ask") } },
	{ "what was decided here comes on top of what Redis says", {
		NOTE(0, A, "1"), TAKE(0, A, "taken 2"),
		NOTE(100, A, "3"), RECALL(100, A, "4+1") } },
	{ "also of a bucket that Redis says is full", {
		NOTE(0, A, "1"), TAKE(0, A, "taken 2"),
		NOTE(0, A, "0"), TAKE(0, A, "taken 2") } },
	{ "a reply that was overtaken takes nothing back", {
		NOTE(2, A, "4"), NOTE(1, A, "3"), TAKE(2, A, "taken 5") } },
	{ "what an earlier clock says counts", {
		NOTE(0, A, "5"), NOTE(-60000, A, "1"),
		TAKE(-60000, A, "taken 2") } },
	{ "what an earlier clock said refuses nothing", {
		NOTE(60000, A, "5"), REFUSE(0, A, "ask") } },

	{ "a debit is handed out once", {
		TAKE(0, A, "taken 1"), TAKE(0, A, "taken 2"),
		RECALL(0, A, "2+2"), RECALL(0, A, "0+0") } },
	{ "a debit is as old as the decision", {
		TAKE(0, A, "taken 1"), TAKE(0, A, "taken 2"),
		RECALL(1000, A, "1+1"), RECALL(2000, A, "0+0") } },
	{ "a debit is what was decided beyond what came back", {
		NOTE(0, A, "3"), TAKE(1000, A, "taken 3"),
		RECALL(1000, A, "3+1") } },
	{ "while it is on its way, nobody else's floor has it", {
		NOTE(0, A, "1"), TAKE(0, A, "taken 2"), RECALL(0, A, "2+1"),
		RECALL(0, A, "1+0") } },
	{ "one that may have been charged is a floor", {
		NOTE(0, A, "1"), TAKE(0, A, "taken 2"), RECALL(0, A, "2+1"), LOSE,
		RECALL(0, A, "2+0"), TAKE(0, A, "taken 3") } },
	{ "one that charged nothing is given back", {
		TAKE(0, A, "taken 1"), TAKE(0, A, "taken 2"),
		RECALL(0, A, "2+2"), RETURN, RECALL(0, A, "2+2") } },
	{ "also after more was decided", {
		TAKE(0, A, "taken 1"), RECALL(0, A, "1+1"),
		TAKE(0, A, "taken 2"), RETURN, RECALL(0, A, "2+2") } },
	{ "also after Redis has told another time", {
		TAKE(0, A, "taken 1"), TAKE(0, A, "taken 2"),
		RECALL(0, A, "2+2"), NOTE(0, A, "0"), RETURN,
		RECALL(0, A, "2+2") } },
	{ "on its way, it comes on top of what Redis says to others", {
		TAKE(0, A, "taken 1"), RECALL(0, A, "1+1"), NOTE(0, A, "2"),
		TAKE(0, A, "taken 4"), RECALL(0, A, "3+1") } },
	{ "also of what was full by then", {
		TAKE(0, A, "taken 1"), RECALL(0, A, "1+1"), NOTE(5000, A, "0"),
		TAKE(5000, A, "taken 2") } },
	{ "when it has arrived no longer", {
		TAKE(0, A, "taken 1"), RECALL(0, A, "1+1"), ARRIVE(0, "3"),
		TAKE(0, A, "taken 4"), RECALL(0, A, "4+1") } },
	{ "nor when that was overtaken", {
		TAKE(0, A, "taken 1"), RECALL(0, A, "1+1"), NOTE(1, A, "3"),
		ARRIVE(0, "2"), TAKE(1, A, "taken 4"), RECALL(1, A, "4+1") } },
	{ "given back, it is owed on top of what Redis says", {
		TAKE(0, A, "taken 1"), RECALL(0, A, "1+1"), NOTE(0, A, "3"), RETURN,
		TAKE(0, A, "taken 5"), RECALL(0, A, "5+2") } },
	{ "given back to a share", {
		NOTE(0, A, "1"), TAKE(0, A, "taken 2"), RECALL(0, A, "2+1"),
		NOTE(0, A, "1"), TAKE(0, "a=m3/5000", "taken 3"), RETURN,
		RECALL(0, A, "3+2") } },
	{ "one that may have been charged counts here", {
		TAKE(0, A, "taken 1"), RECALL(0, A, "1+1"), NOTE(0, A, "3"), LOSE,
		RECALL(0, A, "4+0"), TAKE(0, A, "taken 5") } },
	{ "while it is on its way Redis is asked", {
		NOTE(0, A, "4"), TAKE(0, A, "taken 5"), RECALL(0, A, "5+1"),
		NOTE(0, A, "5"), REFUSE(0, A, "ask"), ARRIVE(0, "5"),
		REFUSE(0, A, "refused 0.0 5") } },
	{ "none is given back where there was none", {
		NOTE(0, A, "3"), RECALL(0, A, "3+0"), RETURN,
		RECALL(0, A, "3+0") } },
	{ "a debit under another rate is that many units", {
		NOTE(0, A, "1"), TAKE(0, A, "taken 2"),
		RECALL(0, "a=m10/5000", "2+1") } },
	{ "the whole is told of what a share decided", {
		NOTE(0, A, "1"), TAKE(0, "a=m5/5000b2", "taken 2"),
		RECALL(0, A, "2+1") } },
	{ "refusals have a debit and no floor", {
		NOTE(0, STRIKES, "5,0,2"), TAKE(0, STRIKES, "refused 0.0 5,s3"),
		RECALL(0, STRIKES, "5+0 s0+1") } },

	{ "what does not fit is refused", {
		NOTE(0, A, "5"), REFUSE(0, A, "refused 0.0 5"),
		REFUSE(999, A, "refused 0.0 5") } },
	{ "for a second", {
		NOTE(0, "a=m1/5000", "1"), REFUSE(999, "a=m1/5000", "refused 0.0 1"),
		REFUSE(1000, "a=m1/5000", "ask") } },
	{ "until a unit is back", {
		NOTE(0, "a=m10/5000", "10"), REFUSE(499, "a=m10/5000", "refused 0.0 10"),
		REFUSE(500, "a=m10/5000", "ask") } },
	{ "a clock that is a little behind what was told", {
		NOTE(2, A, "5"), REFUSE(0, A, "refused 0.0 5") } },
	{ "what fits is asked for", {
		NOTE(0, A, "4"), REFUSE(0, A, "ask") } },
	{ "what is unknown is asked for", { REFUSE(0, A, "ask") } },
	{ "a decision here was not told", {
		TAKE(0, "a=m1/5000", "taken 1"), REFUSE(0, "a=m1/5000", "ask") } },
	{ "what can never pass is asked for", {
		NOTE(0, A, "5"), REFUSE(0, "a=m5/5000b0", "ask") } },
	{ "what only observes refuses nothing", {
		NOTE(0, A, "5"), REFUSE(0, "?a=m5/5000", "ask") } },
	{ "the first that has no room", {
		NOTE(0, "b=m5/5000", "5"), NOTE(0, "c=m5/5000", "5"),
		REFUSE(0, "a=m5/5000 c=m5/5000 b=m5/5000", "refused 1.0 0 5 5") } },
	{ "another version of the ledger", {
		NOTE_AS("one", 0, A, "5"), REFUSE_AS("one", 0, A, "refused 0.0 5"),
		REFUSE_AS("two", 0, A, "ask") } },
	{ "what was told under another counts no more", {
		NOTE_AS("one", 0, A, "5"), NOTE_AS("two", 1, "b=m5/5000", "0"),
		REFUSE_AS("two", 1, A, "ask"), REFUSE_AS("one", 1, A, "ask"),
		NOTE_AS("two", 2, A, "5"), REFUSE_AS("two", 2, A, "refused 0.0 5") } },
	{ "mail that no freeze concerns", {
		NOTE_AS("*", 0, A, "5"), REFUSE_AS("*", 0, A, "refused 0.0 5") } },

	{ "what is held comes out of the lease", {
		NOTE(0, HOLDS, "5,4,0,3"), REFUSE(0, HOLDS, "refused 0.0 5,h4"),
		REFUSE(0, HOLDS, "refused 0.0 5,h4"),
		REFUSE(0, HOLDS, "refused 0.0 5,h4"),
		REFUSE(0, HOLDS, "ask") } },
	{ "a lease melts", {
		NOTE(0, "a=m1/5000,hm9/900", "1,9,0,2"),
		REFUSE(100, "a=m1/5000,hm9/900", "refused 0.0 1,h8"),
		REFUSE(100, "a=m1/5000,hm9/900", "ask") } },
	{ "what was leased for another interval is none", {
		NOTE(0, HOLDS, "5,4,0,3"),
		REFUSE(0, "a=m5/5000,hm99/50000", "ask") } },
	{ "what an earlier clock leased is none", {
		NOTE(90000, HOLDS, "5,4,0,3"), NOTE(0, HOLDS, "5,4,0,1"),
		REFUSE(0, HOLDS, "refused 0.0 5,h4"), REFUSE(0, HOLDS, "ask") } },
	{ "without a lease Redis is asked", {
		NOTE(0, HOLDS, "5,4"), REFUSE(0, HOLDS, "ask") } },
	{ "a budget that is spent", {
		NOTE(0, HOLDS, "5,50"), REFUSE(0, HOLDS, "refused 0.0 spent 5,h50") } },
	{ "the lease of a budget that is spent", {
		NOTE(0, HOLDS, "5,50,0,1"), REFUSE(0, HOLDS, "refused 0.0 5,h50"),
		REFUSE(0, HOLDS, "refused 0.0 spent 5,h50") } },

	{ "refusals are counted, and told", {
		NOTE(0, STRIKES, "5"), REFUSE(0, STRIKES, "refused 0.0 5,s1"),
		REFUSE(0, STRIKES, "refused 0.0 5,s2"),
		RECALL(0, STRIKES, "5+0 s0+2") } },
	{ "the last of them is Redis's", {
		NOTE(0, STRIKES, "5,0,2"), REFUSE(0, STRIKES, "refused 0.0 5,s3"),
		REFUSE(0, STRIKES, "ask") } },
	{ "one refusal that strikes", {
		NOTE(0, "a=m5/5000,sm1/1000", "5"),
		REFUSE(0, "a=m5/5000,sm1/1000", "ask") } },
	{ "a lease that is not used stays", {
		NOTE(0, "a=m5/5000,hm50/50000,sm4/4000", "5,2,3,1"),
		REFUSE(0, "a=m5/5000,hm50/50000,sm4/4000", "ask"),
		REFUSE(0, HOLDS, "refused 0.0 5,h2") } },

	{ "no debts", { NOTE(0, A, "3"), DEBTS(0, "") } },
	{ "debts are told once", {
		TAKE(0, A, "taken 1"), DEBTS(0, "1+1"),
		DEBTS(0, "") } },
	{ "and given back", {
		TAKE(0, A, "taken 1"), DEBTS(0, "1+1"), RETURN,
		DEBTS(0, "1+1") } },
	{ "one window of a bucket at a time", {
		NOTE(0, STRIKES, "5,0,2"), TAKE(0, HOLDS, "refused 0.0 5,h1"),
		TAKE(0, STRIKES, "refused 0.0 5,s3"), DEBTS(0, "h1+1"),
		DEBTS(0, "s0+1"), DEBTS(0, "") } },
	{ "a lease is asked for where there is none", {
		RECALL(0, HOLDS, "0+0 h0+0 leasing"), NOTE(0, HOLDS, "5,4,0,1"),
		RECALL(0, HOLDS, "5+0 h4+0"), REFUSE(0, HOLDS, "refused 0.0 5,h4"),
		RECALL(0, HOLDS, "5+0 h4+0 leasing") } },
	{ "what Redis may have lost is told until it has it", {
		NOTE(0, A, "3"), DOUBT(1000), DEBTS(1000, "2+0"),
		DEBTS(1000, "2+0"), ARRIVE(1000, "2"), DEBTS(1000, "") } },
	{ "with what was decided here", {
		NOTE(0, A, "3"), TAKE(0, A, "taken 4"), DOUBT(1000),
		DEBTS(1000, "3+1"), ARRIVE(1000, "3"), DEBTS(1000, "") } },
	{ "but no count of refusals", {
		NOTE(0, STRIKES, "0,0,2"), DOUBT(1000), DEBTS(1000, "") } },
	{ "what was told since it has", {
		DOUBT(0), NOTE(0, A, "3"), DEBTS(0, "") } },
	{ "a lease is no debt", {
		NOTE(0, HOLDS, "5,4,0,3"), DEBTS(0, "") } },
};

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct run r = { .s = memory_new(100) };

	for (const struct step *step = row->step; step->run != NULL; step++) {
		if (step->ask[0] != '\0')
			store_text_parse(&r.t, step->ask);
		r.now_us = r.t.q.now_us = T0 + (uint64_t)(step->at_ms * 1000);
		snprintf(r.t.q.token, sizeof(r.t.q.token), "%s", step->token);
		r.got[0] = '\0';
		step->run(&r, step->want);
		if (strcmp(r.got, step->want) != 0)
			fail_msg("step %td: got '%s', want '%s'",
				 step - row->step + 1, r.got, step->want);
	}
	store_free(r.s);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, test_row);
	return _cmocka_run_group_tests("recall", tests, n, NULL, NULL);
}
