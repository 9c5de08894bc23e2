/*
 * ledger_room.c - a fresh state directory with a key, and ledgers in it.
 */
#include "ledger_room.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

void
room_init(struct room *m, const struct room *same_key)
{
	struct error e = { "" };
	size_t len;
	char *key;

	snprintf(m->dir, sizeof(m->dir), "/tmp/sluice-ledger-XXXXXX");
	assert_non_null(mkdtemp(m->dir));
	if (same_key != NULL) {
		key = room_read(same_key, "key", &len);
		room_write(m, "key", key, len);
		free(key);
	}
	m->keys = keys_open(room_path(m, "key"), true, &e);
	if (m->keys == NULL)
		fail_msg("got '%s', want a key", e.text);
}

void
room_fini(struct room *m)
{
	DIR *d = opendir(m->dir);

	assert_non_null(d);
	for (struct dirent *p; (p = readdir(d)) != NULL;)
		unlink(room_path(m, p->d_name));
	closedir(d);
	assert_int_equal(rmdir(m->dir), 0);
	keys_free(m->keys);
}

const char *
room_path(const struct room *m, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", m->dir, name);
	return path;
}

char *
room_read(const struct room *m, const char *name, size_t *len)
{
	int fd = open(room_path(m, name), O_RDONLY);
	struct stat st;
	char *text;

	if (fd < 0 || fstat(fd, &st) < 0)
		fail_msg("cannot read %s", room_path(m, name));
	*len = (size_t)st.st_size;
	text = calloc(1, *len + 1);
	assert_non_null(text);
	assert_int_equal(read(fd, text, *len), *len);
	close(fd);
	return text;
}

void
room_write(const struct room *m, const char *name, const char *text, size_t len)
{
	int fd = open(room_path(m, name), O_WRONLY | O_CREAT | O_TRUNC, 0640);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

struct ledger *
room_open(const struct room *m)
{
	struct error e = { "" };
	struct ledger *l = ledger_open(m->dir, m->keys, &e);

	if (l == NULL)
		fail_msg("got '%s', want a ledger", e.text);
	return l;
}

static void
append(struct ledger *l, struct record *r)
{
	struct error e = { "" };

	memcpy(r->by, "root", 5);
	memcpy(r->reason, "a test", 7);
	if (!ledger_append(l, r, &e))
		fail_msg("got '%s', want a record", e.text);
}

void
room_freeze(struct ledger *l, const char *scope, struct record *r)
{
	struct error e = { "" };

	*r = (struct record){ .kind = RECORD_FREEZE };
	if (!scope_parse(&r->scope, scope, &e))
		fail_msg("got '%s', want a scope", e.text);
	append(l, r);
}

void
room_thaw(struct ledger *l, const struct record *frozen)
{
	struct record r = { .kind = RECORD_THAW };

	record_name(frozen, r.lifts);
	append(l, &r);
}

struct policy_facts
room_facts(const char *script)
{
	struct policy_facts f = { .class = POLICY_LOCAL };

	f.text[POLICY_SCRIPT] = (struct policy_text){ script, strlen(script) };
	return f;
}

bool
room_is_frozen(struct ledger *l, const char *script)
{
	struct policy_facts f = room_facts(script);
	struct ledger_view v;

	ledger_look(l, &(struct scope_mail){ .facts = &f }, &v);
	assert_int_equal(v.is_frozen, v.freeze_id[0] != '\0');
	return v.is_frozen;
}

static void
merge_one(const struct record *r, const char *line, size_t len, void *to)
{
	struct error e = { "" };

	if (!ledger_merge(to, line, len, &e))
		fail_msg("%s: got '%s', want it merged", r->id, e.text);
}

void
room_merge(struct ledger *to, struct ledger *from)
{
	ledger_each(from, merge_one, to);
}
