/*
 * check_value.c - bring what a policy names to the form of what is named.
 *
 * A fact is in normal form when it is compared, so a value has to be as well:
 * `login = "Alice"` is about alice.
 */
#include "check.h"

#include <string.h>

#include "../facts.h"
#include "../identity/identity.h"
#include "../language/words.h"

static size_t
normal_form(const struct check *k, enum policy_fact fact, struct policy_text t,
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
		return identity_address(t.p, t.len, k->delimiters, out);
	case POLICY_DOMAIN:
		return identity_domain(t.p, t.len, out);
	case POLICY_LISTENER:
		return identity_name(t.p, t.len, out);
	default:
		return identity_header(t.p, t.len, out);
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
	case POLICY_LISTENER:
		return "a listener is a name in plain ASCII, as \"SUBMISSION\"";
	default:
		return "the value of a header is a line of text";
	}
}

void
check_refuse(struct check *k, enum policy_fact fact, const struct ast_value *v)
{
	diag_error(k->d, v->word.at, "'%.*s' can never be a %s: %s",
		   QUOTE(v->word.text), words_fact(fact), shape(fact));
}

static bool
has(struct policy_text t, char c)
{
	return memchr(t.p, c, t.len) != NULL;
}

static bool
is_shaped(enum policy_fact fact, struct policy_text raw, const char *normal)
{
	if (strcmp(normal, IDENTITY_INVALID) == 0)
		return false;
	if (fact == POLICY_SENDER)
		return has(raw, '@') || strcmp(normal, IDENTITY_NULL_SENDER) == 0;
	return fact != POLICY_DOMAIN || !has(raw, '@');
}

size_t
check_form(const struct check *k, enum policy_fact fact, struct policy_text raw,
	   char out[])
{
	size_t len = normal_form(k, fact, raw, out);

	return is_shaped(fact, raw, out) ? len : 0;
}

/* The value means more than is written. */
static void
warn_extension(struct check *k, const struct ast_value *v,
	       struct policy_text normal)
{
	char whole[IDENTITY_MAX + 1];
	size_t len = identity_address(v->word.text.p, v->word.text.len, "", whole);

	if (len != normal.len)
		diag_warning(k->d, v->word.at, "what follows '%s' is cut from "
			     "every sender, so this is about all mail of '%.*s': "
			     "write that, or 'recipient delimiter none'",
			     k->delimiters, QUOTE(normal));
}

/* The value means less than is written. */
static void
warn_directory(struct check *k, const struct ast_value *v)
{
	if (has(v->word.text, '/'))
		diag_warning(k->d, v->word.at, "PHP names a file without its "
			     "directory, so this is never the case: write "
			     "UID:FILE, as \"33:contact.php\"");
}

/* True if a delimiter stands where every fact has been cut. */
static bool
has_extension(const struct check *k, struct policy_text pattern)
{
	bool is_begun = false;

	for (size_t i = 0; i < pattern.len && pattern.p[i] != '@'; i++) {
		if (is_begun && strchr(k->delimiters, pattern.p[i]) != NULL)
			return true;
		is_begun |= pattern.p[i] != '*';
	}
	return false;
}

/* True if the pattern can match something that the fact may be. */
static bool
check_pattern(struct check *k, enum policy_fact fact, const struct ast_value *v)
{
	struct policy_text t = v->word.text;
	const char *good = fact == POLICY_UID ? "0123456789*?" : NULL;
	bool is_good = fact != POLICY_DOMAIN || !has(t, '@');

	for (size_t i = 0; good != NULL && i < t.len; i++)
		is_good &= strchr(good, t.p[i]) != NULL;
	if (fact == POLICY_SCRIPT)
		is_good = strchr("0123456789*?", t.p[0]) != NULL;
	if (!is_good) {
		check_refuse(k, fact, v);
		return false;
	}
	if (fact == POLICY_SCRIPT)
		warn_directory(k, v);
	if (fact == POLICY_SENDER && has_extension(k, t))
		diag_warning(k->d, v->word.at, "what follows '%s' is cut from "
			     "every sender, so this is never the case: leave it "
			     "out, or write 'recipient delimiter none'",
			     k->delimiters);
	return true;
}

/* Lower-case, if the fact is; a pattern has to be ASCII, as the fact is. */
static bool
fold_pattern(struct check *k, enum policy_fact fact, struct ast_value *v)
{
	bool is_folded = fact != POLICY_SCRIPT && fact != POLICY_LISTENER &&
			 fact < POLICY_HEADER;
	char *copy = arena_copy(k->arena, v->word.text.p, v->word.text.len);

	for (size_t i = 0; copy != NULL && i < v->word.text.len; i++) {
		if ((unsigned char)copy[i] >= 0x80 && fact < POLICY_HEADER) {
			diag_error(k->d, v->word.at, "a pattern is plain ASCII: "
				   "write the domain as 'xn--...'");
			return false;
		}
		if (is_folded && copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] - 'A' + 'a');
	}
	if (copy != NULL)
		v->word.text.p = copy;
	return check_pattern(k, fact, v);
}

static bool
check_name(struct check *k, enum policy_fact fact, struct ast_value *v)
{
	char normal[IDENTITY_MAX + 1];
	size_t len = check_form(k, fact, v->word.text, normal);
	struct policy_text text = { normal, len };

	if (len == 0) {
		check_refuse(k, fact, v);
		return false;
	}
	if (fact == POLICY_SENDER)
		warn_extension(k, v, text);
	if (fact == POLICY_SCRIPT)
		warn_directory(k, v);
	text.p = arena_copy(k->arena, normal, len);
	if (text.p != NULL)
		v->word.text = text;
	return true;
}

bool
check_value(struct check *k, enum policy_fact fact, struct ast_value *v)
{
	/* What looks like an address may stand in any header. */
	if (v->kind == AST_NETWORK && fact >= POLICY_HEADER)
		v->kind = AST_NAME;
	if ((fact_type(fact) == FACT_ADDRESS) != (v->kind == AST_NETWORK)) {
		check_refuse(k, fact, v);
		return false;
	}
	if (v->kind == AST_NETWORK) {
		check_network(k, v);
		return true;
	}
	return v->kind == AST_GLOB ? fold_pattern(k, fact, v) :
	       check_name(k, fact, v);
}
