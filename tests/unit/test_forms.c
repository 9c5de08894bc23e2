/*
 * test_forms.c - what holds for every normal form, whatever the bytes.
 */
#include "normal.h"

#include <unistr.h>

#include "random.h"

#define ROUNDS 20000
#define RAW_MAX (2 * IDENTITY_MAX)

static size_t
address(const char *raw, size_t len, char *out)
{
	return identity_address(raw, len, IDENTITY_DELIMITERS, out);
}

static size_t
address_uncut(const char *raw, size_t len, char *out)
{
	return identity_address(raw, len, "", out);
}

static size_t
address_set(const char *raw, size_t len, char *out)
{
	return identity_address(raw, len, "-=0. \"", out);
}

struct form {
	const char *name;
	size_t (*to)(const char *, size_t, char *);
	bool may_be_empty;
};

static const struct form forms[] = {
	{ "address", address, false },
	{ "address, uncut", address_uncut, false },
	{ "address, set of delimiters", address_set, false },
	{ "domain", identity_domain, false },
	{ "login", identity_login, true },
	{ "script", identity_script, true },
	{ "uid", identity_uid, true },
	{ "header", identity_header, true },
	{ "name", identity_name, true },
};

static void
check_form(const struct form *f, const char *raw, size_t len)
{
	char *exact = malloc(len + (len == 0));	/* reading too far is seen */
	char out[IDENTITY_MAX + 1], again[IDENTITY_MAX + 1];
	size_t n, n_again;

	assert_non_null(exact);
	memcpy(exact, raw, len);
	n = f->to(exact, len, out);
	free(exact);
	assert_true(n <= IDENTITY_MAX);
	assert_int_equal(strlen(out), n);
	assert_true(n > 0 || f->may_be_empty);
	assert_null(u8_check((const uint8_t *)out, n));
	n_again = f->to(out, n, again);
	if (n != n_again || memcmp(out, again, n) != 0)
		fail_msg("%s of '%.*s': got '%s', want '%s'", f->name, (int)len, raw,
			 again, out);
}

/* Bytes that mean something, and now and then any byte. */
static size_t
random_bytes(uint64_t *seed, char *out, size_t max)
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
check_forms(const char *raw, size_t len)
{
	for (size_t i = 0; i < N_ROWS(forms); i++)
		check_form(&forms[i], raw, len);
}

static void
any_bytes(void **state)
{
	uint64_t seed = 4;
	char raw[RAW_MAX];

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++)
		check_forms(raw, random_bytes(&seed, raw, round % 100 == 0 ?
					      sizeof(raw) : 24));
}

/* What occurs in the world, and what a change of it can turn into. */
static const char *const real[] = {
	"joe@example.test", "<Joe.Doe+news@Example.TEST.>",
	"<@relay.test:joe@example.test>", "\"joe (sales)\"@example.test",
	"joe (sales) @ example.test", "SRS0=HHH=TT=alien.test=joe@example.test",
	"prvs=0123456789=joe@example.test", "bounces+ann=b.test@lists.test",
	"j\xc3\xb6rg@b\xc3\xbc" "cher.example", "jo\xcc\x88rg@xn--bcher-kva.example",
	"\xe2\x84\xaa@stra\xc3\x9f" "e.example", "joe@[IPv6:2001:db8::1]",
	"joe@\xd9\x86\xd8\xa7\xd9\x85\xd9\x87\xe2\x80\x8c\xd8\xa7\xdb\x8c.test",
	"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9@a.test",
	"33:contact.php(12) : eval()'d code", "uid=0033", "CORP\\Alice",
	IDENTITY_INVALID, IDENTITY_NULL_SENDER,
};

/* Pieces that matter when they are put somewhere. */
static const char *const pieces[] = {
	" ", "\"", "\\", "@", ".", "(", ")", "<", ">", "+", "=", "prvs=", "srs0=",
	"xn--", "\xcc\x88", "\xcd\x85", "\xc3\x9f", "\xc4\xb0", "\xef\xac\x81",
	"\xe2\x80\x8b", "\xe2\x80\x8d", "\xc2\xad", "\xe3\x80\x82", "\xd0\xb0",
	"\xc2\x85", "\xe2\x82", "\xff", "\r\n ", "(1) : ", "0",
};

/* Replaces up to three bytes at a random place by a random piece. */
static size_t
mutate(uint64_t *seed, char *raw, size_t len)
{
	const char *piece = pieces[random_below(seed, N_ROWS(pieces))];
	size_t at = random_below(seed, len + 1), n = strlen(piece);
	size_t cut = random_below(seed, 4);

	if (cut > len - at)
		cut = len - at;
	memmove(raw + at + n, raw + at + cut, len - at - cut);
	memcpy(raw + at, piece, n);
	return len - cut + n;
}

static void
changed_addresses(void **state)
{
	uint64_t seed = 6;
	char raw[RAW_MAX];

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		const char *from = real[random_below(&seed, N_ROWS(real))];
		size_t len = strlen(from);

		memcpy(raw, from, len);
		for (uint64_t n = random_below(&seed, 6); n > 0; n--)
			len = mutate(&seed, raw, len);
		check_forms(raw, len);
	}
}

/* Each character that there is, with another behind it that it may join. */
static void
every_character(void **state)
{
	(void)state;
	for (ucs4_t c = 0; c <= 0x110000; c += c < 0x30000 ? 1 : 0x101) {
		char raw[32] = "a";
		int n = u8_uctomb((uint8_t *)raw + 1, c, 6);
		size_t len = 1 + (size_t)(n < 0 ? 0 : n);

		memcpy(raw + len, "\xcc\x88@", 3);
		check_form(&forms[0], raw, len + 2);
		check_form(&forms[4], raw, len + 2);
		memcpy(raw + len + 3, raw, len);
		check_form(&forms[0], raw, 2 * len + 3);
	}
}

/* What is seen to be in normal form at once is so when it is looked at closely,
 * as all is that stands in brackets. */
static void
brackets_change_nothing(void **state)
{
	static const char letters[] = "aAz09@@..-+=";
	uint64_t seed = 7;
	char raw[16] = "<", x[IDENTITY_MAX + 1], y[IDENTITY_MAX + 1];

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t len = random_below(&seed, sizeof(raw) - 1);

		for (size_t i = 1; i <= len; i++)
			raw[i] = letters[random_below(&seed, sizeof(letters) - 1)];
		raw[len + 1] = '>';
		for (size_t f = 0; f < 3; f++) {
			forms[f].to(raw + 1, len, x);
			forms[f].to(raw, len + 2, y);
			assert_string_equal(x, y);
		}
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(changed_addresses),
		cmocka_unit_test(every_character),
		cmocka_unit_test(brackets_change_nothing),
		cmocka_unit_test(no_two_domains_are_one),
	};

	return cmocka_run_group_tests_name("forms", tests, NULL, NULL);
}
