/*
 * test_pseudonym.c - the key file, pseudonyms, MACs and seals.
 */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../milter/pseudonym.h"

static char dir[] = "/tmp/sluice-test-XXXXXX";
static char path[64];

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/key", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static int
no_key(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static struct keys *
must_open(void)
{
	struct error e = { "" };
	struct keys *k = keys_open(path, true, &e);

	if (k == NULL)
		fail_msg("got '%s', want a key", e.text);
	return k;
}

static void
write_key(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
is_made_once(void **state)
{
	char first[PSEUDONYM_HEX + 1], second[PSEUDONYM_HEX + 1];
	struct keys *k = must_open();
	struct stat st;

	(void)state;
	keys_fingerprint(k, first);
	keys_free(k);
	k = must_open();
	keys_fingerprint(k, second);
	keys_free(k);
	assert_string_equal(first, second);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	unlink(path);
	k = must_open();
	keys_fingerprint(k, second);
	keys_free(k);
	assert_string_not_equal(first, second);
}

static void
missing_is_refused(void **state)
{
	struct error e = { "" };

	(void)state;
	assert_null(keys_open(path, false, &e));
	assert_non_null(strstr(e.text, "sluiced makes it"));
}

struct bad {
	const char *name;
	const char *text;
	mode_t mode;
	const char *want;
};

#define HEX64 "0123456789abcdef0123456789abcdef" \
	      "0123456789abcdef0123456789abcdef"

static const struct bad bad[] = {
	{ "readable by all", HEX64 "\n", 0644, "chmod 0640" },
	{ "writable by group", HEX64 "\n", 0660, "chmod 0640" },
	{ "too short", "0123\n", 0640, "damaged" },
	{ "empty", "", 0640, "damaged" },
	{ "too long", HEX64 "00\n", 0640, "damaged" },
	{ "not hex", "this is not a key\n", 0640, "damaged" },
};

static void
is_refused(void **state)
{
	const struct bad *b = *state;
	struct error e = { "" };

	write_key(b->text, b->mode);
	assert_null(keys_open(path, true, &e));
	if (strstr(e.text, b->want) == NULL)
		fail_msg("got '%s', want '%s' in it", e.text, b->want);
}

static void
pseudonyms_differ(void **state)
{
	uint8_t id[4][PSEUDONYM_LEN];
	struct keys *k = must_open();

	(void)state;
	keys_pseudonym(k, "limit a", "x", 1, id[0]);
	keys_pseudonym(k, "limit a", "x", 1, id[1]);
	keys_pseudonym(k, "limit b", "x", 1, id[2]);
	keys_pseudonym(k, "limit a", "", 0, id[3]);
	assert_memory_equal(id[0], id[1], PSEUDONYM_LEN);
	assert_memory_not_equal(id[0], id[2], PSEUDONYM_LEN);
	assert_memory_not_equal(id[0], id[3], PSEUDONYM_LEN);
	/* The border between name space and identity cannot be moved. */
	keys_pseudonym(k, "limit ", "ax", 2, id[1]);
	assert_memory_not_equal(id[0], id[1], PSEUDONYM_LEN);
	keys_free(k);
}

static void
seal_opens_only_whole(void **state)
{
	static const char text[] = "freeze id=mx1-1 scope=\"login:alice\"";
	struct keys *k = must_open();
	char *sealed = keys_seal(k, text, sizeof(text) - 1), *open;
	size_t len = strlen(sealed), got;

	(void)state;
	assert_null(strstr(sealed, "alice"));
	open = keys_unseal(k, sealed, len, &got);
	assert_non_null(open);
	assert_int_equal(got, sizeof(text) - 1);
	assert_string_equal(open, text);
	free(open);
	for (size_t i = 0; i < len; i++) {
		sealed[i] = (char)(sealed[i] ^ 1);
		open = keys_unseal(k, sealed, len, &got);
		assert_null(open);
		sealed[i] = (char)(sealed[i] ^ 1);
	}
	for (size_t n = 0; n < len; n++)
		assert_null(keys_unseal(k, sealed, n, &got));
	free(sealed);
	keys_free(k);
}

static void
mac_depends_on_key_and_data(void **state)
{
	uint8_t one[MAC_LEN], other[MAC_LEN];
	struct keys *k = must_open();

	(void)state;
	keys_mac(k, "a", 1, one);
	keys_mac(k, "b", 1, other);
	assert_memory_not_equal(one, other, MAC_LEN);
	keys_free(k);
	unlink(path);
	k = must_open();
	keys_mac(k, "a", 1, other);
	assert_memory_not_equal(one, other, MAC_LEN);
	keys_free(k);
}

int
main(void)
{
	struct CMUnitTest tests[8 + N_ROWS(bad)] = {
		cmocka_unit_test_setup(is_made_once, no_key),
		cmocka_unit_test_setup(missing_is_refused, no_key),
		cmocka_unit_test_setup(pseudonyms_differ, no_key),
		cmocka_unit_test_setup(seal_opens_only_whole, no_key),
		cmocka_unit_test_setup(mac_depends_on_key_and_data, no_key),
	};
	size_t n = 5;

	ROWS(tests, &n, bad, is_refused);
	return _cmocka_run_group_tests("pseudonym", tests, n, setup, teardown);
}
