/*
 * check_value.c - bring what a policy names to the form of what is named.
 *
 * A fact is in normal form when it is compared, so a value has to be as well:
 * `login = "Alice"` is about alice. Recipient extensions are left as they are
 * written: where the site cuts them, they are cut from the fact.
 */
#include "check.h"

#include <string.h>

#include "../facts.h"
#include "../identity/identity.h"
#include "../language/words.h"

static size_t
normal_form(enum policy_fact fact, struct policy_text t,
	    char out[IDENTITY_MAX + 1])
{
	switch (fact) {
	case POLICY_UID:
		return identity_uid(t.p, t.len, out);
	case POLICY_LOGIN:
		return identity_login(t.p, t.len, out);
	case POLICY_SCRIPT:
		return identity_script(t.p, t.len, out);
	case POLICY_SENDER:
		return identity_address(t.p, t.len, IDENTITY_DELIMITERS, out);
	case POLICY_DOMAIN:
		return identity_domain(t.p, t.len, out);
	default:
		return identity_name(t.p, t.len, out);
	}
}

/* What a value of the fact looks like. */
static const char *
shape(enum policy_fact fact)
{
	switch (fact) {
	case POLICY_UID:
		return "a user id is a number, as 33";
	case POLICY_LOGIN:
		return "a login is a name, as \"alice\"";
	case POLICY_SCRIPT:
		return "a script is UID:FILE, as \"33:contact.php\"";
	case POLICY_SENDER:
		return "a sender is an address, as \"news@shop.example\"; "
		       "\"*@shop.example\" is all of a domain";
	case POLICY_DOMAIN:
		return "a domain is what follows the @, as \"shop.example\"";
	case POLICY_CLIENT:
		return "a client is an address or a network, as 192.0.2.0/24";
	default:
		return "a listener is a name in plain ASCII, as \"SUBMISSION\"";
	}
}

static void
refuse(struct check *k, enum policy_fact fact, const struct ast_value *v)
{
	diag_error(k->d, v->word.at, "'%.*s' can never be a %s: %s",
		   QUOTE(v->word.text), words_facts.list[fact], shape(fact));
}

static bool
has_at(struct policy_text t)
{
	return memchr(t.p, '@', t.len) != NULL;
}

/* Lower-case, if the fact is; a pattern has to be ASCII, as the fact is. */
static bool
fold_pattern(struct check *k, enum policy_fact fact, struct ast_value *v)
{
	bool is_folded = fact != POLICY_SCRIPT && fact != POLICY_LISTENER;
	char *copy = arena_copy(k->arena, v->word.text.p, v->word.text.len);

	for (size_t i = 0; copy != NULL && i < v->word.text.len; i++) {
		if ((unsigned char)copy[i] >= 0x80) {
			diag_error(k->d, v->word.at, "a pattern is plain ASCII: "
				   "write the domain as 'xn--...'");
			return false;
		}
		if (is_folded && copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] - 'A' + 'a');
	}
	if (copy != NULL)
		v->word.text.p = copy;
	return true;
}

static bool
is_shaped(enum policy_fact fact, struct policy_text raw, const char *normal)
{
	if (strcmp(normal, IDENTITY_INVALID) == 0)
		return false;
	if (fact == POLICY_SENDER)
		return has_at(raw) || strcmp(normal, IDENTITY_NULL_SENDER) == 0;
	return fact != POLICY_DOMAIN || !has_at(raw);
}

bool
check_value(struct check *k, enum policy_fact fact, struct ast_value *v)
{
	char normal[IDENTITY_MAX + 1];
	const char *kept;
	size_t len;

	if ((fact_type(fact) == FACT_ADDRESS) != (v->kind == AST_NETWORK)) {
		refuse(k, fact, v);
		return false;
	}
	if (v->kind == AST_NETWORK)
		return true;
	if (v->kind == AST_GLOB)
		return fold_pattern(k, fact, v);
	len = normal_form(fact, v->word.text, normal);
	if (len == 0 || !is_shaped(fact, v->word.text, normal)) {
		refuse(k, fact, v);
		return false;
	}
	kept = arena_copy(k->arena, normal, len);
	if (kept != NULL)
		v->word.text = (struct policy_text){ kept, len };
	return true;
}
