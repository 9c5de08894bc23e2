/*
 * key.c - which bucket of a limit a message belongs to.
 *
 * A key is a row of fields: the word of a fact and its value, each with its
 * length before it, so that no value can pass for another; nor for the name
 * that stands for a missing one, whose word is another. Words and not numbers,
 * because buckets outlive a version.
 */
#include <stdio.h>
#include <string.h>

#include "../facts.h"
#include "../identity/identity.h"
#include "eval.h"

#define OTHERWISE "or:"		/* before what stands for a missing fact */
#define HEADER "header:"
#define WORD_MAX (sizeof(OTHERWISE HEADER) - 1 + POLICY_HEADER_MAX)
#define FIELD_MAX (1 + WORD_MAX + 2 + IDENTITY_MAX)

/* Class, principal, and the facts after `by`. */
_Static_assert((2 + POLICY_KEYS_MAX) * FIELD_MAX <= POLICY_KEY_MAX,
	       "the longest key fits");

/* Proven principal in a claimed key that names nothing of its own. */
static const struct prog_key client_network = {
	{ 0, 0 }, POLICY_CLIENT, 32, 64,
};

static unsigned
prefix_of(const struct prog_key *k, const struct policy_address *a)
{
	return a->family == 4 ? k->prefix4 : k->prefix6;
}

static char *
put(char *out, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(out, bytes, len);
	return out + len;
}

static size_t
put_field(char *out, const char *word, const void *value, size_t len)
{
	size_t word_len = strlen(word);
	char *p = out;

	/* Facts are at most IDENTITY_MAX bytes; never trust it with memory. */
	if (len > IDENTITY_MAX)
		len = IDENTITY_MAX;
	*p++ = (char)word_len;
	p = put(p, word, word_len);
	*p++ = (char)(len >> 8);
	*p++ = (char)(len & 0xff);
	p = put(p, value, len);
	return (size_t)(p - out);
}

static void
word_of(const struct policy *p, const struct prog_key *k, bool is_there,
	char out[WORD_MAX + 1])
{
	const char *before = is_there ? "" : OTHERWISE;

	if (k->fact < POLICY_HEADER)
		snprintf(out, WORD_MAX + 1, "%s%s", before,
			 policy_fact_word(k->fact));
	else
		snprintf(out, WORD_MAX + 1, "%s" HEADER "%s", before,
			 policy_header(p, k->fact - POLICY_HEADER));
}

static size_t
put_client(char *out, const char *word, const struct prog_key *k,
	   const struct policy_address *client)
{
	unsigned prefix = prefix_of(k, client);
	struct policy_address net = identity_network(client, prefix);
	char value[1 + sizeof(net)];

	value[0] = (char)prefix;
	memcpy(value + 1, &net, sizeof(net));
	return put_field(out, word, value, sizeof(value));
}

static size_t
put_fact(const struct policy *p, char *out, const struct prog_key *k,
	 const struct policy_facts *f)
{
	bool is_there = eval_has(f, k->fact);
	struct policy_text t = f->text[k->fact];
	char word[WORD_MAX + 1];

	word_of(p, k, is_there, word);
	if (is_there && fact_type(k->fact) == FACT_ADDRESS)
		return put_client(out, word, k, &f->client);
	if (!is_there)
		t = prog_bytes(p, k->otherwise);
	return put_field(out, word, t.p, t.len);
}

/* Class and proven principal. */
static size_t
put_principal(const struct policy *p, char *out, const struct policy_facts *f)
{
	const char *class = policy_class_word(f->class);
	struct prog_key k = client_network;
	size_t n = put_field(out, "class", class, strlen(class));

	if (f->text[POLICY_LOGIN].p != NULL)
		k.fact = POLICY_LOGIN;
	else if (f->text[POLICY_UID].p != NULL)
		k.fact = POLICY_UID;
	else if (f->client.family == 0)
		return n;
	return n + put_fact(p, out + n, &k, f);
}

static bool
is_claimed(const struct policy *p, const struct prog_limit *l)
{
	for (uint32_t i = 0; i < l->n_keys; i++)
		if (fact_trust(prog_key(p, l->first_key + i)->fact) == FACT_CLAIMED)
			return true;
	return false;
}

size_t
policy_key(const struct policy *p, unsigned i, const struct policy_facts *f,
	   char out[POLICY_KEY_MAX])
{
	const struct prog_limit *l = prog_limit(p, i);
	size_t n = is_claimed(p, l) ? put_principal(p, out, f) : 0;

	for (uint32_t k = 0; k < l->n_keys; k++)
		n += put_fact(p, out + n, prog_key(p, l->first_key + k), f);
	return n;
}

/* Where a key is written for people. */
struct shown {
	char *out;
	size_t len, size;
};

static void
show(struct shown *s, char c)
{
	if (s->len + 1 < s->size)
		s->out[s->len++] = c;
}

static void
show_all(struct shown *s, const char *text)
{
	while (*text != '\0')
		show(s, *text++);
}

/* A value that looks like a row of two, or like a default, gets backslashes: a
 * freeze of one key is never one of another. */
static void
show_value(struct shown *s, struct policy_text t)
{
	const size_t tag_len = sizeof(OTHERWISE) - 1;

	if (t.len >= tag_len && memcmp(t.p, OTHERWISE, tag_len) == 0)
		show(s, '\\');
	for (size_t i = 0; i < t.len; i++) {
		if (t.p[i] == ',' || t.p[i] == '\\')
			show(s, '\\');
		show(s, t.p[i]);
	}
}

static void
show_client(struct shown *s, const struct prog_key *k,
	    const struct policy_address *client)
{
	unsigned prefix = prefix_of(k, client);
	struct policy_address net = identity_network(client, prefix);
	char text[IDENTITY_NETWORK_MAX];

	show_all(s, identity_network_text(&net, prefix, text));
}

static void
show_fact(struct shown *s, const struct policy *p, const struct prog_key *k,
	  const struct policy_facts *f)
{
	if (!eval_has(f, k->fact)) {
		show_all(s, OTHERWISE);
		show_value(s, prog_bytes(p, k->otherwise));
	} else if (fact_type(k->fact) == FACT_ADDRESS) {
		show_client(s, k, &f->client);
	} else {
		show_value(s, f->text[k->fact]);
	}
}

size_t
policy_key_text(const struct policy *p, unsigned i, const struct policy_facts *f,
		char *out, size_t size)
{
	const struct prog_limit *l = prog_limit(p, i);
	struct shown s = { out, 0, size };

	if (l->n_keys == 0)
		show(&s, '-');
	for (uint32_t j = 0; j < l->n_keys; j++) {
		if (j > 0)
			show(&s, ',');
		show_fact(&s, p, prog_key(p, l->first_key + j), f);
	}
	if (size > 0)
		out[s.len] = '\0';
	return s.len;
}
