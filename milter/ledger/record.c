/*
 * record.c - one line of the ledger: to text, from text, and its signature.
 */
#include "record.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../log.h"

#define US_PER_S UINT64_C(1000000)
#define TIME_MAX 20		/* 2026-11-24T13:31:43Z */
#define TIME_FORMAT "%Y-%m-%dT%H:%M:%SZ"

static const char *const kinds[] = {
	[RECORD_FREEZE] = "freeze",
	[RECORD_THAW] = "thaw",
};

/* The fields that are not plain text in the record. */
struct converted {
	char time[TIME_MAX + 1];
	char until[TIME_MAX + 1];
	char scope[SCOPE_TEXT_MAX + 1];
};

/* A line that grows; len > size says that it did not fit. */
struct out {
	char *p;
	size_t len, size;
};

static void
put(struct out *o, const char *text)
{
	size_t len = strlen(text);

	if (o->len + len < o->size)
		memcpy(o->p + o->len, text, len + 1);
	o->len += len;
}

static void
put_field(struct out *o, const char *name, const char *text)
{
	char value[RECORD_LINE_MAX];

	if (*text == '\0')
		return;
	put(o, name);
	put(o, log_value(text, strlen(text), value, sizeof(value)));
}

static bool
time_text(uint64_t time_us, char out[TIME_MAX + 1])
{
	time_t t = (time_t)(time_us / US_PER_S);
	struct tm tm;

	return gmtime_r(&t, &tm) != NULL &&
		strftime(out, TIME_MAX + 1, TIME_FORMAT, &tm) > 0;
}

static size_t
format_signed(const struct record *r, char *out, size_t size)
{
	struct out o = { out, 0, size };
	struct converted c = { .until = "" };

	if (!time_text(r->time_us, c.time) ||
	    (r->until_us > 0 && !time_text(r->until_us, c.until)))
		return 0;
	scope_text(&r->scope, c.scope);
	put(&o, kinds[r->kind]);
	put_field(&o, " id=", r->id);
	put_field(&o, " time=", c.time);
	put_field(&o, " by=", r->by);
	put_field(&o, " sudo=", r->sudo);
	put_field(&o, " scope=", c.scope);
	put_field(&o, " until=", c.until);
	put_field(&o, " lifts=", r->lifts);
	put_field(&o, " reason=", r->reason);
	put_field(&o, " prev=", r->prev);
	return o.len < size ? o.len : 0;
}

size_t
record_format(const struct record *r, char *out, size_t size)
{
	struct out o = { out, format_signed(r, out, size), size };

	if (o.len == 0)
		return 0;
	put_field(&o, " mac=", r->mac);
	return o.len < size ? o.len : 0;
}

void
record_mac_hex(const uint8_t mac[MAC_LEN], char out[RECORD_MAC_HEX + 1])
{
	for (size_t i = 0; i < MAC_LEN; i++)
		snprintf(out + 2 * i, 3, "%02x", mac[i]);
}

static void
compute_mac(const struct record *r, const struct keys *k,
	    char out[RECORD_MAC_HEX + 1])
{
	char line[RECORD_LINE_MAX];
	size_t len = format_signed(r, line, sizeof(line));
	uint8_t mac[MAC_LEN];

	keys_mac(k, line, len, mac);
	record_mac_hex(mac, out);
}

void
record_sign(struct record *r, const struct keys *k)
{
	compute_mac(r, k, r->mac);
}

/* Nobody who can measure our time can hand us records: strcmp will do. */
bool
record_is_signed(const struct record *r, const struct keys *k)
{
	char want[RECORD_MAC_HEX + 1];

	compute_mac(r, k, want);
	return strcmp(r->mac, want) == 0;
}

/* What is left of a line. */
struct in {
	const char *p, *end;
};

static bool
skip(struct in *in, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(in->end - in->p) < len || memcmp(in->p, text, len) != 0)
		return false;
	in->p += len;
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What log_value escaped, behind the backslash. -1: a bad escape. */
static int
unescape(struct in *in)
{
	int high, low;

	if (in->p == in->end)
		return -1;
	if (*in->p == '"' || *in->p == '\\')
		return *in->p++;
	if (*in->p != 'x' || in->end - in->p < 3)
		return -1;
	high = hex_digit(in->p[1]);
	low = hex_digit(in->p[2]);
	in->p += 3;
	return high < 0 || low < 0 ? -1 : 16 * high + low;
}

/* One value, plain or quoted, into out. NULL, or what is wrong with it. */
static const char *
take_value(struct in *in, char *out, size_t size)
{
	bool is_quoted = skip(in, "\"");
	size_t n = 0;

	for (;;) {
		int c;

		if (in->p == in->end) {
			if (is_quoted)
				return "has no closing quote";
			break;
		}
		if (*in->p == (is_quoted ? '"' : ' ')) {
			in->p += is_quoted;
			break;
		}
		c = (unsigned char)*in->p++;
		if (is_quoted && c == '\\')
			c = unescape(in);
		if (c <= 0)
			return "has a bad escape or byte";
		if (n + 1 >= size)
			return "is too long";
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return n > 0 ? NULL : "is empty";
}

/* Fields stand in one order, so a line has one spelling. */
static bool
take_field(struct in *in, const char *name, bool is_needed, char *out,
	   size_t size, struct error *e)
{
	const char *wrong;

	out[0] = '\0';
	if (!skip(in, name)) {
		if (is_needed)
			return error_set(e, "the field '%s' is missing or not in its "
					 "place", name + 1);
		return true;
	}
	wrong = take_value(in, out, size);
	if (wrong != NULL)
		return error_set(e, "the value of '%s' %s", name + 1, wrong);
	return true;
}

#define TAKE(name, is_needed, to) \
	take_field(&in, " " name "=", (is_needed), (to), sizeof(to), e)

static bool
take_fields(struct record *r, struct converted *c, const char *line, size_t len,
	    struct error *e)
{
	struct in in = { line, line + len };
	bool is_thaw = skip(&in, kinds[RECORD_THAW]);

	if (!is_thaw && !skip(&in, kinds[RECORD_FREEZE]))
		return error_set(e, "it begins with neither 'freeze' nor 'thaw'");
	r->kind = is_thaw ? RECORD_THAW : RECORD_FREEZE;
	if (!TAKE("id", true, r->id) || !TAKE("time", true, c->time) ||
	    !TAKE("by", true, r->by) || !TAKE("sudo", false, r->sudo) ||
	    !TAKE("scope", true, c->scope) ||
	    !(is_thaw ? TAKE("lifts", true, r->lifts) :
			TAKE("until", false, c->until)) ||
	    !TAKE("reason", true, r->reason) || !TAKE("prev", false, r->prev) ||
	    !TAKE("mac", true, r->mac))
		return false;
	if (in.p != in.end)
		return error_set(e, "it goes on behind the mac");
	return true;
}

static bool
parse_time(const char *text, uint64_t *time_us)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, TIME_FORMAT, &tm);
	time_t t;

	if (end == NULL || *end != '\0')
		return false;
	t = timegm(&tm);
	*time_us = (uint64_t)t * US_PER_S;
	return t >= 0;
}

static bool
is_mac(const char *text)
{
	return strlen(text) == RECORD_MAC_HEX &&
		strspn(text, "0123456789abcdef") == RECORD_MAC_HEX;
}

static bool
is_name(char *name)
{
	char node[RECORD_NODE_MAX + 1], *mark = strchr(name, '/');
	uint64_t n;

	if (mark == NULL)
		return false;
	*mark++ = '\0';
	return record_id_split(name, node, &n) && strlen(mark) == RECORD_MARK_HEX &&
		strspn(mark, "0123456789abcdef") == RECORD_MARK_HEX;
}

static bool
check_lifts(const struct record *r, struct error *e)
{
	char name[RECORD_NAME_MAX + 1];
	const char *at = NULL;

	while (record_next_lift(r, &at, name))
		if (!is_name(name))
			return error_set(e, "'%s' in 'lifts=' is not an id/mark", name);
	return true;
}

bool
record_parse(struct record *r, const char *line, size_t len, struct error *e)
{
	char again[RECORD_LINE_MAX], node[RECORD_NODE_MAX + 1];
	struct converted c = { .until = "" };
	uint64_t n;

	memset(r, 0, sizeof(*r));
	if (!take_fields(r, &c, line, len, e) || !check_lifts(r, e))
		return false;
	if (!record_id_split(r->id, node, &n))
		return error_set(e, "'%s' is not an id", r->id);
	if (!parse_time(c.time, &r->time_us))
		return error_set(e, "'%s' is not a time", c.time);
	if (c.until[0] != '\0' && !parse_time(c.until, &r->until_us))
		return error_set(e, "'%s' is not a time", c.until);
	if (!scope_parse(&r->scope, c.scope, e))
		return false;
	if (!is_mac(r->mac) || (n == 1 ? r->prev[0] != '\0' : !is_mac(r->prev)))
		return error_set(e, "'prev=' or 'mac=' is not what it must be");
	if (record_format(r, again, sizeof(again)) != len ||
	    memcmp(again, line, len) != 0)
		return error_set(e, "it is not spelled as sluice spells it");
	return true;
}

/* The node is all before the last hyphen. */
bool
record_id_split(const char *id, char node[RECORD_NODE_MAX + 1], uint64_t *n)
{
	const char *hyphen = strrchr(id, '-');
	size_t len = hyphen == NULL ? 0 : (size_t)(hyphen - id);
	size_t digits;

	if (len < 1 || len > RECORD_NODE_MAX)
		return false;
	if (strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789.-_") < len)
		return false;
	digits = strlen(hyphen + 1);
	if (digits < 1 || digits > 15 || hyphen[1] == '0' ||
	    strspn(hyphen + 1, "0123456789") != digits)
		return false;
	memcpy(node, id, len);
	node[len] = '\0';
	*n = 0;
	for (const char *p = hyphen + 1; *p != '\0'; p++)
		*n = 10 * *n + (uint64_t)(*p - '0');
	return true;
}

void
record_name(const struct record *r, char out[RECORD_NAME_MAX + 1])
{
	snprintf(out, RECORD_NAME_MAX + 1, "%s/%.*s", r->id, RECORD_MARK_HEX, r->mac);
}

bool
record_next_lift(const struct record *r, const char **at,
		 char name[RECORD_NAME_MAX + 1])
{
	const char *p = *at == NULL ? r->lifts : *at;
	size_t len = strcspn(p, ",");

	if (*p == '\0')
		return false;
	/* What is too long for a name must not become another by being cut. */
	snprintf(name, RECORD_NAME_MAX + 1, "%.*s",
		 len > RECORD_NAME_MAX ? 0 : (int)len, p);
	*at = p[len] == ',' ? p + len + 1 : p + len;
	return true;
}
