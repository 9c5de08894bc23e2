/*
 * key.c - which bucket of a limit a message belongs to.
 *
 * A key is a row of fields: the word of a fact and its value, each with its
 * length before it, so that no value can pass for another. Words and not
 * numbers, because buckets outlive a version.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../facts.h"
#include "../identity/identity.h"
#include "prog.h"

#define WORD_MAX 13		/* sender.domain, authenticated */
#define FIELD_MAX (1 + WORD_MAX + 2 + IDENTITY_MAX)

/* Class, principal, and the facts after `by`. */
_Static_assert((2 + POLICY_KEYS_MAX) * FIELD_MAX <= POLICY_KEY_MAX,
	       "the longest key fits");

/* Proven principal in a claimed key that names nothing of its own. */
static const struct prog_key client_network = { POLICY_CLIENT, 32, 64 };

static unsigned
prefix_of(const struct prog_key *k, const struct policy_address *a)
{
	return a->family == 4 ? k->prefix4 : k->prefix6;
}

static struct policy_address
cut(const struct policy_address *a, unsigned prefix)
{
	struct policy_address net = { .family = a->family };

	for (unsigned i = 0; i < sizeof(net.bytes); i++) {
		unsigned bits = prefix < 8 ? prefix : 8;

		net.bytes[i] = (uint8_t)(a->bytes[i] & 0xff00 >> bits);
		prefix -= bits;
	}
	return net;
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
	memcpy(p, word, word_len);
	p += word_len;
	*p++ = (char)(len >> 8);
	*p++ = (char)(len & 0xff);
	if (len > 0)
		memcpy(p, value, len);
	return (size_t)(p + len - out);
}

static size_t
put_fact(char *out, const struct prog_key *k, const struct policy_facts *f)
{
	const char *word = policy_fact_word(k->fact);
	struct policy_text t = f->text[k->fact];
	unsigned prefix = prefix_of(k, &f->client);
	struct policy_address net;
	char value[1 + sizeof(net)];

	if (fact_type(k->fact) == FACT_TEXT)
		return put_field(out, word, t.p, t.len);
	net = cut(&f->client, prefix);
	value[0] = (char)prefix;
	memcpy(value + 1, &net, sizeof(net));
	return put_field(out, word, value, sizeof(value));
}

/* Class and proven principal. */
static size_t
put_principal(char *out, const struct policy_facts *f)
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
	return n + put_fact(out + n, &k, f);
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
	size_t n = is_claimed(p, l) ? put_principal(out, f) : 0;

	for (uint32_t k = 0; k < l->n_keys; k++)
		n += put_fact(out + n, prog_key(p, l->first_key + k), f);
	return n;
}

static void
print_client(const struct prog_key *k, const struct policy_address *a, char *out,
	     size_t size)
{
	unsigned prefix = prefix_of(k, a), whole = a->family == 4 ? 32 : 128;
	struct policy_address net = cut(a, prefix);
	char text[INET6_ADDRSTRLEN];

	inet_ntop(a->family == 4 ? AF_INET : AF_INET6, net.bytes, text, sizeof(text));
	if (prefix == whole)
		snprintf(out, size, "%s", text);
	else
		snprintf(out, size, "%s/%u", text, prefix);
}

size_t
policy_key_text(const struct policy *p, unsigned i, const struct policy_facts *f,
		char *out, size_t size)
{
	const struct prog_limit *l = prog_limit(p, i);
	size_t n = 0;

	snprintf(out, size, "%s", l->n_keys == 0 ? "-" : "");
	for (uint32_t j = 0; j < l->n_keys; j++) {
		const struct prog_key *k = prog_key(p, l->first_key + j);
		struct policy_text t = f->text[k->fact];
		char client[INET6_ADDRSTRLEN + sizeof("/128")];

		if (fact_type(k->fact) == FACT_ADDRESS) {
			print_client(k, &f->client, client, sizeof(client));
			t = (struct policy_text){ client, strlen(client) };
		}
		snprintf(out + n, size - n, "%s%.*s", j == 0 ? "" : ",",
			 (int)t.len, t.p);
		n += strlen(out + n);
	}
	return strlen(out);
}
