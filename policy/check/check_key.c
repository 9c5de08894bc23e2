/*
 * check_key.c - what a limit counts by.
 */
#include "check.h"

#include "../facts.h"
#include "../language/words.h"

#define NET4_BITS 32
#define HOST6_BITS 64	/* behind them a host chooses (RFC 8981) */

/* A limit whose key is missing does not apply: it must not look as if. */
static void
check_key_classes(struct check *k, const struct ast_limit *l,
		  const struct ast_key *key)
{
	for (int i = 0; i < POLICY_CLASSES; i++) {
		enum policy_class class = (enum policy_class)i;

		if (!check_has_class(l, class) ||
		    fact_presence(key->fact, class) != FACT_NEVER)
			continue;
		diag_error(k->d, key->at, "%s mail has no '%s', so this %s "
			   "would not apply to it: write one of its own for "
			   "%s mail", words_classes.list[i],
			   words_fact(key->fact), check_kind(l),
			   words_classes.list[i]);
		diag_note(k->d, l->classes_at, "it is for this mail");
		return;
	}
}

/* The most that mail of any of the classes has of the fact; or the least. */
static enum fact_presence
presence(const struct ast_limit *l, enum policy_fact fact, bool is_most)
{
	enum fact_presence found = is_most ? FACT_NEVER : FACT_ALWAYS;

	for (int i = 0; i < POLICY_CLASSES; i++) {
		enum fact_presence p = fact_presence(fact, (enum policy_class)i);

		if (check_has_class(l, (enum policy_class)i) &&
		    (is_most ? p > found : p < found))
			found = p;
	}
	return found;
}

static void
check_otherwise_name(struct check *k, const struct ast_word *word)
{
	struct policy_text t = word->text;
	bool is_plain = true;

	for (size_t i = 0; i < t.len; i++)
		is_plain &= t.p[i] >= ' ' && t.p[i] <= '~';
	if (t.len == 0)
		diag_error(k->d, word->at, "the name after 'or' is empty: write "
			   "one, as \"none\"");
	else if (!is_plain)
		diag_error(k->d, word->at, "the name after 'or' is plain ASCII: "
			   "write another, as \"none\"");
	else if (t.len > POLICY_NAME_MAX)
		diag_error(k->d, word->at, "the name after 'or' has %zu "
			   "characters; the limit is %d", t.len,
			   POLICY_NAME_MAX);
}

static void
check_otherwise(struct check *k, const struct ast_limit *l,
		const struct ast_key *key)
{
	const char *fact = words_fact(key->fact);

	check_otherwise_name(k, &key->otherwise);
	if (presence(l, key->fact, true) == FACT_NEVER) {
		diag_error(k->d, key->at, "none of this mail has a '%s', so all "
			   "of it would be counted as '%.*s': remove the key",
			   fact, QUOTE(key->otherwise.text));
		diag_note(k->d, l->classes_at, "it is for this mail");
	} else if (presence(l, key->fact, false) == FACT_ALWAYS) {
		diag_warning(k->d, key->otherwise.at, "all of this mail has a "
			     "'%s', so nothing is ever counted as '%.*s': "
			     "remove 'or'", fact, QUOTE(key->otherwise.text));
	}
}

static bool
is_repeated(const struct ast_limit *l, const struct ast_key *key)
{
	for (const struct ast_key *o = l->by; o != key; o = o->next)
		if (o->fact == key->fact)
			return true;
	return false;
}

/* True if the fact is somebody, and not yet a key. */
static bool
check_fact(struct check *k, const struct ast_limit *l,
	   const struct ast_key *key)
{
	const char *fact = words_fact(key->fact);

	switch (fact_type(key->fact)) {
	case FACT_NUMBER:
		diag_error(k->d, key->at, "'%s' is a number, not somebody: count "
			   "recipients by 'allow N recipients/hour'", fact);
		return false;
	case FACT_MINUTE:
		diag_error(k->d, key->at, "'%s' is nobody: write a condition, as "
			   "'when time 20:00-07:00'", fact);
		return false;
	case FACT_WEEKDAY:
		diag_error(k->d, key->at, "'%s' is nobody: write a condition, as "
			   "'when day sat, sun'", fact);
		return false;
	default:
		break;
	}
	if (is_repeated(l, key))
		diag_error(k->d, key->at, "'%s' is already a key of this %s: "
			   "remove one", fact, check_kind(l));
	return !is_repeated(l, key);
}

static void
warn_prefix(struct check *k, const struct ast_key *key)
{
	if (key->prefix6 <= NET4_BITS)
		diag_warning(k->d, key->at, "these are %u bits of IPv6, which "
			     "whole providers share: write 'client/4:%u' if "
			     "IPv4 is meant, or 'client/64'", key->prefix6,
			     key->prefix6);
	else if (key->prefix6 > HOST6_BITS)
		diag_warning(k->d, key->at, "one host has all addresses of an "
			     "IPv6 /%d, and here as many counters as it likes: "
			     "write 'client/%d'", HOST6_BITS, HOST6_BITS);
}

static void
check_key(struct check *k, const struct ast_limit *l, const struct ast_key *key)
{
	if (!check_fact(k, l, key))
		return;
	if (key->otherwise.text.p != NULL)
		check_otherwise(k, l, key);
	else
		check_key_classes(k, l, key);
	if (key->fact == POLICY_CLIENT)
		warn_prefix(k, key);
}

void
check_keys(struct check *k, const struct ast_limit *l)
{
	unsigned n = 0;

	for (const struct ast_key *key = l->by; key != NULL; key = key->next) {
		if (++n > POLICY_KEYS_MAX) {
			diag_error(k->d, key->at, "too many keys; the limit is "
				   "%d: remove this one", POLICY_KEYS_MAX);
			return;
		}
		check_key(k, l, key);
	}
}
