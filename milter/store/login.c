/*
 * login.c - who we are to Redis: AUTH, SELECT, CLIENT SETNAME.
 */
#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#define PASSWORD_MAX 512
#define NAME "sluice"
#define COMMANDS_MAX 3

/* Its first line. */
static bool
read_password(int fd, const char *path, char out[PASSWORD_MAX + 1], struct error *e)
{
	struct stat st;
	ssize_t n;
	size_t len;

	if (fstat(fd, &st) < 0)
		return error_set(e, "cannot read %s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(e, "the password file %s is not a regular file", path);
	if ((st.st_mode & (S_IWGRP | S_IRWXO)) != 0)
		return error_set(e, "others can read or write the password file %s; run: "
				 "chmod 640 %s", path, path);
	n = read(fd, out, PASSWORD_MAX + 1);
	if (n < 0)
		return error_set(e, "cannot read %s: %s", path, strerror(errno));
	len = (size_t)n < PASSWORD_MAX ? (size_t)n : PASSWORD_MAX;
	out[len] = '\0';
	len = strcspn(out, "\r\n");
	if (len == 0 || len == PASSWORD_MAX || memchr(out, '\0', len) != NULL)
		return error_set(e, "the password file %s must have the password in its "
				 "first line, of %d bytes at most", path,
				 PASSWORD_MAX - 1);
	out[len] = '\0';
	return true;
}

static bool
load_password(const char *path, char out[PASSWORD_MAX + 1], struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool ok;

	if (fd < 0)
		return error_set(e, "cannot open the password file %s: %s", path,
				 strerror(errno));
	ok = read_password(fd, path, out, e);
	close(fd);
	return ok;
}

bool
login_ok(const struct conn_target *t, struct error *e)
{
	char password[PASSWORD_MAX + 1];
	bool ok;

	if (t->user != NULL && t->password_file == NULL)
		return error_set(e, "--redis-user needs --redis-password-file");
	if (t->password_file == NULL)
		return true;
	ok = load_password(t->password_file, password, e);
	sodium_memzero(password, sizeof(password));
	return ok;
}

/* Redis 6 and later know users. */
static bool
append_auth(struct conn *c, const struct conn_target *t, struct error *e)
{
	char password[PASSWORD_MAX + 1];
	bool ok;

	if (!load_password(t->password_file, password, e))
		return false;
	ok = t->user != NULL ?
		conn_append_text(c, "AUTH", t->user, password, NULL) :
		conn_append_text(c, "AUTH", password, NULL);
	sodium_memzero(password, sizeof(password));
	return ok || error_set(e, "out of memory");
}

static bool
append(struct conn *c, const struct conn_target *t, size_t *n, struct error *e)
{
	char db[16];

	*n = 0;
	if (t->password_file != NULL) {
		if (!append_auth(c, t, e))
			return false;
		++*n;
	}
	snprintf(db, sizeof(db), "%u", t->db);
	if (t->db != 0 && !conn_append_text(c, "SELECT", db, NULL))
		return error_set(e, "out of memory");
	*n += t->db != 0;
	if (!conn_append_text(c, "CLIENT", "SETNAME", NAME, NULL))
		return error_set(e, "out of memory");
	++*n;
	return true;
}

/* The name is for people: without it all goes on. The first error counts; what
 * follows it often follows from it. */
static bool
read_replies(struct reply *const *reply, size_t n, struct error *e)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (reply_type(reply[i]) != REPLY_TEXT)
			return reply_unexpected(reply[i], e);
	return true;
}

bool
login(struct conn *c, const struct conn_target *t, uint64_t deadline_us,
      struct error *e)
{
	struct reply *reply[COMMANDS_MAX];
	size_t n;
	bool ok;

	if (!append(c, t, &n, e) || !conn_exchange(c, reply, n, deadline_us, e))
		return false;
	ok = read_replies(reply, n, e);
	for (size_t i = 0; i < n; i++)
		reply_free(reply[i]);
	return ok;
}
