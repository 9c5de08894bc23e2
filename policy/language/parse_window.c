/*
 * parse_window.c - numbers, times and rates.
 */
#include "parse.h"

#include <string.h>

struct span
parse_part(struct token t, struct policy_text part)
{
	return (struct span){ t.at.at + (uint32_t)(part.p - t.text.p),
			      (uint32_t)part.len };
}

bool
parse_split(struct policy_text text, struct policy_text *head,
	    struct policy_text *rest)
{
	const char *slash = memchr(text.p, '/', text.len);

	*head = text;
	*rest = (struct policy_text){ text.p + text.len, 0 };
	if (slash == NULL)
		return false;
	head->len = (size_t)(slash - text.p);
	*rest = (struct policy_text){ slash + 1, text.len - head->len - 1 };
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_number(struct policy_text t)
{
	for (size_t i = 0; i < t.len; i++)
		if (!is_digit(t.p[i]))
			return false;
	return t.len > 0;
}

/* `10minutes`, `100messages/hour` */
static bool
is_glued(const struct cursor *c)
{
	struct policy_text word, rest;
	size_t n = 0;

	if (c->now.kind != LEX_WORD)
		return false;
	parse_split(c->now.text, &word, &rest);
	while (n < word.len && is_digit(word.p[n]))
		n++;
	word.p += n;
	word.len -= n;
	return n > 0 && (words_find(&words_units, word) != -1 ||
			 words_find(&words_periods, word) != -1);
}

bool
parse_number(struct cursor *c, const char *expected, uint64_t *n,
	     struct span *at)
{
	*n = c->now.number;
	*at = c->now.at;
	if (c->now.kind != LEX_NUMBER && is_glued(c) && !c->now.is_doubtful) {
		diag_error(c->d, c->now.at, "'%.*s' is one word: put a blank "
			   "behind the number", QUOTE(c->now.text));
		return false;
	}
	return cursor_expect(c, LEX_NUMBER, expected);
}

static uint64_t
times(uint64_t n, uint64_t us)
{
	return n > UINT64_MAX / us ? UINT64_MAX : n * us;
}

/* time -> NUMBER PERIOD */
bool
parse_duration(struct cursor *c, uint64_t *us)
{
	struct span at;
	uint64_t n;
	int i;

	if (!parse_number(c, "a time, as in '10 minutes'", &n, &at))
		return false;
	i = cursor_choose(c, &words_periods);
	if (i == -1)
		return false;
	*us = times(n, words_period_us[i % 4]);
	return true;
}

/* `per` [ NUMBER ] PERIOD */
static bool
per(struct cursor *c, uint64_t *period_us)
{
	uint64_t n = 1;
	int i;

	if (!cursor_accept_word(c, "per")) {
		cursor_unexpected(c, "'/' or 'per' and a period, as in "
				  "'100 messages/hour'");
		return false;
	}
	if (c->now.kind == LEX_NUMBER)
		n = cursor_take(c).number;
	i = cursor_choose(c, &words_periods);
	if (i == -1)
		return false;
	*period_us = times(n, words_period_us[i % 4]);
	return true;
}

/* What stands behind the slash, or a blank behind it. */
static bool
per_one(struct cursor *c, struct token t, struct policy_text word,
	uint64_t *period_us)
{
	int i;

	if (word.len > 0 ? is_number(word) : c->now.kind == LEX_NUMBER) {
		diag_error(c->d, word.len > 0 ? parse_part(t, word) : c->now.at,
			   "after '/' stands one period: write 'per 10 minutes'");
		return false;
	}
	i = word.len == 0 ? cursor_choose(c, &words_periods) :
		cursor_find(c, &words_periods, word, parse_part(t, word));

	if (i == -1)
		return false;
	*period_us = words_period_us[i % 4];
	return true;
}

/* period -> "/" PERIOD | "per" [ NUMBER ] PERIOD */
static bool
period(struct cursor *c, struct token unit, uint64_t *period_us)
{
	struct policy_text word, rest;
	struct token t = c->now;

	if (parse_split(unit.text, &word, &rest))
		return per_one(c, unit, rest, period_us);
	if (t.kind != LEX_WORD || t.text.p[0] != '/')
		return per(c, period_us);
	cursor_take(c);
	parse_split(t.text, &word, &rest);
	return per_one(c, t, rest, period_us);
}

/* `10/hour` */
static bool
is_bare_rate(const struct cursor *c)
{
	struct policy_text word, rest;

	return c->now.kind == LEX_WORD && !c->now.is_doubtful &&
	       parse_split(c->now.text, &word, &rest) && is_number(word);
}

/* rate -> NUMBER unit period */
bool
parse_rate(struct cursor *c, struct ast_window *w)
{
	struct span from = c->now.at;
	struct policy_text word, rest;
	struct token t;
	int unit;

	*w = (struct ast_window){ 0 };
	if (is_bare_rate(c)) {
		diag_error(c->d, c->now.at, "'%.*s' says not of what: write "
			   "'messages' or 'recipients' before the '/', as in "
			   "'100 messages/hour'", QUOTE(c->now.text));
		return false;
	}
	if (!parse_number(c, "a number, as in '100 messages/hour'", &w->count,
			  &w->count_at))
		return false;
	t = c->now;
	if (t.kind != LEX_WORD) {
		cursor_unexpected(c, "'messages' or 'recipients'");
		return false;
	}
	cursor_take(c);
	parse_split(t.text, &word, &rest);
	unit = cursor_find(c, &words_units, word, word.len != 0 ?
			   parse_part(t, word) : t.at);
	if (unit == -1 || !period(c, t, &w->period_us))
		return false;
	w->unit = (enum policy_unit)(unit % 2);
	w->burst = w->count;
	w->burst_at = w->count_at;
	w->at = cursor_span(c, from);
	return true;
}

/* `burst10`; the token is taken if it is that. */
static bool
glued_burst(struct cursor *c, struct ast_window *w)
{
	struct policy_text t = c->now.text;

	if (c->now.kind != LEX_WORD || t.len < 6 || t.len > 15 ||
	    memcmp(t.p, "burst", 5) != 0)
		return false;
	w->burst = 0;
	for (size_t i = 5; i < t.len; i++) {
		if (!is_digit(t.p[i]))
			return false;
		w->burst = w->burst * 10 + (uint64_t)(t.p[i] - '0');
	}
	diag_error(c->d, c->now.at, "'%.*s' is one word: write 'burst %llu'",
		   QUOTE(t), (unsigned long long)w->burst);
	w->burst_at = cursor_take(c).at;
	return true;
}

/* window -> rate [ "burst" NUMBER ] */
static bool
window(struct cursor *c, struct ast_window *w)
{
	struct span from = c->now.at;

	if (!parse_rate(c, w))
		return false;
	if (cursor_accept_word(c, "burst")) {
		w->has_burst = true;
		if (!parse_number(c, "a number after 'burst'", &w->burst,
				  &w->burst_at))
			return false;
	} else {
		w->has_burst = glued_burst(c, w);
	}
	w->at = cursor_span(c, from);
	return true;
}

/* allow -> window { "," window } */
bool
parse_windows(struct cursor *c, struct ast_window **list)
{
	struct ast_window **tail = list, w, *kept;

	*tail = NULL;
	do {
		if (!window(c, &w))
			return false;
		kept = arena_copy(c->arena, &w, sizeof(w));
		if (kept == NULL)
			return false;
		*tail = kept;
		tail = &kept->next;
	} while (cursor_comma(c, c->now.kind == LEX_NUMBER));
	return true;
}
