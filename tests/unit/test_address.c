/*
 * test_address.c - one spelling of an address or a domain is one key.
 */
#include "normal.h"

/* Each of its characters is one byte longer when it is folded. */
#define N5 "\xc5\x89\xc5\x89\xc5\x89\xc5\x89\xc5\x89"
#define N50 N5 N5 N5 N5 N5 N5 N5 N5 N5 N5
#define GROWS N50 N50 N50 "@a.test"

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
address_set(const char *raw, size_t len, char *out)
{
	return identity_address(raw, len, "-=0", out);
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
	{ "extension of another site", address, TEXT("joe-a@example.test"), "joe-a@example.test" },
	{ "set of delimiters, one", address_set, TEXT("joe-a=b@example.test"), "joe@example.test" },
	{ "set of delimiters, other", address_set, TEXT("joe+x=b-c@example.test"), "joe+x@example.test" },
	{ "set of delimiters, a digit", address_set, TEXT("joe0a@example.test"), "joe@example.test" },
	{ "extension behind a space", address, TEXT("joe +x@example.test"), "joe@example.test" },
	{ "empty extension", address, TEXT("joe+@example.test"), "joe@example.test" },
	{ "VERP", address, TEXT("bounces+user=example.com@lists.test"), "bounces@lists.test" },
	{ "VERP, other user", address, TEXT("Bounces+other=example.org@lists.test"), "bounces@lists.test" },
	{ "delimiter first", address, TEXT("+joe@example.test"), "+joe@example.test" },
	{ "delimiter first and again", address, TEXT("+joe+a@example.test"), "+joe@example.test" },
	{ "one byte", address, TEXT("j@example.test"), "j@example.test" },
	{ "SRS", address, TEXT("SRS0=HHH=TT=alien.test=joe@example.test"), "srs0@example.test" },
	{ "SRS twice", address, TEXT("srs1+HHH=a.test==HH=TT=b=c@example.test"), "srs1@example.test" },
	{ "BATV", address, TEXT("prvs=123456789a=joe@example.test"), "joe@example.test" },
	{ "SRS, other message", address, TEXT("SRS0+JJJ=UU=b.test=ann@example.test"), "srs0@example.test" },
	{ "SRS, dash", address, TEXT("srs0-HHH=TT=a.test=joe@example.test"), "srs0@example.test" },
	{ "SRS, forwarder's own", address, TEXT("srs0@example.test"), "srs0@example.test" },
	{ "not SRS", address, TEXT("srs0x@example.test"), "srs0x@example.test" },
	{ "not SRS, either", address, TEXT("srs2=a@example.test"), "srs2=a@example.test" },
	{ "BATV, other day", address, TEXT("PRVS=0987654321=Joe@example.test"), "joe@example.test" },
	{ "BATV without numbers", address, TEXT("prvs=joe@example.test"), "joe@example.test" },
	{ "BATV and VERP", address, TEXT("prvs=0987654321=joe+a=b.test@example.test"), "joe@example.test" },
	{ "BATV twice", address, TEXT("prvs=1=prvs=2=joe@example.test"), "joe@example.test" },
	{ "BATV and SRS", address, TEXT("prvs=1= srs0=a=b@example.test"), "srs0@example.test" },
	{ "BATV of nobody", address, TEXT("prvs=1=@example.test"), IDENTITY_INVALID },
	{ "BATV of nobody, no domain", address, TEXT("prvs==joe=@"), IDENTITY_INVALID },
	{ "only the word of BATV", address, TEXT("prvs=@example.test"), "prvs=@example.test" },
	{ "not BATV", address, TEXT("prvs-1@example.test"), "prvs-1@example.test" },
	{ "no domain", address, TEXT("joe"), "joe" },
	{ "null sender", address, TEXT("<>"), "<>" },
	{ "empty", address, TEXT(""), "<>" },
	{ "only space", address, TEXT("  "), "<>" },
	{ "null sender, invisible", address, TEXT("<\xe2\x80\x8b>"), "<>" },
	{ "null sender, route", address, TEXT("<@relay.test:>"), "<>" },
	{ "route without an address", address, TEXT("@relay.test"), IDENTITY_INVALID },
	{ "route in space", address, TEXT("< @relay.test:joe@example.test >"), "joe@example.test" },
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
	{ "local part, composed", address, TEXT("j\xc3\xb6@a.test"), "j\xc3\xb6@a.test" },
	{ "local part, decomposed", address, TEXT("jo\xcc\x88@a.test"), "j\xc3\xb6@a.test" },
	{ "local part, upper case", address, TEXT("J\xc3\x96@a.test"), "j\xc3\xb6@a.test" },
	{ "local part, sharp s", address, TEXT("Stra\xc3\x9f" "e@a.test"), "strasse@a.test" },
	{ "local part, Kelvin", address, TEXT("\xe2\x84\xaa@a.test"), "k@a.test" },
	{ "local part, Cyrillic is not Latin", address, TEXT("\xd0\x90@a.test"), "\xd0\xb0@a.test" },
	{ "local part, wide is not narrow", address, TEXT("\xef\xbd\x8a@a.test"), "\xef\xbd\x8a@a.test" },
	{ "local part becomes special", address, TEXT("a\xcd\xbe@a.test"), "\"a;\"@a.test" },
	{ "zero width space", address, TEXT("jo\xe2\x80\x8b" "e@a.test"), "joe@a.test" },
	{ "soft hyphen", address, TEXT("jo\xc2\xad" "e@a.test"), "joe@a.test" },
	{ "right to left mark", address, TEXT("\xe2\x80\x8fjoe@a.test"), "joe@a.test" },
	{ "invisible between spaces", address, TEXT("a \xe2\x80\x8b b@a.test"), "\"a b\"@a.test" },
	{ "only invisible", address, TEXT("\xe2\x80\x8b@a.test"), IDENTITY_INVALID },
	{ "C1 control", address, TEXT("joe\xc2\x85@a.test"), IDENTITY_INVALID },
	{ "first after C1", address, TEXT("joe\xc2\xa0@a.test"), "joe\xc2\xa0@a.test" },
	{ "local part grows too long", address, TEXT(GROWS), IDENTITY_INVALID },
	{ "quotes make it too long", address, TEXT(LONG "\\,12345678901234567890"), IDENTITY_INVALID },
	{ "pairs make it too long", address, TEXT(LONG "\"\\\"\\\"12345678901234567\""), IDENTITY_INVALID },
	{ "U-label", address, TEXT("joe@b\xc3\xbc" "cher.example"), "joe@xn--bcher-kva.example" },
	{ "U-label, upper case", address, TEXT("joe@B\xc3\x9c" "CHER.example"), "joe@xn--bcher-kva.example" },
	{ "U-label, decomposed", address, TEXT("joe@bu\xcc\x88" "cher.example"), "joe@xn--bcher-kva.example" },
	{ "Cyrillic domain is not Latin", address, TEXT("joe@\xd0\xb0.test"), "joe@xn--80a.test" },
	{ "wide domain is narrow", address, TEXT("joe@\xef\xbd\x81.test"), "joe@a.test" },
	{ "invisible in the domain", address, TEXT("joe@a\xe2\x80\x8b" "b.test"), "joe@ab.test" },
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
	{ "domain, space around", identity_domain, TEXT("  example.test  "), "example.test" },
	{ "domain, literal", identity_domain, TEXT("[IPV6:2001:db8::1]"), "[ipv6:2001:db8::1]" },
	{ "domain, open literal", identity_domain, TEXT("[192.0.2.1"), IDENTITY_INVALID },
	{ "domain, leading zero", identity_domain, TEXT("[192.0.2.01]"), IDENTITY_INVALID },
	{ "domain, address without brackets", identity_domain, TEXT("192.0.2.1"), "192.0.2.1" },
	{ "domain, joiner counts", identity_domain,
	  TEXT("\xd9\x86\xd8\xa7\xd9\x85\xd9\x87\xe2\x80\x8c\xd8\xa7\xdb\x8c.test"),
	  "xn--mgba3gch31f060k.test" },
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

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + N_ROWS(domain_of_rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, normal);
	ROWS(tests, &n, domain_of_rows, domain_of);
	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
