/*
 * parse_time.c - times of the day, and days of the week.
 */
#include "parse.h"

#include <string.h>

#define DAY_MINUTES (24 * 60)

/* HH:MM; 24:00 is the end of the day. */
bool
parse_clock(struct policy_text text, unsigned *minute)
{
	unsigned digit[5];

	if (text.len != 5 || text.p[2] != ':')
		return false;
	for (int i = 0; i < 5; i++) {
		digit[i] = (unsigned)(text.p[i] - '0');
		if (i != 2 && digit[i] > 9)
			return false;
	}
	*minute = (digit[0] * 10 + digit[1]) * 60 + digit[3] * 10 + digit[4];
	return digit[3] < 6 && *minute <= DAY_MINUTES;
}

/* HH:MM-HH:MM */
static bool
parse_range(struct policy_text text, unsigned *from, unsigned *to)
{
	struct policy_text first = { text.p, 5 }, second = { text.p + 6, 5 };

	return text.len == 11 && text.p[5] == '-' && parse_clock(first, from) &&
	       *from < DAY_MINUTES && parse_clock(second, to);
}

/* Blanks round the dash are likely, and there is one way to write it. */
static struct span
skip_range(struct cursor *c)
{
	struct span at = c->now.at;
	bool is_dash;

	cursor_take(c);
	do {
		is_dash = c->now.kind == LEX_WORD && !c->now.is_first &&
			  (c->now.text.p[0] == '-' ||
			   (c->now.text.p[0] >= '0' && c->now.text.p[0] <= '9'));
		if (is_dash)
			cursor_take(c);
	} while (is_dash);
	return cursor_span(c, at);
}

/* time -> CLOCK "-" CLOCK */
bool
parse_time(struct cursor *c, struct ast_expr *e)
{
	struct token t = c->now;

	if (t.kind != LEX_WORD && t.kind != LEX_NUMBER) {
		cursor_unexpected(c, "a time, as in 'time 20:00-07:00'");
		return false;
	}
	e->op = AST_DURING;
	if (parse_range(t.text, &e->from, &e->to)) {
		cursor_take(c);
		return true;
	}
	if (!t.is_doubtful)
		diag_error(c->d, skip_range(c), "expected a time from 00:00 to "
			   "24:00, without blanks, as in 'time 20:00-07:00'");
	return false;
}

int
parse_day(struct cursor *c)
{
	int day = cursor_choose(c, &words_days);

	return day < 0 ? -1 : day % 7;
}

/* Reported: the list of days is over, and what follows is another test. */
static bool
is_fact(struct cursor *c)
{
	if (c->now.kind != LEX_WORD || words_find(&words_facts, c->now.text) == -1)
		return false;
	diag_error(c->d, c->last, "tests are joined by 'and' or 'or', not by ','");
	return true;
}

/* days -> DAY { "," DAY } */
bool
parse_days(struct cursor *c, unsigned *days)
{
	do {
		int day = *days != 0 && is_fact(c) ? -1 : parse_day(c);

		if (day == -1)
			return false;
		*days |= 1u << day;
	} while (cursor_accept(c, LEX_COMMA));
	return true;
}
