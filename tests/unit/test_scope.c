/*
 * test_scope.c - one spelling of a scope, and the mail that it is for.
 */
#include "test.h"

#include "../../milter/ledger/scope.h"

struct spelling {
	const char *name;
	const char *text;
	const char *want;	/* NULL: refused, with why in the sentence */
	const char *why;
};

static const struct spelling spellings[] = {
	{ "all", "all", .want = "all" },
	{ "class", "class:local", .want = "class:local" },
	{ "script", "script:33:contact.php", .want = "script:33:contact.php" },
	{ "uid", "uid:33", .want = "uid:33" },
	{ "uid as in the header", "uid:uid=033", .want = "uid:33" },
	{ "login folded", "login:Alice", .want = "login:alice" },
	{ "sender folded", "sender:<News@Shop.Example>",
	  .want = "sender:news@shop.example" },
	{ "sender with what may be an extension", "sender:news+a@shop.example",
	  .want = "sender:news+a@shop.example" },
	{ "null sender", "sender:<>", .want = "sender:<>" },
	{ "domain folded", "domain:Shop.Example.", .want = "domain:shop.example" },
	{ "address", "client:192.0.2.1", .want = "client:192.0.2.1" },
	{ "full prefix", "client:192.0.2.1/32", .want = "client:192.0.2.1" },
	{ "network", "client:192.0.2.0/24", .want = "client:192.0.2.0/24" },
	{ "everything", "client:0.0.0.0/0", .want = "client:0.0.0.0/0" },
	{ "IPv6 network", "client:2001:DB8::/32", .want = "client:2001:db8::/32" },
	{ "mapped address", "client:::ffff:192.0.2.1", .want = "client:192.0.2.1" },
	{ "limit and key", "limit/script-mail/33:contact.php",
	  .want = "limit/script-mail/33:contact.php" },
	{ "limit and a key with slashes", "limit/hosts/2001:db8::/64",
	  .want = "limit/hosts/2001:db8::/64" },
	{ "limit without a key", "limit/web-host/-", .want = "limit/web-host/-" },
	{ "the bucket of the malformed", "login:(invalid)",
	  .want = "login:(invalid)" },

	{ "limit alone", "limit", .why = "needs a value" },
	{ "limit and no key", "limit/script-mail", .why = "not a limit and a key" },
	{ "limit without a name", "limit//x", .why = "not a limit and a key" },
	{ "limit with a colon", "limit:script-mail/x", .why = "is not a scope" },
	{ "no such kind", "user:alice", .why = "a scope is all, or class:" },
	{ "empty", "", .why = "is not a scope" },
	{ "all of what", "all:mail", .why = "takes no value" },
	{ "no value", "login:", .why = "needs a value" },
	{ "no value, no colon", "login", .why = "needs a value" },
	{ "empty sender", "sender:", .why = "the null sender is <>" },
	{ "inbound", "class:inbound", .why = "local, authenticated and relayed" },
	{ "script without uid", "script:contact.php", .why = "UID:FILE" },
	{ "uid is a name", "uid:www-data", .why = "a user id" },
	{ "login with a new line", "login:a\nb", .why = "a login" },
	{ "domain with a space", "domain:shop example", .why = "a domain" },
	{ "client is a name", "client:host.example", .why = "is not an address" },
	{ "host bits", "client:192.0.2.5/24", .why = "network is 192.0.2.0/24" },
	{ "host bits, IPv6", "client:2001:db8::1/32",
	  .why = "network is 2001:db8::/32" },
	{ "prefix too long", "client:192.0.2.0/33", .why = "from 0 to 32" },
	{ "prefix no number", "client:192.0.2.0/x", .why = "from 0 to 32" },
	{ "prefix missing", "client:192.0.2.0/", .why = "from 0 to 32" },
};

static void
spelling(void **state)
{
	const struct spelling *row = *state;
	char text[SCOPE_TEXT_MAX + 1];
	struct error e = { "" };
	struct scope s;
	bool ok = scope_parse(&s, row->text, &e);

	if (row->want == NULL) {
		assert_false(ok);
		if (strstr(e.text, row->why) == NULL)
			fail_msg("got '%s', want '%s' in it", e.text, row->why);
		return;
	}
	if (!ok)
		fail_msg("got '%s', want '%s'", e.text, row->want);
	scope_text(&s, text);
	assert_string_equal(text, row->want);
	assert_true(scope_parse(&s, text, &e));
	scope_text(&s, text);
	assert_string_equal(text, row->want);
}

/* A message by class, text facts and address. */
struct message {
	enum policy_class class;
	const char *script, *uid, *login, *sender, *domain, *client;
};

static const struct message local = {
	POLICY_LOCAL, .script = "33:contact.php", .uid = "33",
	.sender = "www@shop.example", .domain = "shop.example"
};
static const struct message login = {
	POLICY_AUTHENTICATED, .login = "alice", .sender = "<>",
	.client = "192.0.2.5"
};
static const struct message relayed = {
	POLICY_RELAYED, .sender = "a@b.shop.example", .domain = "b.shop.example",
	.client = "2001:db8::5"
};
static const struct message inbound = {
	POLICY_INBOUND, .sender = "www@shop.example", .domain = "shop.example",
	.client = "192.0.2.5"
};

struct match {
	const char *name;
	const char *scope;
	bool is_local, is_login, is_relayed;
};

static const struct match matches[] = {
	{ "all outbound", .scope = "all", .is_local = true, .is_login = true,
	  .is_relayed = true },
	{ "one class", .scope = "class:authenticated", .is_login = true },
	{ "its script", .scope = "script:33:contact.php", .is_local = true },
	{ "another script", .scope = "script:33:order.php" },
	{ "beginning of a script", .scope = "script:33:contact" },
	{ "its uid", .scope = "uid:33", .is_local = true },
	{ "another uid", .scope = "uid:3" },
	{ "its sender, extension apart", .scope = "sender:www+x@shop.example",
	  .is_local = true },
	{ "its login", .scope = "login:alice", .is_login = true },
	{ "its sender", .scope = "sender:www@shop.example", .is_local = true },
	{ "null", .scope = "sender:<>", .is_login = true },
	{ "exact domain", .scope = "domain:shop.example", .is_local = true },
	{ "its address", .scope = "client:192.0.2.5", .is_login = true },
	{ "its network", .scope = "client:192.0.2.0/24", .is_login = true },
	{ "another network", .scope = "client:192.0.3.0/24" },
	{ "every IPv4", .scope = "client:0.0.0.0/0", .is_login = true },
	{ "its IPv6 network", .scope = "client:2001:db8::/32", .is_relayed = true },
};

static struct policy_text
text_of(const char *s)
{
	return (struct policy_text){ s, s == NULL ? 0 : strlen(s) };
}

static bool
does_match(const struct scope *s, const struct message *m)
{
	struct policy_facts f = { .class = m->class };

	f.text[POLICY_SCRIPT] = text_of(m->script);
	f.text[POLICY_UID] = text_of(m->uid);
	f.text[POLICY_LOGIN] = text_of(m->login);
	f.text[POLICY_SENDER] = text_of(m->sender);
	f.text[POLICY_DOMAIN] = text_of(m->domain);
	if (m->client != NULL)
		assert_true(identity_client(m->client, strlen(m->client), &f.client));
	return scope_matches(s, &(struct scope_mail){ .facts = &f });
}

static void
match(void **state)
{
	const struct match *row = *state;
	struct error e = { "" };
	struct scope s;

	assert_true(scope_parse(&s, row->scope, &e));
	assert_int_equal(does_match(&s, &local), row->is_local);
	assert_int_equal(does_match(&s, &login), row->is_login);
	assert_int_equal(does_match(&s, &relayed), row->is_relayed);
	assert_false(does_match(&s, &inbound));
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(spellings) + N_ROWS(matches)];
	size_t n = 0;

	ROWS(tests, &n, spellings, spelling);
	ROWS(tests, &n, matches, match);
	return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
