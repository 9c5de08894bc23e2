/*
 * random_facts.c - messages that nobody chose.
 */
#include "random.h"

#include <string.h>

#include "../../policy/identity/identity.h"

#define N(list) (sizeof(list) / sizeof((list)[0]))

static const char *const logins[] = { "alice", "bob", "carol", "dave" };
static const char *const uids[] = { "0", "33", "1000" };
static const char *const scripts[] = { "33:a.php", "33:b.php", "1000:a.php" };
static const char *const listeners[] = { "smtpd", "SUBMISSION" };
static const char *const senders[] = {
	"a@x.example", "b@x.example", "a@y.example", IDENTITY_NULL_SENDER,
	IDENTITY_INVALID,
};
static const char *const headers[] = { "one", "two", "three" };

static struct policy_text
pick(struct random *r, const char *const *list, size_t n)
{
	const char *p = list[random_below(r, (unsigned)n)];

	return (struct policy_text){ p, strlen(p) };
}

/* 192.0.2.x is relayed, 198.51.100.x is not; now and then IPv6. */
static struct policy_address
client(struct random *r, bool is_own)
{
	struct policy_address a = { .family = 4,
		.bytes = { 198, 51, 100, (uint8_t)random_below(r, 4) } };

	if (random_chance(r, 20))
		return (struct policy_address){ .family = 6, .bytes = {
			0x20, 0x01, 0x0d, 0xb8, 0, is_own ? 0 : 1,
			[7] = (uint8_t)random_below(r, 3) } };
	if (is_own)
		memcpy(a.bytes, (uint8_t[]){ 192, 0, 2 }, 3);
	return a;
}

void
random_facts(struct random *r, unsigned n_headers, struct policy_facts *f)
{
	memset(f, 0, sizeof(*f));
	f->class = (enum policy_class)random_below(r, POLICY_CLASSES);
	f->text[POLICY_LISTENER] = pick(r, listeners, N(listeners));
	f->text[POLICY_SENDER] = pick(r, senders, N(senders));
	f->text[POLICY_DOMAIN] = identity_domain_of(f->text[POLICY_SENDER].p,
						    f->text[POLICY_SENDER].len);
	f->recipients = 1 + random_below(r, 6);
	f->minute = (uint16_t)(random_below(r, 48) * 30);
	f->weekday = (uint8_t)random_below(r, 7);
	if (f->class == POLICY_LOCAL && random_chance(r, 60))
		f->text[POLICY_UID] = pick(r, uids, N(uids));
	if (f->class == POLICY_LOCAL && random_chance(r, 60))
		f->text[POLICY_SCRIPT] = pick(r, scripts, N(scripts));
	if (f->class == POLICY_AUTHENTICATED)
		f->text[POLICY_LOGIN] = pick(r, logins, N(logins));
	if (f->class != POLICY_LOCAL)
		f->client = client(r, f->class == POLICY_RELAYED ||
				   (f->class == POLICY_AUTHENTICATED &&
				    random_chance(r, 50)));
	for (unsigned i = 0; i < n_headers; i++)
		if (random_chance(r, 60))
			f->text[POLICY_HEADER + i] = pick(r, headers, N(headers));
}
