/*
 * test_ledger_damage.c - a file that cannot be trusted freezes everything, and
 * a crash or a full disk does no harm to what was there.
 */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger_room.h"

static struct room room;

/* Two freezes and a thaw, as they stand on disk. */
static char *ledger, *head;
static size_t ledger_len, head_len;
static size_t line_end[3];

static int
setup(void **state)
{
	struct record a, b;
	struct ledger *l;

	(void)state;
	room_init(&room, NULL);
	l = room_open(&room);
	room_freeze(l, "script:33:a.php", &a);
	room_freeze(l, "script:33:b.php", &b);
	room_thaw(l, &a);
	ledger_free(l);
	ledger = room_read(&room, "ledger", &ledger_len);
	head = room_read(&room, "ledger.head", &head_len);
	for (size_t i = 0, n = 0; i < ledger_len; i++)
		if (ledger[i] == '\n')
			line_end[n++] = i + 1;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(ledger);
	free(head);
	room_fini(&room);
	return 0;
}

/* What is logged of thousands of damaged files is of no use to anybody. */
static struct ledger *
open_quietly(void)
{
	int err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
	struct ledger *l;

	assert_true(err >= 0 && null >= 0);
	dup2(null, STDERR_FILENO);
	l = room_open(&room);
	dup2(err, STDERR_FILENO);
	close(err);
	close(null);
	return l;
}

static bool
looks_broken(struct ledger *l)
{
	struct policy_facts f = room_facts("33:other.php");
	struct ledger_view v;

	ledger_look(l, &(struct scope_mail){ .facts = &f }, &v);
	return v.is_frozen && strcmp(v.freeze_id, LEDGER_BROKEN_ID) == 0;
}

/* Opens what is on disk now; what names the damage. */
static void
assert_broken(const char *what, size_t at)
{
	struct record r = { .kind = RECORD_FREEZE, .by = "root", .reason = "x" };
	struct ledger *l = open_quietly();
	struct policy_facts f = room_facts("33:other.php");
	struct error e = { "" };
	struct ledger_view v;

	if (ledger_broken(l) == NULL || !looks_broken(l))
		fail_msg("%s %zu: got a whole ledger, want a broken one", what, at);
	assert_false(ledger_append(l, &r, &e));
	assert_string_equal(e.text, ledger_broken(l));
	f.class = POLICY_INBOUND;
	ledger_look(l, &(struct scope_mail){ .facts = &f }, &v);
	assert_false(v.is_frozen);
	ledger_free(l);
}

static void
assert_whole(bool is_a_frozen)
{
	struct ledger *l = open_quietly();

	if (ledger_broken(l) != NULL)
		fail_msg("got '%s', want a whole ledger", ledger_broken(l));
	assert_int_equal(room_is_frozen(l, "33:a.php"), is_a_frozen);
	assert_true(room_is_frozen(l, "33:b.php"));
	assert_false(room_is_frozen(l, "33:c.php"));
	ledger_free(l);
}

static void
cut_anywhere(void **state)
{
	(void)state;
	for (size_t n = 0; n < ledger_len; n++) {
		room_write(&room, "ledger", ledger, n);
		assert_broken("cut at", n);
	}
	room_write(&room, "ledger", ledger, ledger_len);
	assert_whole(false);
}

/* A crash between the record and the head, or in the middle of the record. */
static void
cut_behind_the_head(void **state)
{
	struct record r;
	struct ledger *l;

	(void)state;
	/* The head of two records, made as the ledger makes it. */
	unlink(room_path(&room, "ledger.head"));
	room_write(&room, "ledger", "", 0);
	l = room_open(&room);
	for (size_t i = 0; i < 2; i++) {
		struct error e = { "" };
		size_t from = i == 0 ? 0 : line_end[0];

		assert_true(ledger_merge(l, ledger + from, line_end[i] - from - 1, &e));
	}
	ledger_free(l);
	for (size_t n = line_end[1]; n <= ledger_len; n++) {
		room_write(&room, "ledger", ledger, n);
		assert_whole(n < ledger_len);
	}
	room_write(&room, "ledger", ledger, ledger_len - 1);
	l = open_quietly();
	room_freeze(l, "script:33:a.php", &r);
	ledger_free(l);
	assert_whole(true);
}

static void
flip_any_byte(void **state)
{
	static const char masks[] = { 0x01, 0x20, (char)0x80 };

	(void)state;
	for (size_t i = 0; i < ledger_len * sizeof(masks); i++) {
		size_t at = i / sizeof(masks);

		ledger[at] = (char)(ledger[at] ^ masks[i % sizeof(masks)]);
		room_write(&room, "ledger", ledger, ledger_len);
		assert_broken("flip in ledger at", at);
		ledger[at] = (char)(ledger[at] ^ masks[i % sizeof(masks)]);
	}
	room_write(&room, "ledger", ledger, ledger_len);
	for (size_t i = 0; i < head_len; i++) {
		head[i] = (char)(head[i] ^ 0x01);
		room_write(&room, "ledger.head", head, head_len);
		assert_broken("flip in head at", i);
		head[i] = (char)(head[i] ^ 0x01);
	}
	room_write(&room, "ledger.head", head, head_len);
	assert_whole(false);
}

static void
lines_moved(void **state)
{
	char *other = malloc(2 * ledger_len);
	size_t n = ledger_len - line_end[1];

	(void)state;
	assert_non_null(other);
	memcpy(other, ledger, ledger_len);
	memcpy(other + ledger_len, ledger + line_end[1], n);
	room_write(&room, "ledger", other, ledger_len + n);
	assert_broken("a line twice", 3);
	memcpy(other, ledger + line_end[0], ledger_len - line_end[0]);
	memcpy(other + ledger_len - line_end[0], ledger, line_end[0]);
	room_write(&room, "ledger", other, ledger_len);
	assert_broken("lines in another order", 1);
	free(other);
}

static void
files_missing(void **state)
{
	struct ledger *l;

	(void)state;
	unlink(room_path(&room, "ledger.head"));
	assert_broken("no head", 0);
	room_write(&room, "ledger.head", head, head_len);
	unlink(room_path(&room, "ledger"));
	assert_broken("no ledger", 0);
	unlink(room_path(&room, "ledger"));
	assert_int_equal(mkdir(room_path(&room, "ledger"), 0700), 0);
	assert_broken("a directory", 0);
	assert_int_equal(rmdir(room_path(&room, "ledger")), 0);
	unlink(room_path(&room, "ledger.head"));
	l = room_open(&room);
	assert_null(ledger_broken(l));
	assert_false(room_is_frozen(l, "33:b.php"));
	ledger_free(l);
}

static void
other_key(void **state)
{
	struct error e = { "" };

	(void)state;
	keys_free(room.keys);
	unlink(room_path(&room, "key"));
	room.keys = keys_open(room_path(&room, "key"), true, &e);
	assert_non_null(room.keys);
	assert_broken("another key", 0);
}

static void
damage_while_running(void **state)
{
	static const char *const how[] = { "cut", "removed", "replaced" };
	struct record r = { .kind = RECORD_FREEZE, .by = "root", .reason = "x" };

	(void)state;
	for (size_t i = 0; i < N_ROWS(how); i++) {
		struct ledger *l = room_open(&room);
		struct error e = { "" };
		char to[512];

		assert_false(looks_broken(l));
		snprintf(to, sizeof(to), "%s", room_path(&room, "ledger"));
		room_write(&room, "other", ledger, ledger_len);
		if (i == 0)
			assert_int_equal(truncate(to, 10), 0);
		else if (i == 1)
			unlink(to);
		else
			rename(room_path(&room, "other"), to);
		if (!looks_broken(l) || ledger_append(l, &r, &e))
			fail_msg("%s: got a whole ledger, want a broken one", how[i]);
		ledger_free(l);
		room_write(&room, "ledger", ledger, ledger_len);
	}
}

/* Another file of the same content under the name: seen before the next write
 * at the latest. */
static void
moved_aside_while_running(void **state)
{
	struct record r = { .kind = RECORD_FREEZE, .by = "root", .reason = "x" };
	struct ledger *l = room_open(&room);
	struct error e = { "" };
	char aside[512];

	(void)state;
	snprintf(aside, sizeof(aside), "%s", room_path(&room, "aside"));
	assert_int_equal(rename(room_path(&room, "ledger"), aside), 0);
	room_write(&room, "ledger", ledger, ledger_len);
	assert_false(ledger_append(l, &r, &e));
	assert_non_null(strstr(e.text, "replaced"));
	assert_true(looks_broken(l));
	ledger_free(l);
}

/* Ends with the number of records that could be written. */
static void
fill_disk(size_t room_left)
{
	struct rlimit limit = { ledger_len + room_left, RLIM_INFINITY };
	struct record r = { .kind = RECORD_FREEZE, .by = "root", .reason = "x" };
	struct ledger *l = room_open(&room);
	struct error e = { "" };
	int n = 0;

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	while (n < 9 && ledger_append(l, &r, &e))
		n++;
	if (strstr(e.text, "File too large") == NULL || looks_broken(l))
		n = 100;
	ledger_free(l);
	_exit(n);
}

static void
disk_full(void **state)
{
	(void)state;
	for (size_t left = 0; left < 700; left += 20) {
		size_t len, lines = 0;
		char *now;
		int status;
		pid_t pid = fork();

		if (pid == 0)
			fill_disk(left);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		now = room_read(&room, "ledger", &len);
		for (size_t i = 0; i < len; i++)
			lines += now[i] == '\n';
		assert_int_equal(WEXITSTATUS(status), lines - 3);
		assert_memory_equal(now, ledger, ledger_len);
		assert_int_equal(now[len - 1], '\n');
		free(now);
		room_write(&room, "ledger", ledger, ledger_len);
		room_write(&room, "ledger.head", head, head_len);
	}
	assert_whole(false);
}

/* What root writes, the daemon's user owns. */
static void
files_belong_to_the_directory(void **state)
{
	static const char *const names[] = { "ledger", "ledger.head", "node" };
	struct record r;
	struct ledger *l;
	struct stat st;

	(void)state;
	assert_int_equal(geteuid(), 0);
	assert_int_equal(chown(room.dir, 65534, 65534), 0);
	for (size_t i = 0; i < N_ROWS(names); i++)
		unlink(room_path(&room, names[i]));
	l = room_open(&room);
	room_freeze(l, "all", &r);
	ledger_free(l);
	for (size_t i = 0; i < N_ROWS(names); i++) {
		assert_int_equal(stat(room_path(&room, names[i]), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0640);
		assert_int_equal(st.st_uid, 65534);
		assert_int_equal(st.st_gid, 65534);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cut_anywhere),
		TEST(cut_behind_the_head),
		TEST(flip_any_byte),
		TEST(lines_moved),
		TEST(files_missing),
		TEST(other_key),
		TEST(damage_while_running),
		TEST(moved_aside_while_running),
		TEST(disk_full),
		TEST(files_belong_to_the_directory),
	};

	return cmocka_run_group_tests_name("ledger_damage", tests, NULL, NULL);
}
