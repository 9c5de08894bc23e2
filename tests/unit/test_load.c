/*
 * test_load.c - policies and what they name, from real files.
 */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../milter/load.h"

#define POLICY "own networks { 127.0.0.0/8 }\n" \
	       "limit a { for outbound mail allow 9 messages/hour else hold }\n"
#define SET POLICY "set a from \"a.set\"\nlimit b {\n" \
	    "for authenticated mail when login in a\n" \
	    "allow 9 messages/hour else hold }\n"

enum what { TEXT, NOTHING, DIRECTORY, FIFO, LARGE };

/* What is there as the policy, and as a.set; how it is read, and what is said
 * of it. */
struct row {
	const char *name;
	const char *text;
	enum what policy, set;
	mode_t policy_mode, set_mode;
	bool is_guarded;
	const char *error;	/* NULL: it compiles */
	const char *message;	/* NULL: nothing is */
};

static const struct row rows[] = {
	{ "a policy", POLICY, TEXT, NOTHING, 0644, 0, false, NULL, NULL },
	{ "a policy, guarded", POLICY, TEXT, NOTHING, 0644, 0, true, NULL, NULL },
	{ "a policy and its set", SET, TEXT, TEXT, 0600, 0600, true, NULL, NULL },
	{ "no policy", "", NOTHING, NOTHING, 0, 0, false,
	  "cannot read the policy p: No such file or directory", NULL },
	{ "a directory", "", DIRECTORY, NOTHING, 0755, 0, false,
	  "cannot read the policy p: it is a directory", NULL },
	{ "a pipe, guarded", "", FIFO, NOTHING, 0600, 0, true,
	  "cannot read the policy p: it is not a regular file", NULL },
	{ "too large", "", LARGE, NOTHING, 0644, 0, false,
	  "cannot read the policy p: it is longer than 16777216 bytes", NULL },
	{ "others can write it", POLICY, TEXT, NOTHING, 0664, 0, true,
	  "cannot read the policy p: others can write it; run: chmod go-w p",
	  NULL },
	{ "others can write it, not guarded", POLICY, TEXT, NOTHING, 0666, 0,
	  false, NULL, NULL },
	{ "an error", "limit", TEXT, NOTHING, 0644, 0, false, "p: 1 error",
	  "p:1:6: error: expected a name" },
	{ "no set", SET, TEXT, NOTHING, 0644, 0, false, "p: 1 error",
	  "p:3:12: error: cannot read this file: No such file or directory" },
	{ "the set is a directory", SET, TEXT, DIRECTORY, 0644, 0755, false,
	  "p: 1 error", "cannot read this file: it is a directory" },
	{ "the set is a pipe", SET, TEXT, FIFO, 0644, 0600, false, "p: 1 error",
	  "cannot read this file: it is not a regular file" },
	{ "the set is too large", SET, TEXT, LARGE, 0644, 0644, false,
	  "p: 1 error", "cannot read this file: it is longer than 16777216" },
	{ "others can write the set", SET, TEXT, TEXT, 0644, 0666, true,
	  "p: 1 error", "others can write it; run: chmod go-w a.set" },
	{ "others can write the set, not guarded", SET, TEXT, TEXT, 0644, 0666,
	  false, NULL, NULL },
};

static void
make(const char *path, enum what what, mode_t mode, const char *text)
{
	FILE *f;

	if (what == NOTHING)
		return;
	if (what == DIRECTORY) {
		assert_int_equal(mkdir(path, mode), 0);
		return;
	}
	if (what == FIFO) {
		assert_int_equal(mkfifo(path, mode), 0);
		return;
	}
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	if (what == LARGE)
		assert_int_equal(truncate(path, LOAD_MAX + 1), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static char *
printed(const struct diags *d)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	diags_print(d, out);
	fclose(out);
	return text;
}

static void
check(const char *got, const char *want, bool is_whole)
{
	if (want == NULL ? *got != '\0' :
	    is_whole ? strcmp(got, want) != 0 : strstr(got, want) == NULL)
		fail_msg("got '%s', want '%s'", got, want != NULL ? want : "");
}

/* In a directory of its own, which is left and removed. */
static int
enter(void **state)
{
	static char dir[] = "/tmp/sluice-load-XXXXXX";

	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	*state = mkdtemp(dir);
	return *state == NULL ? -1 : chdir(dir);
}

static void
empty(const char *path)
{
	if (unlink(path) < 0)
		rmdir(path);
}

static int
leave(void **state)
{
	empty("p");
	empty("a.set");
	return chdir("/") < 0 ? -1 : rmdir(*state);
}

static void
test_file(void **state)
{
	const struct row *row = *state;
	struct error e = { "" };
	struct diags *d = diags_new();
	struct policy *p;
	void *dir;
	char *got;

	assert_int_equal(enter(&dir), 0);
	make("p", row->policy, row->policy_mode, row->text);
	make("a.set", row->set, row->set_mode, "anna\n");
	p = row->is_guarded ? load_policy_guarded("p", d, &e) :
	    load_policy("p", d, &e);
	got = printed(d);
	assert_int_equal(leave(&dir), 0);
	check(e.text, row->error, true);
	check(got, row->message, false);
	assert_int_equal(p != NULL, row->error == NULL);
	free(got);
	policy_free(p);
	diags_free(d);
}

/* The owner of a set file can open the gate: root, or who runs this. */
static void
test_owner(void **state)
{
	struct error e = { "" };
	struct diags *d = diags_new();
	void *dir;
	char *got;

	(void)state;
	assert_int_equal(enter(&dir), 0);
	make("p", TEXT, 0644, SET);
	make("a.set", TEXT, 0644, "anna\n");
	assert_int_equal(chown("a.set", 65534, 65534), 0);
	assert_null(load_policy_guarded("p", d, &e));
	got = printed(d);
	assert_int_equal(leave(&dir), 0);
	check(got, "user 65534 owns it, who could open the gate; run: chown root "
	      "a.set", false);
	free(got);
	diags_free(d);
}

/* Paths begin at the directory of the policy, wherever one stands, and that is
 * how messages name them. */
static void
test_directory(void **state)
{
	struct error e = { "" };
	struct diags *d = diags_new();
	struct policy *p;
	char path[64], *got;
	void *dir;

	(void)state;
	assert_int_equal(enter(&dir), 0);
	make("p", TEXT, 0644, SET);
	make("a.set", TEXT, 0644, "anna\n");
	snprintf(path, sizeof(path), "%s/p", (const char *)dir);
	assert_int_equal(chdir("/"), 0);
	p = load_policy_guarded(path, d, &e);
	assert_string_equal(e.text, "");
	assert_non_null(p);
	policy_free(p);
	assert_int_equal(chdir(dir), 0);
	make("a.set", TEXT, 0644, "anna\nb c\n");
	assert_null(load_policy(path, d, &e));
	got = printed(d);
	assert_int_equal(leave(&dir), 0);
	snprintf(path, sizeof(path), "%s/a.set:2:3: error: ", (const char *)dir);
	check(got, path, false);
	free(got);
	diags_free(d);
}

/* `sluice check /dev/stdin` and the like. */
static void
test_pipe(void **state)
{
	struct error e = { "" };
	struct diags *d = diags_new();
	struct policy *p;
	char path[32];
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], POLICY, strlen(POLICY)), strlen(POLICY));
	close(fd[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", fd[0]);
	p = load_policy(path, d, &e);
	assert_string_equal(e.text, "");
	assert_non_null(p);
	close(fd[0]);
	policy_free(p);
	diags_free(d);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 3];
	size_t n = 0;

	ROWS(tests, &n, rows, test_file);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_directory);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_owner);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_pipe);
	return _cmocka_run_group_tests("load", tests, n, NULL, NULL);
}
