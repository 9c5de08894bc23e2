/*
 * script.c - how take.lua is asked, and how its reply is read.
 *
 * What the script gets and returns is described in take.lua.
 */
#include "script.h"

#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "../redis/key.h"

#define ARGS_MAX (3 + 1 + 3 + 3 * POLICY_PLAN_MAX)
#define WINDOW_LEN (7 * sizeof(double))

/* Positions in the reply, counted from 0. */
enum { NONCE, VERDICT, NOW, BUCKET, WINDOW, WAIT, SPENT, STRUCK, LEASED, MASK, TIMES };

struct command {
	struct conn_arg arg[ARGS_MAX];
	size_t n, len;
	bool is_too_long;
	char text[(WINDOW_LEN * CHARGE_TIMES + 160) * POLICY_PLAN_MAX + 512];
};

static void __attribute__((format(printf, 2, 3)))
add(struct command *m, const char *fmt, ...)
{
	size_t room = sizeof(m->text) - m->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(m->text + m->len, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room) {
		m->is_too_long = true;
		return;
	}
	m->arg[m->n++] = (struct conn_arg){ m->text + m->len, (size_t)n };
	m->len += (size_t)n;
}

static void
add_key(struct command *m, const char *ns, const struct store_bucket *b)
{
	char hex[PSEUDONYM_HEX + 1];

	sodium_bin2hex(hex, sizeof(hex), b->id, sizeof(b->id));
	add(m, KEY_PREFIX "bucket:%s", ns, hex);
}

/* A window's tag; a budget and strikes may have the unit and period of one. */
static uint64_t
tag(const struct policy_window *w, unsigned k)
{
	uint64_t digit = w->unit == POLICY_RCPTS;

	if (k == CHARGE_BUDGET)
		digit += 2;
	return w->period_us * 10 + (k == CHARGE_STRIKES ? 4 : digit);
}

/* As Lua has it: a double, the least byte first. */
static void
add_number(struct command *m, uint64_t n)
{
	double number = (double)n;
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	bits = htole64(bits);
	memcpy(m->text + m->len, &bits, sizeof(bits));
	m->len += sizeof(bits);
}

static void
add_window(struct command *m, const struct store_request *q, unsigned i, unsigned k)
{
	const struct policy_window *w = store_window(&q->bucket[i], k);

	add_number(m, tag(w, k));
	add_number(m, w->interval_us);
	add_number(m, w->burst);
	add_number(m, q->is_debit ? 0 : charge_cost(w, q->recipients));
	add_number(m, q->bucket[i].is_leasing && k == CHARGE_BUDGET ?
		   store_lease(w) : 0);
	add_number(m, q->debit_us[i][k]);
	add_number(m, q->floor_us[i][k]);
}

static void
add_windows(struct command *m, const struct store_request *q, unsigned i)
{
	size_t start = m->len;

	if (sizeof(m->text) - m->len < CHARGE_TIMES * WINDOW_LEN) {
		m->is_too_long = true;
		return;
	}
	for (unsigned k = 0; k < CHARGE_TIMES; k++)
		if (store_window(&q->bucket[i], k) != NULL)
			add_window(m, q, i, k);
	m->arg[m->n++] = (struct conn_arg){ m->text + start, m->len - start };
}

bool
script_append(struct conn *c, const char *sha, const char *ns,
	      const struct script_call *call)
{
	const struct store_request *q = call->q;
	struct command m;

	m.n = m.len = 0;
	m.is_too_long = false;
	add(&m, "EVALSHA");
	add(&m, "%s", sha);
	add(&m, "%u", q->n + 1);
	add(&m, KEY_PREFIX "token", ns);
	for (unsigned i = 0; i < q->n; i++)
		add_key(&m, ns, &q->bucket[i]);
	add(&m, "%s", call->nonce);
	add(&m, "%s", q->token);
	add(&m, "%" PRIu64, call->deadline_us);
	for (unsigned i = 0; i < q->n; i++) {
		add(&m, "%s", q->bucket[i].is_observed ? "observe" : "enforce");
		add_windows(&m, q, i);
	}
	return !m.is_too_long && conn_append(c, m.arg, m.n);
}

static bool
is_text(const struct reply *r, size_t i, const char *want)
{
	const struct reply *part = reply_at(r, i);
	const char *text;
	size_t len;

	if (reply_type(part) != REPLY_TEXT)
		return false;
	text = reply_text(part, &len);
	return len == strlen(want) && memcmp(text, want, len) == 0;
}

/* Whole numbers from min to 2^53. */
static bool
get_number(const struct reply *r, size_t i, int64_t min, int64_t *n)
{
	const struct reply *part = reply_at(r, i);

	if (reply_type(part) != REPLY_INTEGER)
		return false;
	*n = reply_integer(part);
	return *n >= min && *n <= INT64_C(1) << 53;
}

static bool
read_times(const struct reply *r, const struct store_request *q,
	   struct store_outcome *o)
{
	size_t at = TIMES;
	int64_t n;

	for (unsigned i = 0; i < q->n; i++)
		for (unsigned k = 0; k < CHARGE_TIMES; k++) {
			if (store_window(&q->bucket[i], k) == NULL)
				continue;
			if (at == reply_count(r) || !get_number(r, at++, 0, &n))
				return false;
			o->full_us[i][k] = (uint64_t)n;
		}
	return at == reply_count(r);
}

static bool
read_answer(const struct reply *r, const struct store_request *q,
	    struct store_outcome *o)
{
	int64_t bucket, window, wait, spent, struck, leased, mask;

	if (reply_count(r) < TIMES || !get_number(r, BUCKET, 0, &bucket) ||
	    !get_number(r, WINDOW, 0, &window) || !get_number(r, WAIT, -1, &wait) ||
	    !get_number(r, SPENT, 0, &spent) || spent > 1 ||
	    !get_number(r, STRUCK, 0, &struck) || struck > 1 ||
	    !get_number(r, LEASED, 0, &leased) || leased > UINT32_MAX ||
	    !get_number(r, MASK, 0, &mask) || mask >> POLICY_PLAN_MAX != 0 ||
	    !read_times(r, q, o))
		return false;
	if (o->answer == STORE_REFUSED &&
	    (bucket >= q->n || window >= q->bucket[bucket].n_windows))
		return false;
	o->bucket = (unsigned)bucket;
	o->window = (unsigned)window;
	o->wait_us = wait < 0 ? UINT64_MAX : (uint64_t)wait;
	o->is_spent = spent == 1;
	o->is_struck = struck == 1;
	o->leased = (uint32_t)leased;
	o->would_refuse = (uint32_t)mask;
	return true;
}

static enum script_result
read_error(const struct reply *r, struct error *e)
{
	size_t len;
	const char *text = reply_text(r, &len);

	if (len >= 8 && memcmp(text, "NOSCRIPT", 8) == 0)
		return SCRIPT_MISSING;
	reply_unexpected(r, e);
	return SCRIPT_BAD;
}

static bool
read_array(const struct reply *r, const struct script_call *call,
	   struct store_outcome *o, enum script_result *result)
{
	bool is_short = reply_count(r) == NOW + 1;
	int64_t now;

	if (reply_count(r) <= NOW || !is_text(r, NONCE, call->nonce) ||
	    !get_number(r, NOW, 1, &now))
		return false;
	o->now_us = (uint64_t)now;
	*result = SCRIPT_ANSWERED;
	if (is_text(r, VERDICT, "taken")) {
		o->answer = STORE_TAKEN;
		return read_answer(r, call->q, o);
	}
	if (is_text(r, VERDICT, "refused")) {
		o->answer = STORE_REFUSED;
		return read_answer(r, call->q, o);
	}
	if (is_text(r, VERDICT, "stale")) {
		o->answer = STORE_STALE;
		return is_short;
	}
	*result = SCRIPT_LATE;
	return is_short && is_text(r, VERDICT, "late");
}

enum script_result
script_read(const struct reply *r, const struct script_call *call,
	    struct store_outcome *o, struct error *e)
{
	struct store_outcome out = { .answer = STORE_DOWN };
	enum script_result result;

	if (reply_type(r) == REPLY_ERROR)
		return read_error(r, e);
	if (reply_type(r) != REPLY_ARRAY || !read_array(r, call, &out, &result)) {
		error_set(e, "Redis did not answer as take.lua does");
		return SCRIPT_BAD;
	}
	*o = out;
	return result;
}
