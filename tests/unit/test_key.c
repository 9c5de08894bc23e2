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
	LIMIT("domain", "outbound", "by sender.domain, listener")
	LIMIT("named", "local", "by script or \"none\"")
	LIMIT("user", "outbound", "by login or \"nobody\", client or \"here\"")
	LIMIT("header", "outbound", "by header \"X-Tag\" or \"none\"")
	LIMIT("other", "outbound", "by header \"X-Other\" or \"none\"");

enum { ALL, SCRIPT, LOGIN, SENDER, PAIR, CLIENT, WIDE, DOMAIN, NAMED, USER, HEADER,
       OTHER };

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
	{ "no script, no script", NAMED, { .uid = "33" }, { .uid = "33" }, true },
	{ "no script, another uid", NAMED, { .uid = "33" }, { .uid = "34" }, false },
	{ "no script, and one of that name", NAMED, { .uid = "33" },
	  { .uid = "33", .script = "none" }, false },
	{ "a script where there need be none", NAMED, { .uid = "33", .script = "33:a.php" },
	  { .uid = "33", .script = "33:b.php" }, false },
	{ "nobody, from anywhere else", USER, { .client = "10.0.0.1" },
	  { .client = "10.0.0.2" }, false },
	{ "nobody, and one of that name", USER, { .login = "nobody" }, { .login = NULL }, false },
	{ "nobody, from here", USER, { .class = POLICY_LOCAL }, { .class = POLICY_RELAYED }, true },
	{ "header", HEADER, { .header = { "a" } }, { .header = { "b" } }, false },
	{ "header, same", HEADER, { .header = { "a", "x" } }, { .header = { "a", "y" } }, true },
	{ "no header, and one of that name", HEADER, { .header = { "none" } },
	  { .header = { NULL } }, false },
	{ "header of another login", HEADER, { .header = { "a" }, .login = "x" },
	  { .header = { "a" }, .login = "y" }, false },
	{ "the other header", OTHER, { .header = { "a", "x" } }, { .header = { "b", "x" } }, true },
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
	{ "text, no script", NAMED, { .uid = "33" }, 64, "or:none" },
	{ "text, nobody, from here", USER, { .uid = "33" }, 64, "or:nobody,or:here" },
	{ "text, nobody, from there", USER, { .client = "10.0.0.1" }, 64, "or:nobody,10.0.0.1" },
	{ "text, header", OTHER, { .header = { "a", "b" } }, 64, "b" },
	{ "text, a comma in a value", OTHER, { .header = { "a", "b,c" } }, 64, "b\\,c" },
	{ "text, a backslash in a value", OTHER, { .header = { "a", "b\\" } }, 64, "b\\\\" },
	{ "text, the name of a default", OTHER, { .header = { "a", "or:none" } }, 64,
	  "\\or:none" },
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

/* Facts that are longer than any identity, and the longest header that can be
 * named, stay within the key. */
static void
key_is_bounded(void **state)
{
	char text[4 * IDENTITY_MAX + 1], out[POLICY_KEY_MAX], policy[4096];
	struct message m = { .login = text, .sender = text, .listener = text,
			     .uid = text, .script = text, .header = { text, text } };
	struct policy *p;
	char name[POLICY_HEADER_MAX + 1];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(name, 'h', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(policy, sizeof(policy), "%s" LIMIT("long", "authenticated", "by header "
		 "\"%.63s\" or \"x\", header \"%s\" or \"y\", sender, login"), rules, name,
		 name);
	p = compile(policy);
	for (unsigned i = 0; i < policy_limits(p); i++)
		assert_true(key_of(p, i, &m, out) <= sizeof(out));
	m.header[0] = m.header[1] = NULL;
	for (unsigned i = 0; i < policy_limits(p); i++)
		assert_true(key_of(p, i, &m, out) <= sizeof(out));
	policy_free(p);
}

/* Buckets outlive a version: the words in a key, and their order, stay. */
static void
keys_are_as_they_were(void **state)
{
	static const struct { unsigned limit; struct message m; const char *want; } keys[] = {
		{ LOGIN, { .login = "a" }, "\5login\0\1a" },
		{ NAMED, { .uid = "3" }, "\5class\0\5local\3uid\0\0013\11or:script\0\4none" },
		{ HEADER, { .header = { "v" } }, "\5class\0\5local\14header:x-tag\0\1v" },
	};
	static const size_t len[] = { 9, 36, 29 };
	struct policy *p = compile(rules);
	char out[POLICY_KEY_MAX];

	(void)state;
	for (unsigned i = 0; i < N_ROWS(keys); i++) {
		assert_int_equal(key_of(p, keys[i].limit, &keys[i].m, out), len[i]);
		assert_memory_equal(out, keys[i].want, len[i]);
	}
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
	struct CMUnitTest tests[3 + N_ROWS(rows) + N_ROWS(text_rows)] = {
		cmocka_unit_test(key_is_bounded),
		cmocka_unit_test(keys_are_as_they_were),
		cmocka_unit_test(keys_are_unambiguous),
	};
	size_t n = 3;

	ROWS(tests, &n, rows, separates);
	ROWS(tests, &n, text_rows, text);
	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
