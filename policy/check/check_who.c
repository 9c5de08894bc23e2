/*
 * check_who.c - who sends in a trial, and whom an `expect` is about.
 *
 * Values are brought to the form that facts have, so that an `expect` finds its
 * streams whatever the spelling. A * stays: the trial puts a number there.
 */
#include "check_who.h"

#include <stdio.h>
#include <string.h>

#include "../facts.h"
#include "../identity/identity.h"
#include "../language/words.h"
#include "../match.h"

static bool
is_own(const struct check *k, const struct policy_address *a)
{
	for (struct ast_value *v = k->tree->own_networks; v != NULL; v = v->next)
		if (identity_in_network(a, &v->net, v->prefix))
			return true;
	return false;
}

static void
check_client(struct check *k, const struct ast_who *w, const struct ast_value *v)
{
	if (v->kind != AST_NETWORK ||
	    v->prefix != identity_bits(&v->net))
		diag_error(k->d, v->word.at, "a message comes from one address: "
			   "write it, as 192.0.2.1");
	else if (w->class == POLICY_RELAYED && !is_own(k, &v->net))
		diag_error(k->d, v->word.at, "'%.*s' is not in 'own networks', so "
			   "this would be inbound mail: write another client, or "
			   "add it there", QUOTE(v->word.text));
	else if (w->class == POLICY_INBOUND && is_own(k, &v->net))
		diag_error(k->d, v->word.at, "'%.*s' is in 'own networks', so this "
			   "would be relayed mail: write another client",
			   QUOTE(v->word.text));
}

/* Copies the text with each `what` in it made `with`. Returns the length; 0: it
 * does not fit. */
static size_t
replace(struct policy_text t, struct policy_text what, struct policy_text with,
	char *to, size_t size)
{
	size_t len = 0;

	while (t.len > 0) {
		bool is_it = t.len >= what.len &&
			     memcmp(t.p, what.p, what.len) == 0;
		struct policy_text part = is_it ? with :
					  (struct policy_text){ t.p, 1 };
		size_t taken = is_it ? what.len : 1;

		if (part.len > size - len)
			return 0;
		memcpy(to + len, part.p, part.len);
		len += part.len;
		t.p += taken;
		t.len -= taken;
	}
	return len;
}

/* A number that does not stand in the text: where it does afterwards, there was
 * a *, for no end of it is its beginning. */
static void
choose_number(struct policy_text t, char number[5])
{
	for (unsigned n = 9001; n < 9089; n++) {
		snprintf(number, 5, "%u", n);
		if (n % 10 != 9 && memmem(t.p, t.len, number, 4) == NULL)
			break;
	}
}

/* The normal form of a value in which each * is a number; 0: there is none. */
static size_t
numbered_form(const struct check *k, enum policy_fact fact, struct policy_text t,
	      char out[IDENTITY_MAX + 1])
{
	static const struct policy_text star = { "*", 1 };
	char digits[5], raw[IDENTITY_MAX], normal[IDENTITY_MAX + 1];
	struct policy_text number = { digits, 4 };
	size_t len;

	choose_number(t, digits);
	len = replace(t, star, number, raw, sizeof(raw));
	if (len == 0)
		return 0;
	len = check_form(k, fact, (struct policy_text){ raw, len }, normal);
	return replace((struct policy_text){ normal, len }, number, star, out,
		       IDENTITY_MAX);
}

static void
check_text(struct check *k, struct ast_given *g)
{
	struct ast_value *v = &g->value;
	char normal[IDENTITY_MAX + 1];
	size_t len = numbered_form(k, g->fact, v->word.text, normal);
	const char *kept;

	if (len == 0) {
		check_refuse(k, g->fact, v);
		return;
	}
	kept = arena_copy(k->arena, normal, len);
	if (kept != NULL)
		v->word.text = (struct policy_text){ kept, len };
}

/* True if the fact can be given for this mail. */
static bool
check_fact(struct check *k, const struct ast_who *w, const struct ast_given *g)
{
	enum fact_type type = fact_type(g->fact);

	if (g->fact == POLICY_DOMAIN)
		diag_error(k->d, g->at, "the domain follows from the sender: "
			   "write 'sender \"x@shop.example\"'");
	else if (type == FACT_MINUTE || type == FACT_WEEKDAY)
		diag_error(k->d, g->at, "a trial has one clock: write 'starting "
			   "sunday 03:00' before its streams");
	else if (w->class >= 0 &&
		 fact_presence(g->fact, (enum policy_class)w->class) == FACT_NEVER)
		diag_error(k->d, g->at, "%s mail has no '%s': remove it",
			   words_classes.list[w->class], words_fact(g->fact));
	else
		return true;
	return false;
}

static void
check_given(struct check *k, const struct ast_who *w, struct ast_given *g)
{
	if (!check_fact(k, w, g))
		return;
	for (struct ast_given *o = w->given; o != g; o = o->next)
		if (o->fact == g->fact) {
			diag_error(k->d, g->at, "'%s' is already given: remove "
				   "one", words_fact(g->fact));
			return;
		}
	if (g->fact == POLICY_CLIENT)
		check_client(k, w, &g->value);
	else if (g->fact != POLICY_RECIPIENTS)
		check_text(k, g);
	else if (g->number < 1 || g->number > UINT32_MAX)
		diag_error(k->d, g->at, "a message has 1 to %u recipients: write "
			   "one of these", UINT32_MAX);
}

void
check_who(struct check *k, struct ast_who *w)
{
	for (struct ast_given *g = w->given; g != NULL; g = g->next)
		check_given(k, w, g);
}

static bool
has_given(const struct ast_who *w, enum policy_fact fact)
{
	for (struct ast_given *g = w->given; g != NULL; g = g->next)
		if (g->fact == fact)
			return true;
	return false;
}

void
check_sender(struct check *k, struct ast_who *w)
{
	check_who(k, w);
	if (w->class == POLICY_AUTHENTICATED && !has_given(w, POLICY_LOGIN))
		diag_error(k->d, w->at, "authenticated mail has a login: add it, "
			   "as 'login \"alice\"'");
	if ((w->class == POLICY_RELAYED || w->class == POLICY_INBOUND) &&
	    !has_given(w, POLICY_CLIENT))
		diag_error(k->d, w->at, "%s mail has a client: add it, as 'client "
			   "192.0.2.1'", words_classes.list[w->class]);
}

static bool
is_given(const struct ast_who *w, const struct ast_given *g)
{
	const struct ast_value *a = &g->value, *b;

	for (struct ast_given *o = w->given; o != NULL; o = o->next) {
		if (o->fact != g->fact)
			continue;
		b = &o->value;
		if (g->fact == POLICY_RECIPIENTS)
			return o->number == g->number;
		if (g->fact == POLICY_CLIENT)
			return memcmp(&a->net, &b->net, sizeof(a->net)) == 0;
		return match_equal(a->word.text, b->word.text);
	}
	return false;
}

bool
check_is_about(const struct ast_who *about, const struct ast_who *sender)
{
	if (about->class >= 0 && about->class != sender->class)
		return false;
	for (struct ast_given *g = about->given; g != NULL; g = g->next)
		if (!is_given(sender, g))
			return false;
	return true;
}
