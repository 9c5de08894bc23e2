/*
 * test_login.c - who may use a real Redis, and what others are told.
 *
 * No sentence has a password in it.
 */
#include "test.h"

#include "../../milter/clock.h"
#include "../../milter/redis/conn.h"
#include "private_redis.h"

#include <signal.h>
#include <sys/stat.h>

#define PATIENT_US 10000000
#define SECRET "s3cr3t-of-the-gate"
#define USER(rules) { "ACL", "SETUSER", "gate", "on", ">" SECRET, rules }

enum { WELL, PASSES, LASTS };

struct row {
	const char *name;
	const char *before[6];		/* a command that is given first */
	const char *user;
	const char *file;		/* what is in the password file; NULL: none */
	unsigned db;
	int want;
	const char *why;		/* a part of the sentence */
};

static const struct row rows[] = {
	{ "nobody asks", { NULL }, NULL, NULL, 0, WELL, "" },
	{ "a password", { "CONFIG", "SET", "requirepass", SECRET }, NULL,
	  SECRET "\n", 0, WELL, "" },
	{ "a line without an end", { "CONFIG", "SET", "requirepass", SECRET }, NULL,
	  SECRET, 0, WELL, "" },
	{ "only the first line", { "CONFIG", "SET", "requirepass", SECRET }, NULL,
	  SECRET "\r\nbelow\n", 0, WELL, "" },
	{ "a wrong password", { "CONFIG", "SET", "requirepass", SECRET }, NULL,
	  "no" SECRET "\n", 0, LASTS, "Redis: WRONGPASS; compare --redis-user" },
	{ "no password", { "CONFIG", "SET", "requirepass", SECRET }, NULL, NULL, 0,
	  LASTS, "give --redis-password-file" },
	{ "none is wanted", { NULL }, NULL, SECRET "\n", 0, LASTS,
	  "leave out --redis-password-file" },
	{ "a user", USER("+@all"), "gate", SECRET "\n", 0, WELL, "" },
	{ "a user without a name", USER("+get"), "gate", SECRET "\n", 0, WELL, "" },
	{ "an unknown user", USER("+@all"), "gates", SECRET "\n", 0, LASTS,
	  "Redis: WRONGPASS" },
	{ "another database", USER("+select"), "gate", SECRET "\n", 3, WELL, "" },
	{ "a database that is not there", { NULL }, NULL, NULL, 99, LASTS,
	  "choose a smaller --redis-db" },
	{ "a user who may not select", USER("+get"), "gate", SECRET "\n", 3, LASTS,
	  "to run the 'select' command; sluice needs: ACL SETUSER" },
};

static void
write_file(char path[96], const char *dir, const char *text, mode_t mode)
{
	FILE *f;

	snprintf(path, 96, "%s/password", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static void
log_in(void **state)
{
	const struct row *r = *state;
	uint64_t deadline_us = clock_monotonic_us() + PATIENT_US;
	const char *const *b = r->before;
	struct private_redis server;
	struct target t = { .user = r->user, .db = r->db };
	struct conn *admin, *c;
	struct error e = { "" };
	bool is_lasting;
	char path[96];
	int got;

	private_redis_init(&server);
	t.address = server.address;
	if (r->file != NULL) {
		write_file(path, server.dir, r->file, 0640);
		t.password_file = path;
	}
	admin = private_redis_open(&server);
	if (b[0] != NULL)
		reply_free(conn_ask(admin, deadline_us, &e, b[0], b[1], b[2], b[3],
				    b[4], b[5], NULL));
	c = conn_try(&t, deadline_us, &is_lasting, &e);
	got = c != NULL ? WELL : is_lasting ? LASTS : PASSES;
	conn_close(c);
	conn_close(admin);
	private_redis_fini(&server);
	if (got != r->want || strstr(e.text, r->why) == NULL ||
	    strstr(e.text, SECRET) != NULL)
		fail_msg("got %d '%s', want %d '%s'", got, e.text, r->want, r->why);
}

/* An unknown command is answered with its arguments. */
static void
is_not_told(void **state)
{
	struct private_redis server;
	struct target t = { .user = "gate" };
	struct error e = { "" };
	bool is_lasting;
	char path[96];

	(void)state;
	private_redis_init(&server);
	write_file(path, server.dir, SECRET, 0600);
	t.address = server.address;
	t.password_file = path;
	private_redis_signal(&server, SIGKILL);
	private_redis_start(&server, "--rename-command", "AUTH", "GONE", NULL);
	assert_null(conn_try(&t, clock_monotonic_us() + PATIENT_US, &is_lasting, &e));
	private_redis_fini(&server);
	assert_non_null(strstr(e.text, "answers AUTH with an error"));
	assert_null(strstr(e.text, SECRET));
}

/* People find us in CLIENT LIST. */
static void
has_a_name(void **state)
{
	uint64_t deadline_us = clock_monotonic_us() + PATIENT_US;
	struct private_redis server;
	struct error e = { "" };
	struct reply *r;
	struct conn *c;
	size_t len;

	(void)state;
	private_redis_init(&server);
	c = private_redis_open(&server);
	r = conn_ask(c, deadline_us, &e, "CLIENT", "GETNAME", NULL);
	assert_non_null(r);
	assert_memory_equal(reply_text(r, &len), "test_login:", 11);
	reply_free(r);
	conn_close(c);
	private_redis_fini(&server);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 2] = {
		{ "Redis's words are not told", is_not_told, NULL, NULL, NULL },
		{ "the name of the program", has_a_name, NULL, NULL, NULL },
	};
	size_t n = 2;

	ROWS(tests, &n, rows, log_in);
	return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
