/*
 * identity.c - one spelling of an identity is one key: names and addresses of
 * the network. Mail addresses, domains and logins are in address.c.
 */
#include "identity.h"

#include <arpa/inet.h>
#include <string.h>

#include "text.h"

#define UID_MAX_DIGITS 10

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct policy_text
trim(const char *p, size_t len)
{
	while (len > 0 && p[0] == ' ') {
		p++;
		len--;
	}
	while (len > 0 && p[len - 1] == ' ')
		len--;
	return (struct policy_text){ p, len };
}

/* Returns the digits at the beginning without leading zeros, and in *used how
 * many bytes they took. len 0: no number, or more digits than a uid has. */
static struct policy_text
decimal(struct policy_text t, size_t *used)
{
	size_t n = 0, zeros = 0;

	while (n < t.len && is_digit(t.p[n]))
		n++;
	while (zeros + 1 < n && t.p[zeros] == '0')
		zeros++;
	*used = n;
	if (n - zeros > UID_MAX_DIGITS)
		return (struct policy_text){ t.p, 0 };
	return (struct policy_text){ t.p + zeros, n - zeros };
}

static size_t
absent(char out[IDENTITY_MAX + 1])
{
	out[0] = '\0';
	return 0;
}

static size_t
keep(struct policy_text t, char out[IDENTITY_MAX + 1])
{
	memcpy(out, t.p, t.len);
	out[t.len] = '\0';
	return t.len;
}

/* Removes folding. False: too long, or a control character is in it. */
static bool
unfold(const char *raw, size_t len, char out[IDENTITY_MAX], size_t *out_len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = raw[i] == '\t' ? ' ' : raw[i];

		if (c == '\r' || c == '\n')
			continue;
		if ((unsigned char)c < ' ' || c == 0x7f || n == IDENTITY_MAX)
			return false;
		out[n++] = c;
	}
	*out_len = n;
	return true;
}

/* Length of a file name without PHP's `(N) : eval()'d code` (F25). */
static size_t
without_eval(struct policy_text file)
{
	static const char tail[] = ") : eval()'d code";
	const size_t tail_len = sizeof(tail) - 1;

	for (size_t i = 0; i < file.len; i++) {
		size_t at = i + 1;

		while (at < file.len && is_digit(file.p[at]))
			at++;
		if (file.p[i] == '(' && at > i + 1 && file.len - at >= tail_len &&
		    memcmp(file.p + at, tail, tail_len) == 0)
			return i;
	}
	return file.len;
}

size_t
identity_script(const char *raw, size_t len, char out[IDENTITY_MAX + 1])
{
	char text[IDENTITY_MAX];
	struct policy_text t, uid, file;
	size_t used;

	if (!unfold(raw, len, text, &len))
		return absent(out);
	t = trim(text, len);
	uid = decimal(t, &used);
	if (uid.len == 0 || used == t.len || t.p[used] != ':')
		return absent(out);
	file = (struct policy_text){ t.p + used + 1, t.len - used - 1 };
	file = trim(file.p, without_eval(file));
	if (file.len == 0)
		return absent(out);
	keep(uid, out);
	out[uid.len] = ':';
	return uid.len + 1 + keep(file, out + uid.len + 1);
}

size_t
identity_uid(const char *raw, size_t len, char out[IDENTITY_MAX + 1])
{
	static const char prefix[] = "uid=";
	struct policy_text t = trim(raw, len), uid;
	size_t used;

	if (t.len >= sizeof(prefix) - 1 && memcmp(t.p, prefix, sizeof(prefix) - 1) == 0) {
		t.p += sizeof(prefix) - 1;
		t.len -= sizeof(prefix) - 1;
	}
	uid = decimal(t, &used);
	return used == t.len ? keep(uid, out) : absent(out);
}

size_t
identity_header(const char *raw, size_t len, char out[IDENTITY_MAX + 1])
{
	struct text t = { .len = 0 };
	bool has_gap = false;

	for (size_t i = 0; i < len; i++) {
		if (memchr(" \t\r\n", raw[i], 4) != NULL) {
			has_gap = true;
			continue;
		}
		if (has_gap && t.len > 0)
			text_put(&t, ' ');
		has_gap = false;
		text_put(&t, raw[i]);
	}
	return text_is_clean(t.p, t.len) ? text_finish(&t, out) : text_invalid(out);
}

size_t
identity_name(const char *raw, size_t len, char out[IDENTITY_MAX + 1])
{
	bool is_good = len <= IDENTITY_MAX;

	for (size_t i = 0; i < len && is_good; i++)
		is_good = raw[i] >= ' ' && raw[i] <= '~';
	if (!is_good)
		return keep((struct policy_text){ IDENTITY_INVALID,
						  sizeof(IDENTITY_INVALID) - 1 }, out);
	return keep((struct policy_text){ raw, len }, out);
}

bool
identity_client(const char *raw, size_t len, struct policy_address *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const char prefix[] = "IPv6:";
	char text[sizeof(prefix) + INET6_ADDRSTRLEN];
	const char *p = text;

	memset(out, 0, sizeof(*out));
	if (len >= 2 && raw[0] == '[' && raw[len - 1] == ']') {
		raw++;
		len -= 2;
	}
	if (len >= sizeof(text) || memchr(raw, '\0', len) != NULL)
		return false;
	memcpy(text, raw, len);
	text[len] = '\0';
	if (strncasecmp(text, prefix, sizeof(prefix) - 1) == 0)
		p += sizeof(prefix) - 1;
	if (p == text && inet_pton(AF_INET, p, out->bytes) == 1) {
		out->family = 4;
		return true;
	}
	if (inet_pton(AF_INET6, p, out->bytes) != 1)
		return false;
	out->family = 6;
	if (memcmp(out->bytes, mapped, sizeof(mapped)) == 0) {
		memcpy(out->bytes, out->bytes + sizeof(mapped), 4);
		memset(out->bytes + 4, 0, 12);
		out->family = 4;
	}
	return true;
}

bool
identity_in_network(const struct policy_address *a, const struct policy_address *net,
		    unsigned prefix)
{
	unsigned whole = prefix / 8, rest = prefix % 8;

	if (a->family == 0 || a->family != net->family ||
	    memcmp(a->bytes, net->bytes, whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ net->bytes[whole]) >> (8 - rest) == 0;
}
