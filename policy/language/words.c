/*
 * words.c - the words of the language.
 */
#include "words.h"

#include <string.h>

#define QUOTED_MAX 60
#define LIST(list, shown) (list), sizeof(list) / sizeof(list)[0], (shown)
#define FACT(name, word, type, trust, note) word,

static const char *const statements[] = {
	"own", "set", "limit", "exempt", "frozen", "outage", "trial", "nodes",
	"two-person", "recipient", "include",
};
static const char *const clauses[] = {
	"for", "by", "allow", "warn", "else", "freeze",
};
static const char *const frozen[] = { "local", "smtp", "exempt" };
static const char *const outage[] = { "local", "smtp", "lease" };
static const char *const trial[] = { "starting", "expect" };
static const char *const classes[] = {
	"local", "authenticated", "relayed", "inbound", "outbound",
};
static const char *const facts[] = {
#include "../facts.def"
};
static const char *const actions[] = { "hold", "tempfail", "reject", "observe" };
static const char *const units[] = {
	"messages", "recipients", "message", "recipient",
};
static const char *const periods[] = {
	"second", "minute", "hour", "day", "seconds", "minutes", "hours", "days",
};
static const char *const days[] = {
	"sun", "mon", "tue", "wed", "thu", "fri", "sat", "sunday", "monday",
	"tuesday", "wednesday", "thursday", "friday", "saturday",
};
static const char *const expect[] = {
	"accepted", "held", "tempfailed", "rejected", "frozen", "refused",
	"first", "local", "authenticated", "relayed", "inbound",
#include "../facts.def"
};

const struct words words_statements = { "statement", LIST(statements, 11), 0 };
const struct words words_clauses = { "clause", LIST(clauses, 6), 0 };
const struct words words_frozen = {
	"kind of frozen mail", LIST(frozen, 3), 1u << FOR_EXEMPT,
};
const struct words words_outage = { "part of 'outage'", LIST(outage, 3), 0 };
const struct words words_trial = { "part of a trial", LIST(trial, 2), ~0u };
const struct words words_classes = { "class of mail", LIST(classes, 5), 0 };
const struct words words_facts = { "fact", LIST(facts, POLICY_FACTS), 0 };
const struct words words_actions = { "action", LIST(actions, 4), 0 };
const struct words words_units = { "unit", LIST(units, 2), 0 };
const struct words words_periods = { "period", LIST(periods, 4), 0 };
const struct words words_days = { "day", LIST(days, 7), 0 };
const struct words words_subjects = {
	"result", expect, WORDS_SUBJECTS, WORDS_SUBJECTS, 0,
};
const struct words words_who = {
	"class or fact", expect + WORDS_SUBJECTS, POLICY_CLASSES + POLICY_FACTS,
	POLICY_CLASSES + POLICY_FACTS, 0,
};
const struct words words_expect = {
	"result, class or fact",
	expect, sizeof(expect) / sizeof(expect[0]),
	WORDS_SUBJECTS, 0,
};

const uint64_t words_period_us[4] = {
	UINT64_C(1000000), UINT64_C(60000000), UINT64_C(3600000000),
	UINT64_C(86400000000),
};

int
words_quoted(size_t len)
{
	return len < QUOTED_MAX ? (int)len : QUOTED_MAX;
}

bool
words_equal(struct policy_text word, const char *other)
{
	return word.len == strlen(other) && memcmp(word.p, other, word.len) == 0;
}

const char *
words_fact(enum policy_fact fact)
{
	return facts[fact < POLICY_HEADER ? fact : POLICY_HEADER];
}

int
words_find(const struct words *w, struct policy_text word)
{
	for (size_t i = 0; i < w->n; i++)
		if (words_equal(word, w->list[i]))
			return (int)i;
	return -1;
}
