/*
 * escape.c - a message that the solver has found, in an operator's words.
 */
#include "prove.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../facts.h"
#include "../identity/identity.h"
#include "../language/words.h"
#include "solve_values.h"

struct text {
	const struct prover *prover;
	char *p;
	size_t len;
	unsigned n;		/* phrases */
};

static void __attribute__((format(printf, 2, 3)))
put(struct text *t, const char *fmt, ...)
{
	size_t room = ESCAPE_MAX - t->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->p + t->len, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void
begin_phrase(struct text *t)
{
	put(t, t->n++ > 0 ? ", " : " ");
}

static void
put_whose(struct text *t, enum policy_fact fact)
{
	struct policy_text name;

	begin_phrase(t);
	put(t, "whose %s", words_fact(fact));
	if (fact >= POLICY_HEADER) {
		name = t->prover->tree->header[fact - POLICY_HEADER].text;
		put(t, " \"%.*s\"", QUOTE(name));
	}
	put(t, " is");
}

/* A pattern that no null sender is like. */
static bool
is_for_addresses(const struct ast_expr *e)
{
	struct policy_text t = e->value->word.text;

	return e->fact == POLICY_SENDER && memchr(t.p, '@', t.len) != NULL;
}

/* Which patterns and sets it matches or not. False: none were asked. */
static bool
put_taken(struct text *t, enum policy_fact fact)
{
	const struct ast_expr *e;
	bool is_met, is_said = false;

	for (unsigned i = 0; (e = solve_taken(t->prover->s, i, &is_met)) != NULL;
	     i++) {
		if (e->fact != fact)
			continue;
		put_whose(t, fact);
		put(t, is_met ? "" : " not");
		if (e->op == AST_LIKE && !is_met && is_for_addresses(e))
			put(t, " like \"%.*s\" (the null sender <> never is)",
			    QUOTE(e->value->word.text));
		else if (e->op == AST_LIKE)
			put(t, " like \"%.*s\"", QUOTE(e->value->word.text));
		else
			put(t, " in %.*s", QUOTE(e->set_name.text));
		is_said = true;
	}
	return is_said;
}

static bool
is_null_sender(enum policy_fact fact, struct policy_text text)
{
	return fact == POLICY_SENDER && words_equal(text, IDENTITY_NULL_SENDER);
}

/* The values that the conditions name, and that it is not. */
static void
put_other(struct text *t, enum policy_fact fact)
{
	const struct solver *s = t->prover->s;
	const struct solve_value *v = s->value + s->range[fact].first;
	struct policy_text named[2];
	unsigned n = 0;

	if (put_taken(t, fact))
		return;
	for (unsigned i = 0; i < s->range[fact].n; i++)
		if (!is_null_sender(fact, v[i].text) && n++ < 2)
			named[n - 1] = v[i].text;
	if (n == 0)
		return;
	put_whose(t, fact);
	if (n == 1)
		put(t, " not \"%.*s\"", QUOTE(named[0]));
	else if (n == 2)
		put(t, " neither \"%.*s\" nor \"%.*s\"", QUOTE(named[0]),
		    QUOTE(named[1]));
	else
		put(t, " none of the %u that the conditions name", n);
}

static void
put_absent(struct text *t, enum policy_fact fact)
{
	struct solve_value sender = solve_found(t->prover->s, POLICY_SENDER);
	struct policy_text name;

	/* That is said of the sender. */
	if (fact == POLICY_DOMAIN && sender.kind == SOLVE_IS)
		return;
	begin_phrase(t);
	if (fact == POLICY_UID)
		put(t, "whose user id the site does not show");
	else if (fact == POLICY_SCRIPT)
		put(t, "by a script that sets no X-PHP-Originating-Script");
	else if (fact == POLICY_DOMAIN && sender.kind == SOLVE_OTHER)
		put(t, "whose sender has no domain");
	else if (fact == POLICY_DOMAIN)
		put(t, "with the null sender <>");
	else {
		name = t->prover->tree->header[fact - POLICY_HEADER].text;
		put(t, "without a header \"%.*s\"", QUOTE(name));
	}
}

static void
put_recipients(struct text *t, uint32_t low, uint32_t high)
{
	if (low == 1 && high == UINT32_MAX)
		return;
	begin_phrase(t);
	if (low == high)
		put(t, "with %u recipient%s", low, low == 1 ? "" : "s");
	else if (low == 1)
		put(t, "with at most %u recipients", high);
	else if (high == UINT32_MAX)
		put(t, "with more than %u recipient%s", low - 1,
		    low == 2 ? "" : "s");
	else
		put(t, "with %u to %u recipients", low, high);
}

static void
put_client(struct text *t, const struct policy_address *a)
{
	char text[IDENTITY_NETWORK_MAX];

	begin_phrase(t);
	put(t, "from %s", identity_client_text(a, text));
}

static void
put_minutes(struct text *t, uint32_t low, uint32_t high)
{
	if (low == high)
		return;
	begin_phrase(t);
	put(t, "from %02u:%02u to %02u:%02u", low / 60, low % 60, high / 60,
	    high % 60);
}

static void
put_day(struct text *t, uint32_t day)
{
	static const char *const days[] = {
		"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
		"Friday", "Saturday",
	};

	begin_phrase(t);
	put(t, "on a %s", days[day]);
}

static void
put_text(struct text *t, enum policy_fact fact, struct policy_text text)
{
	if (is_null_sender(fact, text)) {
		begin_phrase(t);
		put(t, "with the null sender <>");
	} else {
		put_whose(t, fact);
		put(t, " \"%.*s\"", QUOTE(text));
	}
}

static void
put_value(struct text *t, enum policy_fact fact, const struct solve_value *v)
{
	switch (fact_type(fact)) {
	case FACT_ADDRESS:
		put_client(t, &v->client);
		break;
	case FACT_NUMBER:
		put_recipients(t, v->low, v->high);
		break;
	case FACT_MINUTE:
		put_minutes(t, v->low, v->high);
		break;
	case FACT_WEEKDAY:
		put_day(t, v->low);
		break;
	default:
		put_text(t, fact, v->text);
	}
	put_taken(t, fact);
}

static void
put_fact(struct text *t, enum policy_fact fact)
{
	struct solve_value v = solve_found(t->prover->s, fact);

	if (v.kind == SOLVE_ABSENT)
		put_absent(t, fact);
	else if (v.kind == SOLVE_OTHER)
		put_other(t, fact);
	else if (v.kind == SOLVE_IS)
		put_value(t, fact, &v);
}

/* What is said of a text has a verb, and comes last; the script comes first. */
void
escape_text(const struct prover *p, char out[ESCAPE_MAX])
{
	struct text t = { .prover = p, .p = out };

	out[0] = '\0';
	put_fact(&t, POLICY_SCRIPT);
	for (int is_text = 0; is_text <= 1; is_text++)
		for (int fact = 0; fact < POLICY_FACT_IDS; fact++)
			if (fact != POLICY_SCRIPT && is_text ==
			    (fact_type((enum policy_fact)fact) == FACT_TEXT))
				put_fact(&t, (enum policy_fact)fact);
	if (t.n > 1)
		put(&t, ",");
}
