/*
 * scope.c - whom a freeze is for: from text, to text, and whether it fits.
 */
#include "scope.h"

#include <stdio.h>
#include <string.h>

static const char *const words[] = {
	[SCOPE_ALL] = "all",
	[SCOPE_CLASS] = "class",
	[SCOPE_SCRIPT] = "script",
	[SCOPE_UID] = "uid",
	[SCOPE_LOGIN] = "login",
	[SCOPE_SENDER] = "sender",
	[SCOPE_DOMAIN] = "domain",
	[SCOPE_CLIENT] = "client",
	[SCOPE_LIMIT] = "limit",
};

#define N_WORDS (sizeof(words) / sizeof(words)[0])

/* Between the word and the value. */
static char
separator(enum scope_kind kind)
{
	return kind == SCOPE_LIMIT ? '/' : ':';
}

static bool
set_class(struct scope *s, const char *value, struct error *e)
{
	for (int c = POLICY_LOCAL; c < POLICY_INBOUND; c++) {
		const char *word = policy_class_word((enum policy_class)c);

		if (strcmp(value, word) == 0) {
			s->class = (enum policy_class)c;
			snprintf(s->value, sizeof(s->value), "%s", word);
			return true;
		}
	}
	return error_set(e, "'%.60s' is not a class of outbound mail; the classes are "
			 "local, authenticated and relayed", value);
}

/* False: not a number of at most three digits. */
static bool
parse_prefix(const char *text, unsigned *prefix)
{
	size_t len = strlen(text);

	if (len < 1 || len > 3 || strspn(text, "0123456789") != len)
		return false;
	*prefix = 0;
	for (; *text != '\0'; text++)
		*prefix = 10 * *prefix + (unsigned)(*text - '0');
	return true;
}

static bool
set_client(struct scope *s, const char *value, struct error *e)
{
	const char *slash = strchr(value, '/');
	size_t len = slash == NULL ? strlen(value) : (size_t)(slash - value);
	struct policy_address given;
	unsigned most;

	if (!identity_client(value, len, &given))
		return error_set(e, "'%.60s' is not an address or a network, as "
				 "192.0.2.1 or 2001:db8::/32", value);
	most = identity_bits(&given);
	s->prefix = most;
	if (slash != NULL && (!parse_prefix(slash + 1, &s->prefix) ||
			      s->prefix > most))
		return error_set(e, "'%.60s' is not a network: the prefix is a number "
				 "from 0 to %u", value, most);
	s->net = identity_network(&given, s->prefix);
	identity_network_text(&s->net, s->prefix, s->value);
	if (memcmp(&s->net, &given, sizeof(given)) != 0)
		return error_set(e, "'%.60s' has bits beyond its prefix; "
				 "the network is %s", value, s->value);
	return true;
}

static bool
set_limit(struct scope *s, const char *value, struct error *e)
{
	size_t len = strcspn(value, "/");

	if (len < 1 || len > POLICY_NAME_MAX || value[len] != '/' ||
	    strlen(value) > SCOPE_VALUE_MAX)
		return error_set(e, "'%.60s' is not a limit and a key, as "
				 "limit/script-mail/33:contact.php", value);
	snprintf(s->value, sizeof(s->value), "%s", value);
	return true;
}

void
scope_set_limit(struct scope *s, const struct policy *p, unsigned i,
		const struct policy_facts *f)
{
	int n;

	memset(s, 0, sizeof(*s));
	s->kind = SCOPE_LIMIT;
	n = snprintf(s->value, sizeof(s->value), "%s/", policy_limit(p, i).name);
	policy_key_text(p, i, f, s->value + n, sizeof(s->value) - (size_t)n);
}

/* What is malformed falls into one bucket when mail brings it; from an
 * operator it is a slip, unless he spells that bucket's name. */
static bool
set_identity(struct scope *s, const char *value, struct error *e)
{
	size_t len = strlen(value), n;
	const char *want;

	switch (s->kind) {
	case SCOPE_SCRIPT:
		n = identity_script(value, len, s->value);
		want = "a script, as PHP names it: UID:FILE, as 33:contact.php";
		break;
	case SCOPE_UID:
		n = identity_uid(value, len, s->value);
		want = "a user id, as 33";
		break;
	case SCOPE_LOGIN:
		n = identity_login(value, len, s->value);
		want = "a login";
		break;
	case SCOPE_SENDER:
		/* What the extension is, the policy says: is_sender. */
		n = identity_address(value, len, "", s->value);
		want = "a sender address; the null sender is " IDENTITY_NULL_SENDER;
		break;
	default:
		n = identity_domain(value, len, s->value);
		want = "a domain, as shop.example";
		break;
	}
	if (n == 0 || (strcmp(s->value, IDENTITY_INVALID) == 0 &&
		       strcmp(value, IDENTITY_INVALID) != 0))
		return error_set(e, "'%.60s' is not %s", value, want);
	return true;
}

bool
scope_set(struct scope *s, enum scope_kind kind, const char *value,
	  struct error *e)
{
	memset(s, 0, sizeof(*s));
	s->kind = kind;
	if (kind == SCOPE_ALL) {
		if (value != NULL && *value != '\0')
			return error_set(e, "the scope 'all' takes no value");
		return true;
	}
	if (value == NULL || *value == '\0')
		return error_set(e, "the scope '%s' needs a value%s", words[kind],
				 kind == SCOPE_SENDER ? "; the null sender is "
				 IDENTITY_NULL_SENDER : "");
	if (kind == SCOPE_CLASS)
		return set_class(s, value, e);
	if (kind == SCOPE_CLIENT)
		return set_client(s, value, e);
	if (kind == SCOPE_LIMIT)
		return set_limit(s, value, e);
	return set_identity(s, value, e);
}

bool
scope_parse(struct scope *s, const char *text, struct error *e)
{
	for (size_t i = 0; i < N_WORDS; i++) {
		enum scope_kind kind = (enum scope_kind)i;
		size_t len = strlen(words[i]);

		if (strncmp(words[i], text, len) != 0)
			continue;
		if (text[len] == separator(kind))
			return scope_set(s, kind, text + len + 1, e);
		if (text[len] == '\0')
			return scope_set(s, kind, NULL, e);
	}
	return error_set(e, "'%.60s' is not a scope; a scope is all, or class:, script:, "
			 "uid:, login:, sender:, domain: or client: and a value, or "
			 "limit/NAME/KEY", text);
}

void
scope_text(const struct scope *s, char out[SCOPE_TEXT_MAX + 1])
{
	if (s->kind == SCOPE_ALL)
		snprintf(out, SCOPE_TEXT_MAX + 1, "%s", words[s->kind]);
	else
		snprintf(out, SCOPE_TEXT_MAX + 1, "%s%c%s", words[s->kind],
			 separator(s->kind), s->value);
}

static bool
is_equal(const struct scope *s, struct policy_text text)
{
	return text.p != NULL && text.len == strlen(s->value) &&
		memcmp(text.p, s->value, text.len) == 0;
}

/* The policy may have another delimiter than the one under which it was
 * frozen. */
static bool
is_sender(const struct scope *s, const struct scope_mail *m)
{
	const char *delimiters = m->policy != NULL ?
				 policy_site(m->policy).delimiters : IDENTITY_DELIMITERS;
	struct policy_text sender = m->facts->text[POLICY_SENDER];
	char value[IDENTITY_MAX + 1];
	size_t len = identity_address(s->value, strlen(s->value), delimiters, value);

	return sender.p != NULL && sender.len == len &&
		memcmp(sender.p, value, len) == 0;
}

static bool
is_of(const struct scope *s, const struct scope_mail *m)
{
	const struct policy_facts *f = m->facts;

	switch (s->kind) {
	case SCOPE_ALL:
		return true;
	case SCOPE_CLASS:
		return f->class == s->class;
	case SCOPE_SCRIPT:
		return is_equal(s, f->text[POLICY_SCRIPT]);
	case SCOPE_UID:
		return is_equal(s, f->text[POLICY_UID]);
	case SCOPE_LOGIN:
		return is_equal(s, f->text[POLICY_LOGIN]);
	case SCOPE_SENDER:
		return is_sender(s, m);
	case SCOPE_DOMAIN:
		return is_equal(s, f->text[POLICY_DOMAIN]);
	case SCOPE_CLIENT:
		return f->client.family != 0 &&
			identity_in_network(&f->client, &s->net, s->prefix);
	case SCOPE_LIMIT:
		return false;
	}
	return true;		/* a scope that nobody can read stops everything */
}

bool
scope_matches(const struct scope *s, const struct scope_mail *m)
{
	return m->facts->class != POLICY_INBOUND && !m->is_exempt && is_of(s, m);
}
