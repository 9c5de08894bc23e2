/*
 * words.c - the words of the language.
 */
#include "words.h"

#include <string.h>

#define LIST(list, shown) (list), sizeof(list) / sizeof(list)[0], (shown)
#define LATER(list) (list), sizeof(list) / sizeof(list)[0]
#define NONE NULL, 0

static const char *const statements[] = { "own", "set", "limit", "frozen" };
static const char *const clauses[] = { "for", "by", "allow", "else" };
static const char *const frozen[] = { "local", "smtp" };
static const char *const classes[] = {
	"local", "authenticated", "relayed", "inbound", "outbound",
};
static const char *const facts[] = {
#define FACT(name, word, type, trust, note) word,
#include "../facts.def"
#undef FACT
};
static const char *const actions[] = { "hold", "tempfail", "reject", "observe" };
static const char *const units[] = {
	"messages", "recipients", "message", "recipient",
};
static const char *const periods[] = {
	"second", "minute", "hour", "day", "seconds", "minutes", "hours", "days",
};
static const char *const later_statements[] = {
	"exempt", "trial", "nodes", "outage", "two-person", "include",
};
static const char *const later_clauses[] = { "warn", "freeze" };
static const char *const later_frozen[] = { "exempt" };
static const char *const later_facts[] = { "header", "time", "day" };

const struct words words_statements = {
	"statement", LIST(statements, 4), LATER(later_statements),
};
const struct words words_clauses = {
	"clause", LIST(clauses, 4), LATER(later_clauses),
};
const struct words words_frozen = {
	"kind of frozen mail", LIST(frozen, 2), LATER(later_frozen),
};
const struct words words_classes = { "class of mail", LIST(classes, 5), NONE };
const struct words words_facts = {
	"fact", LIST(facts, POLICY_FACTS), LATER(later_facts),
};
const struct words words_actions = { "action", LIST(actions, 4), NONE };
const struct words words_units = { "unit", LIST(units, 2), NONE };
const struct words words_periods = { "period", LIST(periods, 4), NONE };

const uint64_t words_period_us[4] = {
	UINT64_C(1000000), UINT64_C(60000000), UINT64_C(3600000000),
	UINT64_C(86400000000),
};

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

static int
find(const char *const *list, size_t n, struct policy_text word)
{
	for (size_t i = 0; i < n; i++)
		if (words_equal(word, list[i]))
			return (int)i;
	return -1;
}

int
words_find(const struct words *w, struct policy_text word)
{
	return find(w->list, w->n, word);
}

bool
words_is_later(const struct words *w, struct policy_text word)
{
	return find(w->later, w->n_later, word) != -1;
}
