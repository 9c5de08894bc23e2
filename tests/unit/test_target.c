/*
 * test_target.c - which Redis, and as whom: what cannot be meant is refused.
 */
#include "test.h"

#include "../../milter/redis/conn.h"

#include <sys/stat.h>
#include <unistd.h>

#define TCP "127.0.0.1:6379"
#define SOCKET "unix:/run/redis.sock"
#define LONG "0123456789012345678901234567890123456789012345678901234567890123"
#define LONGEST LONG LONG LONG LONG LONG LONG LONG LONG

static char dir[] = "/tmp/sluice-target.XXXXXX";

struct row {
	const char *name;
	struct target t;		/* files are below dir */
	const char *why;		/* a part of the sentence; "": it can be used */
};

static const struct row rows[] = {
	{ "a socket", { .address = SOCKET }, "" },
	{ "no address", { .address = "localhost" }, "is not an address" },
	{ "a user and no password", { .address = TCP, .user = "gate" },
	  "--redis-user needs --redis-password-file" },
	{ "a password", { .address = TCP, .password_file = "good" }, "" },
	{ "of the greatest length", { .address = TCP, .password_file = "longest" }, "" },
	{ "too long", { .address = TCP, .password_file = "longer" },
	  "is longer than 512 bytes" },
	{ "no file", { .address = TCP, .password_file = "none" },
	  "/none: No such file or directory" },
	{ "a file for all", { .address = TCP, .password_file = "open" },
	  "can be read or written by others; run: chmod 0640" },
	{ "a directory", { .address = TCP, .password_file = "" },
	  "is not a regular file" },
	{ "a pipe", { .address = TCP, .password_file = "pipe" },
	  "is not a regular file" },
	{ "an empty file", { .address = TCP, .password_file = "empty" },
	  "first line of the password file" },
	{ "an empty line", { .address = TCP, .password_file = "late" },
	  "first line of the password file" },
	{ "a zero byte", { .address = TCP, .password_file = "zero" },
	  "it has a zero byte" },
	{ "a certificate without a key", { .address = TCP, .cert_file = "good" },
	  "--redis-cert and --redis-cert-key belong together" },
	{ "a certificate without TLS", { .address = TCP, .cert_file = "good",
	  .key_file = "good" }, "--redis-cert needs --redis-ca" },
	{ "TLS on a socket", { .address = SOCKET, .ca_file = "good" },
	  "--redis-ca switches TLS on, which a UNIX socket does not have" },
	{ "no file of an authority", { .address = TCP, .ca_file = "none" },
	  "cannot read the file of --redis-ca" },
	{ "an authority that is none", { .address = TCP, .ca_file = "good" },
	  "holds no certificate in PEM" },
};

static void
make(const char *name, const char *text, size_t len, mode_t mode)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static int
make_all(void **state)
{
	char path[96];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/pipe", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	make("good", "secret\n", 7, 0640);
	make("open", "secret\n", 7, 0644);
	make("longest", LONGEST "\n", sizeof(LONGEST), 0600);
	make("longer", LONGEST "0\n", sizeof(LONGEST) + 1, 0600);
	make("empty", "", 0, 0600);
	make("late", "\nsecret\n", 8, 0600);
	make("zero", "sec\0ret\n", 8, 0600);
	return 0;
}

static int
remove_all(void **state)
{
	static const char *const names[] = { "pipe", "good", "open", "longest",
		"longer", "empty", "late", "zero" };
	char path[96];

	(void)state;
	for (size_t i = 0; i < N_ROWS(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static const char *
below(const char *name, char path[96])
{
	if (name == NULL)
		return NULL;
	snprintf(path, 96, "%s/%s", dir, name);
	return path;
}

static void
target(void **state)
{
	const struct row *r = *state;
	struct target t = r->t;
	char path[4][96];
	struct error e = { "" };
	bool is_ok;

	t.password_file = below(t.password_file, path[0]);
	t.ca_file = below(t.ca_file, path[1]);
	t.cert_file = below(t.cert_file, path[2]);
	t.key_file = below(t.key_file, path[3]);
	is_ok = target_ok(&t, &e);
	if (is_ok != (*r->why == '\0') || strstr(e.text, r->why) == NULL ||
	    strstr(e.text, "secret") != NULL)
		fail_msg("got '%s', want '%s'", e.text, r->why);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, target);
	return cmocka_run_group_tests_name("target", tests, make_all, remove_all);
}
