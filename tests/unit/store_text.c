/*
 * store_text.c - requests and outcomes as one line of text, for tables.
 */
#include "store_text.h"

#include <inttypes.h>

#include <sodium.h>

#include "test.h"

#include "../../milter/clock.h"
#include "../../policy/bucket/bucket.h"

static uint64_t
number(const char **at)
{
	char *end;
	uint64_t n = strtoull(*at, &end, 10);

	if (end == *at)
		fail_msg("a number was expected at '%s'", *at);
	*at = end;
	return n;
}

/* WINDOW */
static void
parse_window(struct policy_window *w, const char **at)
{
	w->unit = **at == 'r' ? POLICY_RCPTS : POLICY_MESSAGES;
	*at += 1;
	w->count = w->burst = (uint32_t)number(at);
	assert_int_equal(*(*at)++, '/');
	w->period_us = number(at) * 1000;
	w->interval_us = (w->period_us + w->count - 1) / w->count;
	if (**at == 'b') {
		*at += 1;
		w->burst = (uint32_t)number(at);
	}
}

/* WINDOW, hWINDOW or sWINDOW */
static void
parse_part(struct store_bucket *b, struct policy_window *window, const char **at)
{
	unsigned k = b->n_windows;

	if (**at == 'h')
		b->budget = &window[k = CHARGE_BUDGET];
	else if (**at == 's')
		b->strikes = &window[k = CHARGE_STRIKES];
	else
		b->n_windows++;
	*at += k >= POLICY_WINDOWS_MAX;
	parse_window(&window[k], at);
}

/* [?]NAME[:KEY]=WINDOW[,WINDOW] */
static void
parse_bucket(struct store_text *t, const char **at)
{
	unsigned i = t->q.n++;
	struct store_bucket *b = &t->q.bucket[i];
	size_t len;

	b->is_observed = **at == '?';
	*at += b->is_observed;
	len = strcspn(*at, ":=");
	snprintf(t->name[i], sizeof(t->name[i]), "%.*s", (int)len, *at);
	*at += len;
	if (**at == ':') {
		uint64_t key = (*at += 1, number(at));

		memcpy(b->id, &key, sizeof(key));
	}
	memcpy(b->id + sizeof(uint64_t), t->name[i], strnlen(t->name[i],
	       sizeof(b->id) - sizeof(uint64_t)));
	b->window = t->window[i];
	do {
		*at += 1;
		parse_part(b, t->window[i], at);
	} while (**at == ',');
}

void
store_text_parse(struct store_text *t, const char *text)
{
	memset(t, 0, sizeof(*t));
	t->q.recipients = 1;
	while (*text != '\0') {
		parse_bucket(t, &text);
		while (*text == ' ')
			text++;
	}
}

static void __attribute__((format(printf, 3, 4)))
append(char *out, size_t size, const char *fmt, ...)
{
	size_t len = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + len, size - len, fmt, ap);
	va_end(ap);
}

static void
append_levels(const struct store_bucket *b, const uint64_t *full_us,
	      uint64_t now_us, char *out, size_t size)
{
	static const char *const mark[CHARGE_TIMES] = {
		[0] = " ", [CHARGE_BUDGET] = ",h", [CHARGE_STRIKES] = ",s",
	};

	for (unsigned k = 0; k < CHARGE_TIMES; k++) {
		const struct policy_window *w = store_window(b, k);

		if (w != NULL)
			append(out, size, "%s%" PRIu32,
			       mark[k] != NULL ? mark[k] : ",",
			       bucket_level((struct bucket_rate){ w->interval_us,
								  w->burst },
					    full_us[k], now_us));
	}
}

void
store_text_outcome(const struct store_request *q, const struct store_outcome *o,
		   char *out, size_t size)
{
	static const char *const word[] = {
		[STORE_TAKEN] = "taken", [STORE_REFUSED] = "refused",
		[STORE_STALE] = "stale", [STORE_ALONE] = "alone",
		[STORE_LATE] = "late", [STORE_DOWN] = "down",
	};

	snprintf(out, size, "%s", word[o->answer]);
	if (o->answer != STORE_TAKEN && o->answer != STORE_REFUSED)
		return;
	if (o->answer == STORE_REFUSED)
		append(out, size, " %u.%u%s%s%s", o->bucket, o->window,
		       o->wait_us == UINT64_MAX ? " never" : "",
		       o->is_spent ? " spent" : "",
		       o->is_struck ? " struck" : "");
	if (o->would_refuse != 0)
		append(out, size, " would=%" PRIu32, o->would_refuse);
	for (unsigned i = 0; i < q->n; i++)
		append_levels(&q->bucket[i], o->full_us[i], o->now_us, out, size);
}

/* The tag of take.lua. */
static double
tag(const struct policy_window *w, unsigned k)
{
	double digit = w->unit == POLICY_RCPTS ? 1 : 0;

	if (k == CHARGE_BUDGET)
		digit += 2;
	return (double)w->period_us * 10 + (k == CHARGE_STRIKES ? 4 : digit);
}

void
store_text_put(struct conn *c, const struct store_bucket *b,
	       const uint64_t full_us[CHARGE_TIMES])
{
	char hex[PSEUDONYM_HEX + 1], key[100];
	double value[CHARGE_TIMES * 4];
	size_t n = 0;
	struct reply *r;
	struct error e = { "" };

	for (unsigned k = 0; k < CHARGE_TIMES; k++) {
		const struct policy_window *w = store_window(b, k);

		if (w == NULL)
			continue;
		value[n++] = tag(w, k);
		value[n++] = (double)w->interval_us;
		value[n++] = w->burst;
		value[n++] = (double)full_us[k];
	}
	sodium_bin2hex(hex, sizeof(hex), b->id, sizeof(b->id));
	snprintf(key, sizeof(key), "sluice:{test}:bucket:%s", hex);
	conn_append(c, (struct conn_arg[]){ { "SET", 3 }, { key, strlen(key) },
		    { (const char *)value, n * sizeof(*value) } }, 3);
	if (!conn_exchange(c, &r, 1, clock_monotonic_us() + 10000000, &e))
		fail_msg("got '%s', want it stored", e.text);
	assert_int_equal(reply_type(r), REPLY_TEXT);
	reply_free(r);
}

void
store_text_check(struct store *s, struct store_text *t, uint64_t now_us,
		 const char *want)
{
	struct store_outcome o;
	char got[256];

	t->q.now_us = now_us;
	store_take(s, &t->q, &o);
	store_text_outcome(&t->q, &o, got, sizeof(got));
	if (strcmp(got, want) != 0)
		fail_msg("got '%s', want '%s'", got, want);
}
