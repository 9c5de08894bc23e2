/*
 * test_identity.c - one spelling of a script, a uid, a login, a header, a name
 * or a client is one key.
 */
#include "normal.h"

static const struct normal_row rows[] = {
	{ "script", identity_script, TEXT("33:contact.php"), "33:contact.php" },
	{ "script, space around", identity_script, TEXT(" 33:contact.php "), "33:contact.php" },
	{ "script, folded", identity_script, TEXT("33:odd\r\n name.php"), "33:odd name.php" },
	{ "script, folded by a tab", identity_script, TEXT("33:odd\n\tname.php"), "33:odd name.php" },
	{ "script, zeros", identity_script, TEXT("0033:contact.php"), "33:contact.php" },
	{ "script, root", identity_script, TEXT("0:mail1.php"), "0:mail1.php" },
	{ "script, eval", identity_script, TEXT("0:eval.php(2) : eval()'d code"), "0:eval.php" },
	{ "script, eval in eval", identity_script,
	  TEXT("0:e.php(2) : eval()'d code(1) : eval()'d code"), "0:e.php" },
	{ "script, parentheses", identity_script, TEXT("0:odd name (x).php"), "0:odd name (x).php" },
	{ "script, version", identity_script, TEXT("0:a(2).php"), "0:a(2).php" },
	{ "script, function made at run time", identity_script,
	  TEXT("0:a.php(12) : runtime-created function"), "0:a.php" },
	{ "script, eval, folded", identity_script, TEXT("0:a.php(12) :\r\n eval()'d code"), "0:a.php" },
	{ "script, UTF-8", identity_script, TEXT("33:caf\xc3\xa9.php"), "33:caf\xc3\xa9.php" },
	{ "script, case", identity_script, TEXT("33:Mail.PHP"), "33:Mail.PHP" },
	{ "script, invisible", identity_script, TEXT("33:a\xe2\x80\x8b.php"), "33:a.php" },
	{ "script, space behind the colon", identity_script, TEXT("33: a.php"), "33:a.php" },
	{ "script, space before the colon", identity_script, TEXT("33 :a.php"), "" },
	{ "script, no user has it", identity_script, TEXT("4294967296:a.php"), "" },
	{ "script, NUL", identity_script, TEXT("33:a\0.php"), "" },
	{ "script, ends in a number", identity_script, TEXT("0:a(2"), "0:a(2" },
	{ "script, eval without a number", identity_script, TEXT("0:a() : eval()'d code"), "0:a() : eval()'d code" },
	{ "script, assert", identity_script, TEXT("0:a(2) : assert code"), "0:a" },
	{ "script, command line", identity_script, TEXT("33:Command line code"), "33:Command line code" },
	{ "script, Latin-1", identity_script, TEXT("33:caf\xe9.php"), "" },
	{ "script, only eval", identity_script, TEXT("0:(2) : eval()'d code"), "" },
	{ "script, no uid", identity_script, TEXT("contact.php"), "" },
	{ "script, no file", identity_script, TEXT("33:"), "" },
	{ "script, no colon", identity_script, TEXT("33"), "" },
	{ "script, other mark", identity_script, TEXT("33 contact.php"), "" },
	{ "script, empty", identity_script, TEXT(""), "" },
	{ "script, uid too long", identity_script, TEXT("12345678901:a.php"), "" },
	{ "script, control", identity_script, TEXT("33:a\001.php"), "" },
	{ "script, DEL", identity_script, TEXT("33:a\x7f.php"), "" },
	{ "script, too long", identity_script, TEXT("33:" LONG LONG), "" },

	{ "uid", identity_uid, TEXT("33"), "33" },
	{ "uid, header", identity_uid, TEXT(" uid=33"), "33" },
	{ "uid, zeros", identity_uid, TEXT("uid=0033"), "33" },
	{ "uid, root", identity_uid, TEXT("uid=000"), "0" },
	{ "uid, longest", identity_uid, TEXT("4294967295"), "4294967295" },
	{ "uid, no user has it", identity_uid, TEXT("4294967296"), "" },
	{ "uid, less, as long", identity_uid, TEXT("3999999999"), "3999999999" },
	{ "uid, zeros and longest", identity_uid, TEXT("0004294967295"), "4294967295" },
	{ "uid, space and tab", identity_uid, TEXT("\t uid=33 \r\n"), "33" },
	{ "uid, space within", identity_uid, TEXT("uid= 33"), "" },
	{ "uid, other word", identity_uid, TEXT("gid=33"), "" },
	{ "uid, control", identity_uid, TEXT("33\0"), "" },
	{ "uid, too long", identity_uid, TEXT("42949672950"), "" },
	{ "uid, empty", identity_uid, TEXT(""), "" },
	{ "uid, no number", identity_uid, TEXT("uid="), "" },
	{ "uid, name", identity_uid, TEXT("www-data"), "" },
	{ "uid, more behind", identity_uid, TEXT("33 34"), "" },
	{ "uid, negative", identity_uid, TEXT("-1"), "" },

	{ "login", identity_login, TEXT("Alice"), "alice" },
	{ "login, domain", identity_login, TEXT("Alice@Example.Test."), "alice@example.test" },
	{ "login, U-label", identity_login, TEXT("Alice@b\xc3\xbc" "cher.example"), "alice@xn--bcher-kva.example" },
	{ "login, extension kept", identity_login, TEXT("alice+x@a.test"), "alice+x@a.test" },
	{ "login, no domain after @", identity_login, TEXT("A@"), "a@" },
	{ "login, upper case", identity_login, TEXT("\xc3\x84NN\xc3\x89"), "\xc3\xa4nn\xc3\xa9" },
	{ "login, decomposed", identity_login, TEXT("A\xcc\x88nne\xcc\x81"), "\xc3\xa4nn\xc3\xa9" },
	{ "login, invisible", identity_login, TEXT("ali\xc2\xad" "ce\xe2\x80\x8d"), "alice" },
	{ "login, only invisible", identity_login, TEXT("\xe2\x80\x8d"), IDENTITY_INVALID },
	{ "login, only space", identity_login, TEXT(" "), IDENTITY_INVALID },
	{ "login, space around", identity_login, TEXT(" alice "), "alice" },
	{ "login, separators of others", identity_login, TEXT("a:b/c|d"), "a:b/c|d" },
	{ "login, two @", identity_login, TEXT("a@b@C.test."), "a@b@c.test" },
	{ "login, not a domain", identity_login, TEXT("a@B C\xe2\x80\x8d\xc3\x84"), "a@b c\xc3\xa4" },
	{ "login, invisible in the domain", identity_login, TEXT("a@b\xe2\x80\x8d.test"), "a@b.test" },
	{ "login, not UTF-8", identity_login, TEXT("caf\xe9"), IDENTITY_INVALID },
	{ "login, realm", identity_login, TEXT("CORP\\Alice"), "corp\\alice" },
	{ "login, empty", identity_login, TEXT(""), "" },
	{ "login, control", identity_login, TEXT("a\nb"), IDENTITY_INVALID },
	{ "login, too long", identity_login, TEXT(LONG LONG), IDENTITY_INVALID },
	{ "login, domain grows too long", identity_login,
	  TEXT(LONG "@\xc3\xbc\xc3\xb6\xc3\xa4.\xc3\xbc\xc3\xb6\xc3\xa4"), IDENTITY_INVALID },

	{ "header", identity_header, TEXT(" Weekly  News "), "Weekly News" },
	{ "header, folded", identity_header, TEXT("Weekly\r\n\t News\r\n"), "Weekly News" },
	{ "header, UTF-8", identity_header, TEXT("\xc3\x9c" "ber \xe2\x82\xac"), "\xc3\x9c" "ber \xe2\x82\xac" },
	{ "header, invisible", identity_header, TEXT("a \xe2\x80\x8b b\xc2\xad"), "a b" },
	{ "header, empty", identity_header, TEXT(""), "" },
	{ "header, only space", identity_header, TEXT(" \r\n "), "" },
	{ "header, itself", identity_header, TEXT(IDENTITY_INVALID), IDENTITY_INVALID },
	{ "header, Latin-1", identity_header, TEXT("caf\xe9"), IDENTITY_INVALID },
	{ "header, NUL", identity_header, TEXT("a\0b"), IDENTITY_INVALID },
	{ "header, control", identity_header, TEXT("a\033b"), IDENTITY_INVALID },
	{ "header, longest", identity_header, TEXT(LONG TEN TEN), LONG TEN TEN },
	{ "header, too long", identity_header, TEXT(LONG TEN TEN "1"), IDENTITY_INVALID },

	{ "name", identity_name, TEXT("SUBMISSION"), "SUBMISSION" },
	{ "name, empty", identity_name, TEXT(""), "" },
	{ "name, case", identity_name, TEXT("Mx"), "Mx" },
	{ "name, longest", identity_name, TEXT(LONG TEN TEN), LONG TEN TEN },
	{ "name, space", identity_name, TEXT("a b"), "a b" },
	{ "name, control", identity_name, TEXT("a\tb"), IDENTITY_INVALID },
	{ "name, not ASCII", identity_name, TEXT("\xc3\xbc"), IDENTITY_INVALID },
	{ "name, DEL", identity_name, TEXT("a\x7f"), IDENTITY_INVALID },
	{ "name, too long", identity_name, TEXT(LONG LONG), IDENTITY_INVALID },
};

struct client_row {
	const char *name;
	const char *raw;
	size_t len;
	struct policy_address want;
};

#define V4(a, b, c, d) { 4, { a, b, c, d } }
#define DB8(last) { 6, { 0x20, 0x01, 0x0d, 0xb8, [15] = last } }

static const struct client_row client_rows[] = {
	{ "client, IPv4", TEXT("192.0.2.1"), V4(192, 0, 2, 1) },
	{ "client, IPv4 in brackets", TEXT("[192.0.2.1]"), V4(192, 0, 2, 1) },
	{ "client, IPv6", TEXT("2001:db8::1"), DB8(1) },
	{ "client, IPv6 in brackets", TEXT("[2001:db8::1]"), DB8(1) },
	{ "client, IPv6 as Postfix writes it", TEXT("IPv6:2001:db8::1"), DB8(1) },
	{ "client, IPv6 in lower case", TEXT("[ipv6:2001:db8::1]"), DB8(1) },
	{ "client, mapped", TEXT("::ffff:192.0.2.1"), V4(192, 0, 2, 1) },
	{ "client, IPv4 with a prefix", TEXT("IPv6:192.0.2.1"), { 0 } },
	{ "client, name", TEXT("localhost"), { 0 } },
	{ "client, empty", TEXT(""), { 0 } },
	{ "client, open bracket", TEXT("[::1"), { 0 } },
	{ "client, only a bracket", TEXT("["), { 0 } },
	{ "client, NUL", TEXT("::1\0"), { 0 } },
	{ "client, leading zero", TEXT("192.0.02.1"), { 0 } },
	{ "client, too long", TEXT(LONG), { 0 } },
};

static void
client(void **state)
{
	const struct client_row *r = *state;
	struct policy_address a;
	bool is_good = identity_client(r->raw, r->len, &a);

	assert_int_equal(is_good, r->want.family != 0);
	if (is_good)
		assert_memory_equal(&a, &r->want, sizeof(a));
}

struct network_row {
	const char *name;
	const char *client, *net;
	unsigned prefix;
	bool want;
};

static const struct network_row network_rows[] = {
	{ "network, inside", "192.0.2.9", "192.0.2.0", 24, true },
	{ "network, outside", "192.0.3.9", "192.0.2.0", 24, false },
	{ "network, last bit in", "192.0.2.127", "192.0.2.0", 25, true },
	{ "network, last bit out", "192.0.2.128", "192.0.2.0", 25, false },
	{ "network, everything", "192.0.2.1", "0.0.0.0", 0, true },
	{ "network, one host", "192.0.2.1", "192.0.2.1", 32, true },
	{ "network, other host", "192.0.2.2", "192.0.2.1", 32, false },
	{ "network, IPv6", "2001:db8::1", "2001:db8::", 61, true },
	{ "network, IPv6 host", "::1", "::1", 128, true },
	{ "network, other family", "::1", "0.0.0.0", 0, false },
	{ "network, no client", "", "0.0.0.0", 0, false },
	{ "network, nothing at all", "", "", 0, false },
};

static void
network(void **state)
{
	const struct network_row *r = *state;
	struct policy_address a, net;

	identity_client(r->client, strlen(r->client), &a);
	identity_client(r->net, strlen(r->net), &net);
	assert_int_equal(identity_in_network(&a, &net, r->prefix), r->want);
}

struct cut_row {
	const char *name;
	const char *client;
	unsigned prefix;
	const char *want;
};

static const struct cut_row cut_rows[] = {
	{ "cut, whole", "192.0.2.1", 32, "192.0.2.1" },
	{ "cut, at a byte", "192.0.2.1", 24, "192.0.2.0/24" },
	{ "cut, within a byte", "192.0.2.255", 25, "192.0.2.128/25" },
	{ "cut, everything", "192.0.2.1", 0, "0.0.0.0/0" },
	{ "cut, IPv6 whole", "2001:db8::1", 128, "2001:db8::1" },
	{ "cut, IPv6 of 32 bits", "2001:db8::1", 32, "2001:db8::/32" },
	{ "cut, IPv6 within a byte", "2001:db8:0:ffff::1", 61,
	  "2001:db8:0:fff8::/61" },
	{ "cut, longest",
	  "1111:2222:3333:4444:5555:6666:7777:8889", 127,
	  "1111:2222:3333:4444:5555:6666:7777:8888/127" },
};

static void
cut(void **state)
{
	const struct cut_row *r = *state;
	struct policy_address a, net;
	char text[IDENTITY_NETWORK_MAX];

	assert_true(identity_client(r->client, strlen(r->client), &a));
	net = identity_network(&a, r->prefix);
	assert_string_equal(identity_network_text(&net, r->prefix, text),
			    r->want);
	assert_string_equal(identity_client_text(&a, text), r->client);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + N_ROWS(client_rows) +
				N_ROWS(network_rows) + N_ROWS(cut_rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, normal);
	ROWS(tests, &n, client_rows, client);
	ROWS(tests, &n, network_rows, network);
	ROWS(tests, &n, cut_rows, cut);
	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
