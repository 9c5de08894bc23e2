/*
 * test_ledger.c - what is frozen stays frozen: over restarts, processes, nodes
 * and threads.
 */
#include "test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger_room.h"

static struct room room;

static int
setup(void **state)
{
	(void)state;
	room_init(&room, NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	room_fini(&room);
	return 0;
}

static void
count_one(const struct record *r, const char *line, size_t len, void *arg)
{
	(void)arg;
	assert_true(record_is_signed(r, room.keys));
	assert_int_equal(line[len], '\n');
}

static size_t
count(struct ledger *l)
{
	return ledger_each(l, count_one, NULL);
}

static void
assert_whole(const struct ledger *l)
{
	if (ledger_broken(l) != NULL)
		fail_msg("got '%s', want a whole ledger", ledger_broken(l));
}

/* Whoever keeps the lock keeps others from writing, not from living. */
static void
a_kept_lock_is_no_damage(void **state)
{
	struct ledger *l = room_open(&room);
	int fd = open(room_path(&room, "ledger"), O_RDONLY);
	struct record r = { .kind = RECORD_FREEZE, .by = "root", .reason = "a test" };
	struct error e = { "" };

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_false(ledger_append(l, &r, &e));
	assert_non_null(strstr(e.text, "another process holds it"));
	assert_whole(l);
	assert_null(ledger_open(room.dir, room.keys, &e));
	assert_non_null(strstr(e.text, "another process holds it"));
	close(fd);
	assert_true(ledger_append(l, &r, &e));
	ledger_free(l);
}

static void
first_start_is_empty(void **state)
{
	struct ledger *l = room_open(&room);
	char token[STORE_TOKEN_MAX + 1];
	size_t n;

	(void)state;
	assert_whole(l);
	assert_false(room_is_frozen(l, "33:a.php"));
	assert_null(ledger_active(l, &n));
	assert_int_equal(n, 0);
	ledger_token(l, token);
	assert_string_equal(token, "");
	ledger_free(l);
}

static void
freeze_outlives_the_process(void **state)
{
	struct ledger *l = room_open(&room);
	char node[RECORD_NODE_MAX + 1];
	struct record r, *active;
	size_t n;

	(void)state;
	room_freeze(l, "script:33:a.php", &r);
	snprintf(node, sizeof(node), "%s", ledger_node(l));
	ledger_free(l);
	l = room_open(&room);
	assert_string_equal(ledger_node(l), node);
	assert_true(room_is_frozen(l, "33:a.php"));
	assert_false(room_is_frozen(l, "33:b.php"));
	active = ledger_active(l, &n);
	assert_int_equal(n, 1);
	assert_string_equal(active->id, r.id);
	assert_string_equal(active->reason, "a test");
	free(active);
	room_thaw(l, &r);
	assert_false(room_is_frozen(l, "33:a.php"));
	ledger_free(l);
	l = room_open(&room);
	assert_whole(l);
	assert_false(room_is_frozen(l, "33:a.php"));
	assert_int_equal(count(l), 2);
	ledger_free(l);
}

static void
inbound_is_never_frozen(void **state)
{
	struct ledger *l = room_open(&room);
	struct policy_facts f = room_facts("33:a.php");
	struct ledger_view v;
	struct record r;

	(void)state;
	room_freeze(l, "all", &r);
	ledger_look(l, &(struct scope_mail){ .facts = &f }, &v);
	assert_true(v.is_frozen);
	assert_string_equal(v.freeze_id, r.id);
	f.class = POLICY_INBOUND;
	ledger_look(l, &(struct scope_mail){ .facts = &f }, &v);
	assert_false(v.is_frozen);
	ledger_free(l);
}

static void
thaw_lifts_what_is_active(void **state)
{
	struct ledger *l = room_open(&room);
	struct record r = { .kind = RECORD_THAW, .by = "root", .reason = "x",
			    .lifts = "elsewhere-1/0123456789abcdef" };
	struct error e = { "" };

	(void)state;
	assert_false(ledger_append(l, &r, &e));
	assert_non_null(strstr(e.text, "elsewhere-1/0123456789abcdef is not an active"));
	assert_int_equal(count(l), 0);
	ledger_free(l);
}

static void
record_needs_a_reason(void **state)
{
	struct ledger *l = room_open(&room);
	struct record r = { .kind = RECORD_FREEZE, .by = "root" };
	struct error e = { "" };

	(void)state;
	assert_false(ledger_append(l, &r, &e));
	assert_non_null(strstr(e.text, "reason"));
	assert_int_equal(count(l), 0);
	ledger_free(l);
}

/* Runs fn in another process, which must end well. */
static pid_t
start(void (*fn)(int), int arg)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		fn(arg);
		_exit(0);
	}
	return pid;
}

static void
assert_ends_well(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
freeze_often(int times)
{
	struct ledger *l = room_open(&room);
	struct record r;

	while (times-- > 0)
		room_freeze(l, "script:33:a.php", &r);
	ledger_free(l);
}

static void
other_process_is_heard(void **state)
{
	struct ledger *l = room_open(&room);
	char token[STORE_TOKEN_MAX + 1];

	(void)state;
	assert_false(room_is_frozen(l, "33:a.php"));
	assert_ends_well(start(freeze_often, 1));
	assert_true(room_is_frozen(l, "33:a.php"));
	ledger_token(l, token);
	assert_string_equal(token, LEDGER_NO_TOKEN);
	ledger_free(l);
}

static void
two_processes_append(void **state)
{
	pid_t one = start(freeze_often, 30), other = start(freeze_often, 30);
	struct record r, *active;
	struct ledger *l;
	char last[RECORD_ID_MAX + 1];
	size_t n;

	(void)state;
	assert_ends_well(one);
	assert_ends_well(other);
	l = room_open(&room);
	assert_whole(l);
	active = ledger_active(l, &n);
	assert_int_equal(n, 60);
	free(active);
	room_freeze(l, "all", &r);
	snprintf(last, sizeof(last), "%s-61", ledger_node(l));
	assert_string_equal(r.id, last);
	ledger_free(l);
}

static void
freeze_until_killed(int fd)
{
	struct ledger *l = room_open(&room);
	struct record r;

	for (;;) {
		room_freeze(l, "script:33:a.php", &r);
		if (write(fd, r.id, sizeof(r.id)) != sizeof(r.id))
			_exit(1);
	}
}

/* What was said to be done is there, whenever the kill came. */
static void
kill_loses_nothing(void **state)
{
	char id[RECORD_ID_MAX + 1];
	struct record r, *active;
	struct ledger *l;
	int fd[2], status;
	size_t n = 0, left;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	pid = start(freeze_until_killed, fd[1]);
	close(fd[1]);
	while (n < 20 && read(fd[0], id, sizeof(id)) == sizeof(id))
		n++;
	assert_int_equal(n, 20);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	while (read(fd[0], id, sizeof(id)) == sizeof(id))
		n++;
	close(fd[0]);
	l = room_open(&room);
	assert_whole(l);
	active = ledger_active(l, &left);
	assert_true(left >= n);
	free(active);
	room_freeze(l, "all", &r);
	ledger_free(l);
}

static void
token_follows_the_records(void **state)
{
	struct ledger *l = room_open(&room);
	char token[STORE_TOKEN_MAX + 1];
	struct record r;

	(void)state;
	assert_true(ledger_set_token(l, "one", 0));
	room_freeze(l, "all", &r);
	ledger_token(l, token);
	assert_string_equal(token, LEDGER_NO_TOKEN);
	assert_false(ledger_set_token(l, "two", 0));
	assert_true(ledger_set_token(l, "two", 1));
	ledger_token(l, token);
	assert_string_equal(token, "two");
	assert_int_equal(ledger_mirrored(l), 1);
	ledger_free(l);
	l = room_open(&room);
	ledger_token(l, token);
	assert_string_equal(token, LEDGER_NO_TOKEN);
	ledger_free(l);
}

static atomic_bool is_done;

/* A view is one moment: token and freezes fit. */
static void *
look_often(void *arg)
{
	struct policy_facts f = room_facts("33:a.php");
	struct ledger_view v;
	size_t wrong = 0;

	while (!is_done) {
		ledger_look(arg, &(struct scope_mail){ .facts = &f }, &v);
		wrong += strcmp(v.token, "frozen") == 0 && !v.is_frozen;
		wrong += strcmp(v.token, "thawed") == 0 && v.is_frozen;
	}
	return (void *)(uintptr_t)wrong;
}

static void
threads_look(void **state)
{
	struct ledger *l = room_open(&room);
	pthread_t thread[4];
	struct record r;

	(void)state;
	is_done = false;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, look_often, l), 0);
	for (size_t i = 0; i < 40; i += 2) {
		room_freeze(l, "script:33:a.php", &r);
		assert_true(room_is_frozen(l, "33:a.php"));
		assert_true(ledger_set_token(l, "frozen", i + 1));
		room_thaw(l, &r);
		assert_false(room_is_frozen(l, "33:a.php"));
		assert_true(ledger_set_token(l, "thawed", i + 2));
	}
	is_done = true;
	for (size_t i = 0; i < 4; i++) {
		void *wrong;

		pthread_join(thread[i], &wrong);
		assert_null(wrong);
	}
	ledger_free(l);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_start_is_empty),
		TEST(freeze_outlives_the_process),
		TEST(inbound_is_never_frozen),
		TEST(thaw_lifts_what_is_active),
		TEST(record_needs_a_reason),
		TEST(other_process_is_heard),
		TEST(two_processes_append),
		TEST(kill_loses_nothing),
		TEST(token_follows_the_records),
		TEST(threads_look),
		TEST(a_kept_lock_is_no_damage),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
