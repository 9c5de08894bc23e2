/*
 * test_trouble.c - each error of Redis has its meaning, by how it begins.
 */
#include "test.h"

#include "../../milter/redis/trouble.h"

enum { PASSES, LASTS };

struct row {
	const char *name;	/* what Redis says */
	int want;
	const char *advice;	/* a part of it; "" none */
};

static const struct row rows[] = {
	{ "WRONGPASS invalid username-password pair or user is disabled.", LASTS,
	  "--redis-password-file" },
	{ "ERR invalid password", LASTS, "requirepass" },
	{ "NOAUTH Authentication required.", LASTS, "--redis-password-file" },
	{ "ERR AUTH <password> called without any password configured for the "
	  "default user.", LASTS, "leave out --redis-password-file" },
	{ "ERR Client sent AUTH, but no password is set", LASTS,
	  "leave out --redis-password-file" },
	{ "ERR wrong number of arguments for 'auth' command", LASTS, "--redis-user" },
	{ "NOPERM this user has no permissions to run the 'mget' command", LASTS,
	  "+mget" },
	{ "ERR DB index is out of range", LASTS, "--redis-db" },
	{ "ERR max number of clients reached", PASSES, "maxclients" },
	{ "DENIED Redis is running in protected mode because ..", LASTS,
	  "protected-mode" },
	{ "LOADING Redis is loading the dataset in memory", PASSES, "reads its data" },
	{ "BUSY Redis is busy running a script.", PASSES, "SCRIPT KILL" },
	{ "OOM command not allowed when used memory > 'maxmemory'.", PASSES,
	  "raise maxmemory" },
	{ "MISCONF Redis is configured to save RDB snapshots, but ..", PASSES, "disk" },
	{ "READONLY You can't write against a read only replica.", LASTS, "primary" },
	{ "MASTERDOWN Link with MASTER is down and ..", LASTS, "primary" },
	{ "NOREPLICAS Not enough good replicas to write.", PASSES, "replicas" },
	{ "CLUSTERDOWN Hash slot not served", LASTS, "cluster-enabled no" },
	{ "MOVED 3999 127.0.0.1:6381", LASTS, "cluster-enabled no" },
	{ "ASK 3999 127.0.0.1:6381", LASTS, "cluster-enabled no" },
	{ "CROSSSLOT Keys in request don't hash to the same slot", LASTS,
	  "cluster-enabled no" },
	{ "WRONGTYPE Operation against a key holding the wrong kind of value", LASTS,
	  "of its own" },
	{ "ERR Error running script (call to f_5c): @user_script:96: "
	  "@user_script: 96: -OOM command not allowed ..", PASSES, "raise maxmemory" },
	{ "ERR Error running script (call to f_5c): @user_script:96: -READONLY ..",
	  LASTS, "primary" },
	{ "ERR Error running script (call to f_5c): @user_script:7: x", PASSES, "" },
	{ "OTHER something", PASSES, "" },
	{ "", PASSES, "" },
};

static void
trouble(void **state)
{
	const struct row *r = *state;
	const struct trouble *t = trouble_of(r->name);
	struct error e;

	assert_int_equal(t->is_lasting, r->want == LASTS);
	trouble_say(r->name, &e);
	if (strstr(e.text, r->advice) == NULL || strlen(e.text) + 1 == sizeof(e.text))
		fail_msg("got '%s', want '%s' in it, whole", e.text, r->advice);
	assert_true((*r->advice != '\0') == (strstr(e.text, "; ") != NULL));
	trouble_say_code(r->name, &e);
	if (*r->name != '\0' && strstr(e.text, r->name) != NULL &&
	    strcmp(t->prefix, r->name) != 0)
		fail_msg("got '%s', want no word of Redis's in it", e.text);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, trouble);
	return cmocka_run_group_tests_name("trouble", tests, NULL, NULL);
}
