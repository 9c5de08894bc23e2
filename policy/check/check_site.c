/*
 * check_site.c - what a policy says of the site: networks, nodes, delimiters,
 * headers, and the answers that no limit gives.
 */
#include "check.h"

#include <string.h>

#include "../identity/identity.h"
#include "../language/words.h"

#define SECOND_US UINT64_C(1000000)
#define LEASE_MIN_US (10 * SECOND_US)
#define LEASE_MAX_US (3600 * SECOND_US)

static void
add_own_network(struct check *k, const char *text)
{
	struct ast_value *v = arena_alloc(k->arena, sizeof(*v));

	if (v == NULL)
		return;
	v->kind = AST_NETWORK;
	v->word.text = (struct policy_text){ text, strlen(text) };
	if (strcmp(text, "::1") == 0) {
		v->net = (struct policy_address){ .family = 6, .bytes[15] = 1 };
		v->prefix = 128;
	} else {
		v->net = (struct policy_address){ .family = 4, .bytes[0] = 127 };
		v->prefix = 8;
	}
	v->next = k->tree->own_networks;
	k->tree->own_networks = v;
}

static void
check_own_network(struct check *k, const struct ast_value *v)
{
	if (v->kind != AST_NETWORK)
		diag_error(k->d, v->word.at, "'%.*s' is not a network: write "
			   "192.0.2.0/24, 2001:db8::/32, or one address", QUOTE(v->word.text));
	else if (v->prefix == 0)
		diag_error(k->d, v->word.at, "'%.*s' is everybody, who would all "
			   "be yours: name the networks that may relay",
			   QUOTE(v->word.text));
	else
		check_network(k, v);
}

static void
check_own_networks(struct check *k)
{
	/* After a mistake it may be there, and was not read. */
	if (k->tree->own_networks_at.len == 0 && diags_errors(k->d) == 0)
		diag_warning(k->d, (struct span){ 0, 0 }, "no 'own networks': "
			     "only this host counts as yours; write 'own "
			     "networks { 127.0.0.0/8, ::1 }' and add the "
			     "networks that may relay");
	if (k->tree->own_networks_at.len == 0) {
		add_own_network(k, "::1");
		add_own_network(k, "127.0.0.0/8");
	}
	for (struct ast_value *v = k->tree->own_networks; v != NULL; v = v->next)
		check_own_network(k, v);
}

static bool
is_delimiter(char c)
{
	bool is_other = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			(c >= 'a' && c <= 'z');

	return c > ' ' && c <= '~' && !is_other && strchr("@.\"", c) == NULL;
}

/* Where the character stands in a quoted word. */
static struct span
span_of(const struct ast_word *word, size_t i)
{
	if (word->at.len < word->text.len + 2)
		return word->at;
	return (struct span){ word->at.at + 1 + (uint32_t)i, 1 };
}

static void
check_delimiters(struct check *k)
{
	const struct ast_word *word = &k->tree->delimiters;
	struct policy_text t = word->text;

	memcpy(k->delimiters, IDENTITY_DELIMITERS, sizeof(IDENTITY_DELIMITERS));
	if (t.p == NULL)
		return;
	if (t.len > POLICY_DELIMITERS_MAX) {
		diag_error(k->d, word->at, "%zu delimiters are too many; the "
			   "limit is %d: write what 'postconf "
			   "recipient_delimiter' says", t.len,
			   POLICY_DELIMITERS_MAX);
		return;
	}
	for (size_t i = 0; i < t.len; i++)
		if (!is_delimiter(t.p[i])) {
			diag_error(k->d, span_of(word, i), "this cannot divide an "
				   "address: a delimiter is a mark as + or -, "
				   "but not @, a dot or a quote");
			return;
		}
	memset(k->delimiters, 0, sizeof(k->delimiters));
	memcpy(k->delimiters, t.p, t.len);
}

/* RFC 5322, 3.6.8: printable ASCII without a colon. */
static void
check_header(struct check *k, const struct ast_word *word)
{
	struct policy_text t = word->text;

	if (t.len == 0)
		diag_error(k->d, word->at, "a header has a name: write one, as "
			   "\"X-Mailer\"");
	if (t.len > POLICY_HEADER_MAX)
		diag_error(k->d, word->at, "the name of this header has %zu "
			   "characters; the limit is %d", t.len,
			   POLICY_HEADER_MAX);
	for (size_t i = 0; i < t.len; i++)
		if (t.p[i] <= ' ' || t.p[i] > '~' || t.p[i] == ':') {
			diag_error(k->d, span_of(word, i), "the name of a header "
				   "is plain ASCII without space and colon: "
				   "write it as \"X-Mailer\"");
			return;
		}
}

static void
check_nodes(struct check *k)
{
	const struct ast_policy *t = k->tree;

	if (t->nodes_at.len != 0 && (t->nodes < 1 || t->nodes > CHECK_NODES_MAX))
		diag_error(k->d, t->nodes_at, "1 to %d nodes can share a policy: "
			   "write how many run sluiced", CHECK_NODES_MAX);
	if (t->is_two_person)
		diag_warning(k->d, t->two_person_at, "this version records who "
			     "thaws, but does not ask a second person yet: "
			     "remove it, or see to it yourself");
}

static void
check_outage(struct check *k, const struct ast_outage *o)
{
	check_other_answer(k, &o->local, "mail in an outage", true);
	check_other_answer(k, &o->smtp, "mail in an outage", false);
	if (o->lease_at.len != 0 &&
	    (o->lease_us < LEASE_MIN_US || o->lease_us > LEASE_MAX_US))
		diag_error(k->d, o->lease_at, "a lease lasts from 10 seconds to "
			   "1 hour: choose a time between");
	else if (o->is_given && k->tree->nodes <= 1 && k->tree->nodes_at.len == 0)
		diag_warning(k->d, o->at, "one node by itself knows every freeze, "
			     "so this is never asked: write 'nodes N' if there "
			     "are more, or remove it");
}

void
check_site(struct check *k)
{
	const struct ast_policy *t = k->tree;

	check_delimiters(k);
	check_own_networks(k);
	for (unsigned i = 0; i < t->n_headers; i++)
		check_header(k, &t->header[i]);
	check_nodes(k);
	check_other_answer(k, &t->frozen.local, "frozen mail", true);
	check_other_answer(k, &t->frozen.smtp, "frozen mail", false);
	check_outage(k, &t->outage);
}
