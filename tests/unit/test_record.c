/*
 * test_record.c - one record, one line, one spelling.
 */
#include "test.h"

#include <unistd.h>

#include "../../milter/ledger/record.h"

#define MAC "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FIRST "freeze id=mx1-5f3a9c-1 time=2026-11-24T13:31:43Z by=root "
#define REST "scope=script:33:contact.php reason=\"spam run\" "
#define LINE FIRST REST "mac=" MAC

static struct keys *keys;

static int
setup(void **state)
{
	char dir[] = "/tmp/sluice-record-XXXXXX", path[64];
	struct error e;

	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/key", dir);
	keys = keys_open(path, true, &e);
	unlink(path);
	rmdir(dir);
	return keys == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	keys_free(keys);
	return 0;
}

struct good {
	const char *name;
	const char *line;
};

static const struct good good[] = {
	{ "freeze", LINE },
	{ "with sudo", FIRST "sudo=alice " REST "mac=" MAC },
	{ "second", "freeze id=mx1-2 time=1970-01-01T00:00:00Z by=0 scope=all "
	  "reason=x prev=" MAC " mac=" MAC },
	{ "with an end", FIRST "scope=limit/a/33:b.php until=2026-11-24T14:31:43Z "
	  "reason=x mac=" MAC },
	{ "thaw", "thaw id=a.b-1 time=2026-11-24T13:31:43Z by=root scope=all "
	  "lifts=mx1-5f3a9c-1/0123456789abcdef,mx2-7/00112233445566ff reason=\"form fixed\" mac=" MAC },
	{ "escapes", FIRST "scope=all reason=\"\\\"\\\\\\x0a\\xc3\\xa9\" mac=" MAC },
};

static void
stays(void **state)
{
	const struct good *row = *state;
	char out[RECORD_LINE_MAX];
	struct error e = { "" };
	struct record r;

	if (!record_parse(&r, row->line, strlen(row->line), &e))
		fail_msg("got '%s', want a record", e.text);
	assert_int_equal(record_format(&r, out, sizeof(out)), strlen(row->line));
	assert_string_equal(out, row->line);
	assert_int_equal(record_format(&r, out, strlen(row->line)), 0);
}

struct bad {
	const char *name;
	const char *line;
	const char *why;
};

static const struct bad bad[] = {
	{ "empty", "", "neither 'freeze' nor 'thaw'" },
	{ "another kind", "melt" LINE, "neither 'freeze' nor 'thaw'" },
	{ "no id", "freeze time=2026-11-24T13:31:43Z", "'id='" },
	{ "no reason", FIRST "scope=all mac=" MAC, "'reason='" },
	{ "no mac", FIRST REST, "'mac='" },
	{ "empty reason", FIRST "scope=all reason=\"\" mac=" MAC, "is empty" },
	{ "order", FIRST "reason=x scope=all mac=" MAC, "'scope='" },
	{ "unknown word", FIRST "for=2h " REST "mac=" MAC, "'scope='" },
	{ "word behind", LINE " x=y", "behind the mac" },
	{ "lifts in a freeze", FIRST "scope=all lifts=a-1 reason=x mac=" MAC,
	  "'reason='" },
	{ "thaw of nothing", "thaw id=a-1 time=2026-11-24T13:31:43Z by=root "
	  "scope=all reason=x mac=" MAC, "'lifts='" },
	{ "a thaw with an end", "thaw id=a-1 time=2026-11-24T13:31:43Z by=root "
	  "scope=all until=2026-11-24T14:31:43Z lifts=a-1/0123456789abcdef reason=x "
	  "mac=" MAC, "'lifts='" },
	{ "an end that is no time", FIRST "scope=all until=soon reason=x mac=" MAC,
	  "'soon' is not a time" },
	{ "lifts no id", "thaw id=a-1 time=2026-11-24T13:31:43Z by=root "
	  "scope=all lifts=a-1/0123456789abcdef,b-2 reason=x mac=" MAC, "'b-2' in 'lifts='" },
	{ "quote open", FIRST "scope=all reason=\"x mac=" MAC, "closing quote" },
	{ "bad escape", FIRST "scope=all reason=\"a\\n\" mac=" MAC, "bad escape" },
	{ "upper-case escape", FIRST "scope=all reason=\"\\x0A\" mac=" MAC,
	  "bad escape" },
	{ "escaped NUL", FIRST "scope=all reason=\"\\x00\" mac=" MAC, "bad escape" },
	{ "needless quotes", FIRST "scope=all reason=\"x\" mac=" MAC, "spelled" },
	{ "needless escape", FIRST "scope=all reason=\"a\\x20b\" mac=" MAC,
	  "spelled" },
	{ "raw byte", FIRST "scope=all reason=a\tb mac=" MAC, "spelled" },
	{ "two spaces", FIRST " " REST "mac=" MAC, "'scope='" },
	{ "scope unknown", FIRST "scope=user:a reason=x mac=" MAC, "not a scope" },
	{ "scope not normal", FIRST "scope=login:Alice reason=x mac=" MAC,
	  "spelled" },
	{ "short mac", FIRST REST "mac=0123", "'mac='" },
	{ "mac in capitals", FIRST REST "mac=ABCDEFABCDEF0123456789abcdef01234567"
	  "89abcdef0123456789abcdef", "'mac='" },
	{ "first with prev", FIRST REST "prev=" MAC " mac=" MAC, "'prev='" },
	{ "second without prev", "freeze id=mx1-2 time=2026-11-24T13:31:43Z "
	  "by=root scope=all reason=x mac=" MAC, "'prev='" },
	{ "no such day", "freeze id=a-1 time=2026-02-30T13:31:43Z by=root "
	  "scope=all reason=x mac=" MAC, "spelled" },
	{ "no time", "freeze id=a-1 time=now by=root scope=all reason=x mac=" MAC,
	  "not a time" },
	{ "id without number", "freeze id=mx1 time=2026-11-24T13:31:43Z by=root "
	  "scope=all reason=x mac=" MAC, "not an id" },
};

static void
is_refused(void **state)
{
	const struct bad *row = *state;
	struct error e = { "" };
	struct record r;

	assert_false(record_parse(&r, row->line, strlen(row->line), &e));
	if (strstr(e.text, row->why) == NULL)
		fail_msg("got '%s', want '%s' in it", e.text, row->why);
}

struct id {
	const char *name;
	const char *id;
	const char *node;	/* NULL: not an id */
	uint64_t n;
};

static const struct id ids[] = {
	{ "plain", "mx1-5f3a9c-7", "mx1-5f3a9c", 7 },
	{ "long number", "a-123456789012345", "a", 123456789012345 },
	{ "no node", .id = "-7" },
	{ "no number", .id = "mx1-" },
	{ "zero", .id = "mx1-0" },
	{ "leading zero", .id = "mx1-07" },
	{ "sign", .id = "mx1-+7" },
	{ "too long a number", .id = "mx1-1234567890123456" },
	{ "comma", .id = "a,b-1" },
	{ "space", .id = "a b-1" },
	{ "slash", .id = "a/b-1" },
};

static void
splits(void **state)
{
	const struct id *row = *state;
	char node[RECORD_NODE_MAX + 1];
	uint64_t n;

	assert_int_equal(record_id_split(row->id, node, &n), row->node != NULL);
	if (row->node != NULL) {
		assert_string_equal(node, row->node);
		assert_int_equal(n, row->n);
	}
}

/* Every single change of a signed line is noticed. */
static void
signature_covers_the_line(void **state)
{
	char line[RECORD_LINE_MAX];
	struct error e = { "" };
	struct record r;
	size_t len;

	(void)state;
	assert_true(record_parse(&r, LINE, strlen(LINE), &e));
	record_sign(&r, keys);
	assert_true(record_is_signed(&r, keys));
	len = record_format(&r, line, sizeof(line));
	for (size_t i = 0; i < 8 * len; i++) {
		line[i / 8] = (char)(line[i / 8] ^ (1 << i % 8));
		if (record_parse(&r, line, len, &e) && record_is_signed(&r, keys))
			fail_msg("bit %zu: got a good record, want a bad one", i);
		line[i / 8] = (char)(line[i / 8] ^ (1 << i % 8));
	}
	assert_true(record_parse(&r, line, len, &e) && record_is_signed(&r, keys));
}

/* The longest of everything still fits the line. */
static void
longest_fits(void **state)
{
	struct record r = { .kind = RECORD_FREEZE, .id = "a-1" }, again;
	char line[RECORD_LINE_MAX];
	struct error e = { "" };
	size_t len;

	(void)state;
	memset(r.by, '\n', RECORD_WHO_MAX);
	memset(r.sudo, '\n', RECORD_WHO_MAX);
	memset(r.reason, '\n', RECORD_REASON_MAX);
	record_sign(&r, keys);
	len = record_format(&r, line, sizeof(line));
	assert_true(len > 0);
	if (!record_parse(&again, line, len, &e))
		fail_msg("got '%s', want a record", e.text);
	assert_memory_equal(&again, &r, sizeof(r));
}

int
main(void)
{
	struct CMUnitTest tests[2 + N_ROWS(good) + N_ROWS(bad) + N_ROWS(ids)] = {
		cmocka_unit_test(signature_covers_the_line),
		cmocka_unit_test(longest_fits),
	};
	size_t n = 2;

	ROWS(tests, &n, good, stays);
	ROWS(tests, &n, bad, is_refused);
	ROWS(tests, &n, ids, splits);
	return _cmocka_run_group_tests("record", tests, n, setup, teardown);
}
