/*
 * ledger_file.c - the files in the state directory: append, lock, replace.
 */
#include "ledger_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LEDGER "ledger"
#define MODE 0640
#define LOCK_PAUSE_US 10000
#define LOCK_TRIES 200		/* two seconds */

bool
ledger_file_open_dir(struct ledger_file *f, const char *name, struct error *e)
{
	f->fd = -1;
	f->dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->dir < 0)
		return error_set(e, "cannot open the state directory %s: %s", name,
				 strerror(errno));
	f->name = strdup(name);
	return f->name != NULL || error_set(e, "out of memory");
}

void
ledger_file_close(struct ledger_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->dir >= 0)
		close(f->dir);
	free((char *)f->name);
}

/* Mode, and the owner of the directory if we are root. */
static bool
settle(const struct ledger_file *f, int fd)
{
	struct stat dir;

	if (fchmod(fd, MODE) < 0 || fstat(f->dir, &dir) < 0)
		return false;
	return geteuid() != 0 || fchown(fd, dir.st_uid, dir.st_gid) == 0;
}

/* A link could lead root to the file of somebody else. A new file's name must
 * be as durable as what will be written to it. */
static bool
is_usable(const struct ledger_file *f)
{
	struct stat st;

	if (fstat(f->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1)
		return false;
	if (!settle(f, f->fd) && errno != EPERM)
		return false;
	return st.st_size > 0 || fsync(f->dir) == 0;
}

bool
ledger_file_open(struct ledger_file *f, struct error *e)
{
	f->fd = openat(f->dir, LEDGER, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC |
		       O_NOFOLLOW | O_NONBLOCK, MODE);
	if (f->fd < 0)
		return error_set(e, "cannot open %s/" LEDGER ": %s", f->name,
				 strerror(errno));
	if (is_usable(f))
		return true;
	close(f->fd);
	f->fd = -1;
	return error_set(e, "%s/" LEDGER " is not a file of its own that can be used",
			 f->name);
}

/* Another process holds the lock for a write at most; one that was stopped in
 * the middle of it must not stop the others. */
enum ledger_lock
ledger_file_lock(struct ledger_file *f, struct error *e)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_US * 1000 };
	struct stat open, path;

	for (int i = 0; flock(f->fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || i == LOCK_TRIES) {
			error_set(e, "cannot lock %s/" LEDGER ": %s", f->name,
				  errno == EWOULDBLOCK ? "another process holds it; "
				  "`fuser -v` on it names the process" :
				  strerror(errno));
			return LEDGER_BUSY;
		}
		nanosleep(&pause, NULL);
	}
	if (fstat(f->fd, &open) == 0 && fstatat(f->dir, LEDGER, &path, 0) == 0 &&
	    open.st_dev == path.st_dev && open.st_ino == path.st_ino)
		return LEDGER_LOCKED;
	ledger_file_unlock(f);
	error_set(e, "%s/" LEDGER " was removed or replaced", f->name);
	return LEDGER_LOST;
}

void
ledger_file_unlock(struct ledger_file *f)
{
	flock(f->fd, LOCK_UN);
}

off_t
ledger_file_size(const struct ledger_file *f)
{
	struct stat st;

	return fstat(f->fd, &st) < 0 || st.st_nlink == 0 ? -1 : st.st_size;
}

char *
ledger_file_read(const struct ledger_file *f, off_t at, size_t *len,
		 struct error *e)
{
	char *buf = malloc(*len + 1);
	size_t n = 0;

	if (buf == NULL) {
		error_set(e, "out of memory");
		return NULL;
	}
	while (n < *len) {
		ssize_t got = pread(f->fd, buf + n, *len - n, at + (off_t)n);

		if (got == 0)
			break;
		if (got < 0 && errno != EINTR) {
			error_set(e, "cannot read %s/" LEDGER ": %s", f->name,
				  strerror(errno));
			free(buf);
			return NULL;
		}
		n += got > 0 ? (size_t)got : 0;
	}
	*len = n;
	return buf;
}

static bool
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

bool
ledger_file_cut(struct ledger_file *f, off_t size)
{
	return ftruncate(f->fd, size) == 0;
}

bool
ledger_file_append(struct ledger_file *f, off_t size, const char *line,
		   size_t len, struct error *e)
{
	int why;

	if (!ledger_file_cut(f, size))
		return error_set(e, "cannot cut %s/" LEDGER ": %s", f->name,
				 strerror(errno));
	if (!write_all(f->fd, line, len)) {
		why = errno;
		if (!ledger_file_cut(f, size))
			return error_set(e, "cannot write to %s/" LEDGER " (%s), nor "
					 "remove what was written in part", f->name,
					 strerror(why));
		return error_set(e, "cannot write to %s/" LEDGER ": %s", f->name,
				 strerror(why));
	}
	/* Taken back it could not be: others may have read it already. */
	if (fsync(f->fd) < 0)
		return error_set(e, "%s/" LEDGER " was written, but may not survive a "
				 "crash of this machine: %s", f->name, strerror(errno));
	return true;
}

ssize_t
ledger_file_get(const struct ledger_file *f, const char *name, char *out,
		size_t size)
{
	/* A FIFO would hang whoever opens it. */
	int fd = openat(f->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		errno = EINVAL;
	else
		n = read(fd, out, size - 1);
	close(fd);
	if (n >= 0)
		out[n] = '\0';
	return n;
}

/* Under its final name it is either whole or not there. */
static bool
move_into_place(const struct ledger_file *f, const char *temp, const char *name,
		bool is_new)
{
	if (!is_new)
		return renameat(f->dir, temp, f->dir, name) == 0;
	return linkat(f->dir, temp, f->dir, name, 0) == 0 || errno == EEXIST;
}

bool
ledger_file_put(const struct ledger_file *f, const char *name, bool is_new,
		const char *text, struct error *e)
{
	char temp[64];
	bool ok;
	int fd;

	snprintf(temp, sizeof(temp), "%s.%ld", name, (long)getpid());
	unlinkat(f->dir, temp, 0);
	fd = openat(f->dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
	ok = fd >= 0 && write_all(fd, text, strlen(text)) && settle(f, fd) &&
		fsync(fd) == 0 && move_into_place(f, temp, name, is_new) &&
		fsync(f->dir) == 0;
	if (!ok)
		error_set(e, "cannot write %s/%s: %s", f->name, name,
			  strerror(errno));
	if (fd >= 0)
		close(fd);
	unlinkat(f->dir, temp, 0);
	return ok;
}
