/*
 * test_key.c - one bucket for one key, and nobody can empty another's.
 */
#include "message.h"

#include "random.h"

#define ROUNDS 5000
#define LIMIT(name, class, by) "limit " name " { for " class " mail " by \
	" allow 9 messages/hour else hold }\n"

static const char rules[] =
	OWN LIMIT("all", "outbound", "")
	LIMIT("script", "local", "by script")
	LIMIT("login", "authenticated", "by login")
	LIMIT("sender", "outbound", "by sender")
	LIMIT("pair", "local", "by uid, script")
	LIMIT("client", "relayed", "by client")
	LIMIT("wide", "relayed", "by client/4:20")
	LIMIT("domain", "outbound", "by sender.domain, listener");

enum { ALL, SCRIPT, LOGIN, SENDER, PAIR, CLIENT, WIDE, DOMAIN };

static size_t
key_of(const struct policy *p, unsigned limit, const struct message *m,
       char out[POLICY_KEY_MAX])
{
	struct policy_facts f;

	facts_of(m, &f);
	return policy_key(p, limit, &f, out);
}

struct row {
	const char *name;
	unsigned limit;
	struct message a, b;
	bool want_same;
};

static const struct row rows[] = {
	{ "no key, one bucket", ALL, { .login = "a" }, { .login = "b" }, true },
	{ "no key, any class", ALL, { .class = POLICY_LOCAL }, { .class = POLICY_RELAYED }, true },
	{ "login", LOGIN, { .login = "a" }, { .login = "b" }, false },
	{ "login, from anywhere", LOGIN, { .login = "a", .client = "10.0.0.1" },
	  { .login = "a", .client = "10.0.0.2" }, true },
	{ "sender", SENDER, { .sender = "a@a.test" }, { .sender = "b@a.test" }, false },
	{ "sender, same", SENDER, { .sender = "a@a.test" }, { .sender = "a@a.test" }, true },
	{ "sender of another login", SENDER, { .sender = "a@a.test", .login = "x" },
	  { .sender = "a@a.test", .login = "y" }, false },
	{ "sender, login before client", SENDER,
	  { .sender = "a@a.test", .login = "x", .client = "10.0.0.1" },
	  { .sender = "a@a.test", .login = "x", .client = "10.0.0.2" }, true },
	{ "sender of another class", SENDER, { .class = POLICY_LOCAL, .sender = "a@a.test" },
	  { .class = POLICY_RELAYED, .sender = "a@a.test" }, false },
	{ "sender from another client", SENDER, { .sender = "a@a.test", .client = "10.0.0.1" },
	  { .sender = "a@a.test", .client = "10.0.0.2" }, false },
	{ "sender from one IPv6 network", SENDER, { .sender = "a@a.test", .client = "2001:db8::1" },
	  { .sender = "a@a.test", .client = "2001:db8::2" }, true },
	{ "script of another uid", SCRIPT, { .script = "33:a.php", .uid = "33" },
	  { .script = "33:a.php", .uid = "34" }, false },
	{ "script, uid not shown", SCRIPT, { .script = "33:a.php" },
	  { .script = "33:a.php" }, true },
	{ "two facts", PAIR, { .uid = "33", .script = "33:a.php" },
	  { .uid = "33", .script = "33:b.php" }, false },
	{ "client", CLIENT, { .client = "10.0.0.1" }, { .client = "10.0.0.2" }, false },
	{ "client, IPv6 network", CLIENT, { .client = "2001:db8::1" },
	  { .client = "2001:db8::ffff:1" }, true },
	{ "client, other IPv6 network", CLIENT, { .client = "2001:db8::1" },
	  { .client = "2001:db8:0:1::1" }, false },
	{ "client, IPv4 is not IPv6", CLIENT, { .client = "32.1.13.184" },
	  { .client = "2001:db8::1" }, false },
	{ "client prefix that is no whole byte", WIDE, { .client = "10.0.15.1" },
	  { .client = "10.0.0.1" }, true },
	{ "beyond the prefix", WIDE, { .client = "10.0.16.1" },
	  { .client = "10.0.0.1" }, false },
	{ "value moves to the next field", DOMAIN, { .sender = "x@a.test", .listener = "b" },
	  { .sender = "x@a.testb", .listener = "" }, false },
};

static void
separates(void **state)
{
	const struct row *r = *state;
	struct policy *p = compile(rules);
	char a[POLICY_KEY_MAX], b[POLICY_KEY_MAX];
	size_t a_len = key_of(p, r->limit, &r->a, a);
	size_t b_len = key_of(p, r->limit, &r->b, b);

	assert_int_equal(a_len == b_len && memcmp(a, b, a_len) == 0, r->want_same);
	policy_free(p);
}

struct text_row {
	const char *name;
	unsigned limit;
	struct message message;
	size_t size;
	const char *want;
};

static const struct text_row text_rows[] = {
	{ "text, no key", ALL, { .login = "a" }, 64, "-" },
	{ "text, script", SCRIPT, { .script = "33:contact.php", .uid = "33" }, 64, "33:contact.php" },
	{ "text, address", SENDER, { .sender = "alice@example.test" }, 64, "alice@example.test" },
	{ "text, two facts", PAIR, { .uid = "33", .script = "33:a.php" }, 64, "33,33:a.php" },
	{ "text, client", CLIENT, { .client = "192.0.2.1" }, 64, "192.0.2.1" },
	{ "text, IPv6 network", CLIENT, { .client = "2001:db8::1" }, 64, "2001:db8::/64" },
	{ "text, IPv4 network", WIDE, { .client = "192.0.2.129" }, 64, "192.0.0.0/20" },
	{ "text, cut", PAIR, { .uid = "33", .script = "33:a.php" }, 6, "33,33" },
	{ "text, cut within the first", PAIR, { .uid = "33", .script = "33:a.php" }, 2, "3" },
	{ "text, no room", PAIR, { .uid = "33", .script = "33:a.php" }, 1, "" },
};

static void
text(void **state)
{
	const struct text_row *r = *state;
	struct policy *p = compile(rules);
	struct policy_facts f;
	char out[64];

	facts_of(&r->message, &f);
	assert_int_equal(policy_key_text(p, r->limit, &f, out, r->size), strlen(r->want));
	assert_string_equal(out, r->want);
	policy_free(p);
}

/* Facts that are longer than any identity stay within the key. */
static void
key_is_bounded(void **state)
{
	char text[4 * IDENTITY_MAX + 1], out[POLICY_KEY_MAX];
	struct message m = { .login = text, .sender = text, .listener = text,
			     .uid = text, .script = text };
	struct policy *p = compile(rules);

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (unsigned i = ALL; i <= DOMAIN; i++)
		assert_true(key_of(p, i, &m, out) <= sizeof(out));
	policy_free(p);
}

/* Two messages have one key only if what the limit looks at is the same. */
static void
keys_are_unambiguous(void **state)
{
	static const char *const word[] = { "", "a", "aa", "class", "login", "\001a" };
	struct policy *p = compile(rules);
	uint64_t seed = 8;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct message m[2];
		char key[2][POLICY_KEY_MAX];
		size_t len[2];
		bool is_same;

		for (unsigned i = 0; i < 2; i++) {
			m[i] = (struct message){
				.class = (enum policy_class)random_below(&seed, 2),
				.uid = word[random_below(&seed, N_ROWS(word))],
				.script = word[random_below(&seed, N_ROWS(word))],
			};
			len[i] = key_of(p, PAIR, &m[i], key[i]);
		}
		is_same = m[0].class == m[1].class && m[0].uid == m[1].uid &&
			  m[0].script == m[1].script;
		assert_int_equal(len[0] == len[1] && memcmp(key[0], key[1], len[0]) == 0,
				 is_same);
	}
	policy_free(p);
}

int
main(void)
{
	struct CMUnitTest tests[2 + N_ROWS(rows) + N_ROWS(text_rows)] = {
		cmocka_unit_test(key_is_bounded),
		cmocka_unit_test(keys_are_unambiguous),
	};
	size_t n = 2;

	ROWS(tests, &n, rows, separates);
	ROWS(tests, &n, text_rows, text);
	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
