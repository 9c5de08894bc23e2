/*
 * fuzz_identity.c - any bytes have one normal form, which is its own.
 */
#include "fuzz.h"

#include <assert.h>
#include <string.h>

#include <unistr.h>

#include "../../policy/identity/identity.h"

const char *const fuzz_seeds[] = { "tests/fuzz/seed/identity", NULL };
unsigned fuzz_good;

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
	return identity_address(raw, len, "-=. \"@", out);
}

static const struct {
	size_t (*to)(const char *, size_t, char *);
	bool may_be_empty;
} forms[] = {
	{ address, false }, { address_uncut, false }, { address_set, false },
	{ identity_domain, false }, { identity_login, true },
	{ identity_script, true }, { identity_uid, true },
	{ identity_header, true }, { identity_name, true },
};

/* What is an address of the network lies in the network that it is. */
static void
check_client(const char *raw, size_t len)
{
	struct policy_address a;

	if (!identity_client(raw, len, &a))
		return;
	assert(a.family == 4 || a.family == 6);
	assert(identity_in_network(&a, &a, a.family == 4 ? 32 : 128));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *raw = size == 0 ? "" : (const char *)data;
	char out[IDENTITY_MAX + 1], again[IDENTITY_MAX + 1];

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms)[0]; i++) {
		size_t len = forms[i].to(raw, size, out);
		struct policy_text domain = identity_domain_of(out, len);

		assert(len <= IDENTITY_MAX && out[len] == '\0');
		assert(len > 0 || forms[i].may_be_empty);
		assert(memchr(out, '\0', len) == NULL);
		assert(u8_check((const uint8_t *)out, len) == NULL);
		assert(forms[i].to(out, len, again) == len);
		assert(memcmp(out, again, len) == 0);
		assert(domain.p == NULL || domain.len <= len);
	}
	check_client(raw, size);
	return 0;
}
