/*
 * test_address.c - one spelling of an address, domain or login is one key, and
 * two domains are two.
 */
#include "normal.h"

#include "random.h"

#define ROUNDS 20000

static size_t
address(const char *raw, size_t len, char *out)
{
	return identity_address(raw, len, "+", out);
}

static size_t
address_uncut(const char *raw, size_t len, char *out)
{
	return identity_address(raw, len, "", out);
}

static size_t
address_minus(const char *raw, size_t len, char *out)
{
	return identity_address(raw, len, "-", out);
}

static const struct normal_row rows[] = {
	{ "plain address", address, TEXT("joe@example.test"), "joe@example.test" },
	{ "brackets", address, TEXT("<joe@example.test>"), "joe@example.test" },
	{ "route", address, TEXT("<@relay.test:joe@example.test>"), "joe@example.test" },
	{ "long route", address, TEXT("<@a.test,@b.test:joe@example.test>"), "joe@example.test" },
	{ "quotes", address, TEXT("<\"joe\"@example.test>"), "joe@example.test" },
	{ "quoted pair", address, TEXT("<\"jo\\e\"@example.test>"), "joe@example.test" },
	{ "pair without quotes", address, TEXT("jo\\e@example.test"), "joe@example.test" },
	{ "space around", address, TEXT("< joe@example.test >"), "joe@example.test" },
	{ "space outside", address, TEXT("  <joe@example.test>  "), "joe@example.test" },
	{ "space at the @", address, TEXT("joe @ example.test"), "joe@example.test" },
	{ "comment", address, TEXT("<(c)joe@example.test>"), "joe@example.test" },
	{ "nested comment", address, TEXT("joe(a(b)c\\))@example.test"), "joe@example.test" },
	{ "comment at the end", address, TEXT("joe@example.test (Joe)"), "joe@example.test" },
	{ "trailing dot", address, TEXT("joe@example.test."), "joe@example.test" },
	{ "case", address, TEXT("A.B+tag@Example.TEST"), "a.b@example.test" },
	{ "quoted extension", address, TEXT("\"joe+a b\"@example.test"), "joe@example.test" },
	{ "extension kept", address_uncut, TEXT("joe+Tag@example.test"), "joe+tag@example.test" },
	{ "other delimiter", address_minus, TEXT("joe-a+b@example.test"), "joe@example.test" },
	{ "delimiter first", address, TEXT("+joe@example.test"), "+joe@example.test" },
	{ "delimiter first and again", address, TEXT("+joe+a@example.test"), "+joe@example.test" },
	{ "one byte", address, TEXT("j@example.test"), "j@example.test" },
	{ "SRS", address, TEXT("SRS0=HHH=TT=alien.test=joe@example.test"), "srs0@example.test" },
	{ "SRS twice", address, TEXT("srs1+HHH=a.test==HH=TT=b=c@example.test"), "srs1@example.test" },
	{ "BATV", address, TEXT("prvs=123456789a=joe@example.test"), "joe@example.test" },
	{ "not SRS", address, TEXT("srs0x@example.test"), "srs0x@example.test" },
	{ "no domain", address, TEXT("joe"), "joe" },
	{ "null sender", address, TEXT("<>"), "<>" },
	{ "empty", address, TEXT(""), "<>" },
	{ "only space", address, TEXT("  "), "<>" },
	{ "null sender with a comment", address, TEXT("<(bounce)>"), "<>" },
	{ "space in quotes", address, TEXT("\"joe smith\"@example.test"), "\"joe smith\"@example.test" },
	{ "space without quotes", address, TEXT("joe  smith@example.test"), "\"joe smith\"@example.test" },
	{ "@ in quotes", address, TEXT("\"a@b\"@example.test"), "\"a@b\"@example.test" },
	{ "@ without quotes", address, TEXT("a@b@example.test"), "\"a@b\"@example.test" },
	{ "three @", address, TEXT("a@b@c@example.test"), "\"a@b@c\"@example.test" },
	{ "quoted quote", address, TEXT("\"a\\\"b\\\\c\"@example.test"), "\"a\\\"b\\\\c\"@example.test" },
	{ "invalid in quotes is a name", address, TEXT("\"(invalid)\""), "\"(invalid)\"" },
	{ "quoted @ without domain", address, TEXT("\"a@b\""), "\"a@b\"" },
	{ "UTF-8 local part", address, TEXT("j\xc3\xb6 e@example.test"), "\"j\xc3\xb6 e\"@example.test" },
	{ "U-label", address, TEXT("joe@b\xc3\xbc" "cher.example"), "joe@xn--bcher-kva.example" },
	{ "U-label, upper case", address, TEXT("joe@B\xc3\x9c" "CHER.example"), "joe@xn--bcher-kva.example" },
	{ "U-label, decomposed", address, TEXT("joe@bu\xcc\x88" "cher.example"), "joe@xn--bcher-kva.example" },
	{ "A-label", address, TEXT("joe@XN--Bcher-KVA.example"), "joe@xn--bcher-kva.example" },
	{ "IPv4 literal", address, TEXT("joe@[192.0.2.1]"), "joe@[192.0.2.1]" },
	{ "IPv6 literal", address, TEXT("joe@[IPv6:2001:DB8:0:0::1]"), "joe@[ipv6:2001:db8::1]" },
	{ "mapped literal", address, TEXT("joe@[IPv6:::ffff:192.0.2.1]"), "joe@[192.0.2.1]" },
	{ "not a literal", address, TEXT("joe@[mail]"), IDENTITY_INVALID },
	{ "itself", address, TEXT(IDENTITY_INVALID), IDENTITY_INVALID },
	{ "no local part", address, TEXT("@example.test"), IDENTITY_INVALID },
	{ "empty local part", address, TEXT("\"\"@example.test"), IDENTITY_INVALID },
	{ "no domain after @", address, TEXT("joe@"), IDENTITY_INVALID },
	{ "parameters", address, TEXT("<joe@example.test> SIZE=1"), IDENTITY_INVALID },
	{ "open bracket", address, TEXT("<joe@example.test"), "\"<joe\"@example.test" },
	{ "open quote", address, TEXT("\"joe@example.test"), IDENTITY_INVALID },
	{ "open quoted pair", address, TEXT("\"joe\\"), IDENTITY_INVALID },
	{ "open pair", address, TEXT("joe\\"), IDENTITY_INVALID },
	{ "open comment", address, TEXT("(joe@example.test"), IDENTITY_INVALID },
	{ "open comment, pair", address, TEXT("(joe\\"), IDENTITY_INVALID },
	{ "NUL", address, TEXT("joe\0@example.test"), IDENTITY_INVALID },
	{ "new line", address, TEXT("joe\n@example.test"), IDENTITY_INVALID },
	{ "DEL", address, TEXT("joe\x7f@example.test"), IDENTITY_INVALID },
	{ "too long", address, TEXT(LONG "@" LONG), IDENTITY_INVALID },
	{ "local part too long", address, TEXT(LONG LONG "@example.test"), IDENTITY_INVALID },
	{ "domain too long", address, TEXT("joe@" LONG LONG), IDENTITY_INVALID },
	{ "domain too long, then another", address, TEXT("a@" LONG LONG "@b.test"), IDENTITY_INVALID },
	{ "as long as can be", address, TEXT(LONG "@0123456789abcdefghi"), LONG "@0123456789abcdefghi" },

	{ "UTF-8, three bytes", address, TEXT("\xe2\x82\xac@a.test"), "\xe2\x82\xac@a.test" },
	{ "UTF-8, four bytes", address, TEXT("\xf0\x9f\x98\x80@a.test"), "\xf0\x9f\x98\x80@a.test" },
	{ "UTF-8, first of three", address, TEXT("\xe0\xa0\x80@a.test"), "\xe0\xa0\x80@a.test" },
	{ "UTF-8, before the surrogates", address, TEXT("\xed\x9f\xbf@a.test"), "\xed\x9f\xbf@a.test" },
	{ "UTF-8, first of four", address, TEXT("\xf0\x90\x80\x80@a.test"), "\xf0\x90\x80\x80@a.test" },
	{ "UTF-8, last", address, TEXT("\xf4\x8f\xbf\xbf@a.test"), "\xf4\x8f\xbf\xbf@a.test" },
	{ "UTF-8, stray byte", address, TEXT("\x80@a.test"), IDENTITY_INVALID },
	{ "UTF-8, cut", address, TEXT("\xe2\x82"), IDENTITY_INVALID },
	{ "UTF-8, no continuation", address, TEXT("\xe2\x82@a.test"), IDENTITY_INVALID },
	{ "UTF-8, overlong 2", address, TEXT("\xc0\xaf@a.test"), IDENTITY_INVALID },
	{ "UTF-8, overlong 3", address, TEXT("\xe0\x80\xaf@a.test"), IDENTITY_INVALID },
	{ "UTF-8, overlong 4", address, TEXT("\xf0\x80\x80\xaf@a.test"), IDENTITY_INVALID },
	{ "UTF-8, surrogate", address, TEXT("\xed\xa0\x80@a.test"), IDENTITY_INVALID },
	{ "UTF-8, beyond the last", address, TEXT("\xf4\x90\x80\x80@a.test"), IDENTITY_INVALID },
	{ "UTF-8, no lead", address, TEXT("\xf5\x80\x80\x80@a.test"), IDENTITY_INVALID },

	{ "domain", identity_domain, TEXT("Example.TEST."), "example.test" },
	{ "domain, one label", identity_domain, TEXT("localhost"), "localhost" },
	{ "domain, underscore", identity_domain, TEXT("_dmarc.a-b.test"), "_dmarc.a-b.test" },
	{ "domain, ideographic stop", identity_domain, TEXT("b\xc3\xbc" "cher\xe3\x80\x82" "example"), "xn--bcher-kva.example" },
	{ "domain, wide at sign", identity_domain, TEXT("a\xef\xbc\xa0" "b.test"), IDENTITY_INVALID },
	{ "domain, sharp s is not ss", identity_domain, TEXT("stra\xc3\x9f" "e.test"), "xn--strae-oqa.test" },
	{ "domain, not IDN", identity_domain, TEXT("a\xe2\x80\x8b\xe2\x82\xac\xef\xbf\xbd.test"), IDENTITY_INVALID },
	{ "domain, empty", identity_domain, TEXT(""), IDENTITY_INVALID },
	{ "domain, only a dot", identity_domain, TEXT("."), IDENTITY_INVALID },
	{ "domain, two dots at the end", identity_domain, TEXT("a.test.."), IDENTITY_INVALID },
	{ "domain, empty label", identity_domain, TEXT("a..test"), IDENTITY_INVALID },
	{ "domain, dot first", identity_domain, TEXT(".test"), IDENTITY_INVALID },
	{ "domain, space", identity_domain, TEXT("a test"), IDENTITY_INVALID },
	{ "domain, punctuation", identity_domain, TEXT("a{b.test"), IDENTITY_INVALID },
	{ "domain, control", identity_domain, TEXT("a\tb"), IDENTITY_INVALID },
	{ "domain, too long", identity_domain, TEXT(LONG LONG), IDENTITY_INVALID },

	{ "login", identity_login, TEXT("Alice"), "alice" },
	{ "login, domain", identity_login, TEXT("Alice@Example.Test."), "alice@example.test" },
	{ "login, U-label", identity_login, TEXT("Alice@b\xc3\xbc" "cher.example"), "alice@xn--bcher-kva.example" },
	{ "login, extension kept", identity_login, TEXT("alice+x@a.test"), "alice+x@a.test" },
	{ "login, no domain after @", identity_login, TEXT("A@"), "a@" },
	{ "login, realm", identity_login, TEXT("CORP\\Alice"), "corp\\alice" },
	{ "login, empty", identity_login, TEXT(""), "" },
	{ "login, control", identity_login, TEXT("a\nb"), IDENTITY_INVALID },
	{ "login, too long", identity_login, TEXT(LONG LONG), IDENTITY_INVALID },
	{ "login, domain grows too long", identity_login,
	  TEXT(LONG "@\xc3\xbc\xc3\xb6\xc3\xa4.\xc3\xbc\xc3\xb6\xc3\xa4"), IDENTITY_INVALID },
};

struct domain_of_row {
	const char *name;
	const char *address;
	const char *want;	/* NULL: none */
};

static const struct domain_of_row domain_of_rows[] = {
	{ "domain of an address", "joe@example.test", "example.test" },
	{ "domain of a quoted address", "\"a@b\"@example.test", "example.test" },
	{ "domain of a literal", "joe@[192.0.2.1]", "[192.0.2.1]" },
	{ "domain of a quoted name", "\"a@b\"", NULL },
	{ "domain of a name", "joe", NULL },
	{ "domain of the null sender", IDENTITY_NULL_SENDER, NULL },
	{ "domain of what is invalid", IDENTITY_INVALID, IDENTITY_INVALID },
};

static void
domain_of(void **state)
{
	const struct domain_of_row *r = *state;
	struct policy_text t = identity_domain_of(r->address, strlen(r->address));

	if (r->want == NULL) {
		assert_null(t.p);
		return;
	}
	assert_non_null(t.p);
	assert_int_equal(t.len, strlen(r->want));
	assert_memory_equal(t.p, r->want, t.len);
}

/* Bytes that mean something, and now and then any byte. */
static size_t
random_text(uint64_t *seed, char *out, size_t max)
{
	static const char alphabet[] = "aB1+-=@@..\"\\()<>[]: \t\r\n\xc3\xbc\xcc\x88"
				       "\xe3\x80\x82:uid=33:srs0=prvs=";
	size_t len = random_below(seed, max);

	for (size_t i = 0; i < len; i++)
		out[i] = random_below(seed, 50) == 0 ? (char)random_next(seed) :
			alphabet[random_below(seed, sizeof(alphabet) - 1)];
	return len;
}

static void
check_form(size_t (*form)(const char *, size_t, char *), const char *raw, size_t len)
{
	char *exact = malloc(len + (len == 0));	/* reading too far is seen */
	char out[IDENTITY_MAX + 1], again[IDENTITY_MAX + 1];
	size_t n, n_again;

	assert_non_null(exact);
	memcpy(exact, raw, len);
	n = form(exact, len, out);
	free(exact);
	assert_true(n <= IDENTITY_MAX);
	assert_int_equal(strlen(out), n);
	n_again = form(out, n, again);
	if (n != n_again || memcmp(out, again, n) != 0)
		fail_msg("got '%s', want '%s'", again, out);
}

static void
every_form_is_total_and_idempotent(void **state)
{
	static size_t (*const forms[])(const char *, size_t, char *) = {
		address, address_uncut, address_minus, identity_domain,
		identity_login, identity_script, identity_uid, identity_name,
	};
	uint64_t seed = 4;
	char raw[2 * IDENTITY_MAX];

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t max = round % 100 == 0 ? sizeof(raw) : 24;
		size_t len = random_text(&seed, raw, max);

		for (size_t i = 0; i < N_ROWS(forms); i++)
			check_form(forms[i], raw, len);
	}
}

/* Domains that differ in more than case differ in their keys. */
static void
no_two_domains_are_one(void **state)
{
	static const char letters[] = "abc019-_.";
	uint64_t seed = 5;
	char a[8], b[8], x[IDENTITY_MAX + 1], y[IDENTITY_MAX + 1];

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t len = 1 + random_below(&seed, sizeof(a));

		for (size_t i = 0; i < len; i++)
			a[i] = letters[random_below(&seed, sizeof(letters) - 1)];
		memcpy(b, a, len);
		b[random_below(&seed, len)] = letters[random_below(&seed, 8)];
		identity_domain(a, len, x);
		identity_domain(b, len, y);
		if (memcmp(a, b, len) != 0 && strcmp(x, IDENTITY_INVALID) != 0 &&
		    strcmp(x, y) == 0)
			fail_msg("'%.*s' and '%.*s': got '%s' for both", (int)len, a,
				 (int)len, b, x);
	}
}

int
main(void)
{
	struct CMUnitTest tests[2 + N_ROWS(rows) + N_ROWS(domain_of_rows)] = {
		cmocka_unit_test(every_form_is_total_and_idempotent),
		cmocka_unit_test(no_two_domains_are_one),
	};
	size_t n = 2;

	ROWS(tests, &n, rows, normal);
	ROWS(tests, &n, domain_of_rows, domain_of);
	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
