/*
 * script.c - one spelling of an identity is one key: who called sendmail(1).
 */
#include "identity.h"

#include <string.h>

#include "text.h"

#define UID_LAST "4294967295"
#define UID_DIGITS (sizeof(UID_LAST) - 1)

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Returns the uid at the beginning without leading zeros, and in *used how many
 * bytes it took. len 0: there is none. */
static struct policy_text
take_uid(struct policy_text t, size_t *used)
{
	size_t n = 0, zeros = 0, len;

	while (n < t.len && is_digit(t.p[n]))
		n++;
	while (zeros + 1 < n && t.p[zeros] == '0')
		zeros++;
	len = n - zeros;
	*used = n;
	if (len > UID_DIGITS ||
	    (len == UID_DIGITS && memcmp(t.p + zeros, UID_LAST, len) > 0))
		len = 0;
	return (struct policy_text){ t.p + zeros, len };
}

/* Length of a file name without PHP's `(LINE) : eval()'d code`, or whatever
 * else it calls code that has no file of its own (F25). */
static size_t
without_eval(struct policy_text file)
{
	static const char tail[] = ") : ";
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

static size_t
absent(char out[IDENTITY_MAX + 1])
{
	out[0] = '\0';
	return 0;
}

size_t
identity_script(const char *raw, size_t len, char out[IDENTITY_MAX + 1])
{
	struct text t = { .len = 0 }, script = { .len = 0 };
	struct policy_text uid, file;
	size_t used;

	if (!text_unfold(&t, raw, len))
		return absent(out);
	uid = take_uid((struct policy_text){ t.p, t.len }, &used);
	if (uid.len == 0 || used == t.len || t.p[used] != ':')
		return absent(out);
	file = (struct policy_text){ t.p + used + 1, t.len - used - 1 };
	file = text_trim(file.p, without_eval(file));
	if (file.len == 0)
		return absent(out);
	text_add(&script, uid.p, uid.len);
	text_put(&script, ':');
	text_add(&script, file.p, file.len);
	return text_finish(&script, out);
}

size_t
identity_uid(const char *raw, size_t len, char out[IDENTITY_MAX + 1])
{
	static const char prefix[] = "uid=";
	const size_t prefix_len = sizeof(prefix) - 1;
	struct text t = { .len = 0 }, digits = { .len = 0 };
	struct policy_text rest, uid;
	size_t used;

	if (!text_unfold(&t, raw, len))
		return absent(out);
	rest = (struct policy_text){ t.p, t.len };
	if (t.len >= prefix_len && memcmp(t.p, prefix, prefix_len) == 0)
		rest = (struct policy_text){ t.p + prefix_len, t.len - prefix_len };
	uid = take_uid(rest, &used);
	if (used != rest.len)
		return absent(out);
	text_add(&digits, uid.p, uid.len);
	return text_finish(&digits, out);
}
