/*
 * lock.c - one daemon for one state directory.
 */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool
lock_dir_ok(const char *dir, struct error *e)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return error_set(e, "the state directory %s: %s; make it, and give it "
				 "to the user that runs sluiced", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return error_set(e, "the state directory %s is not a directory", dir);
	if (st.st_mode & S_IWOTH)
		return error_set(e, "the state directory %s can be written by others; "
				 "run: chmod o-w %s", dir, dir);
	if (access(dir, R_OK | W_OK | X_OK) < 0)
		return error_set(e, "the state directory %s cannot be written by this "
				 "user (uid %u); give it to him with chown", dir,
				 (unsigned)geteuid());
	return true;
}

static void
say_taken(int fd, const char *dir, struct error *e)
{
	char pid[16] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[n > 0 ? n : 0] = '\0';
	pid[strcspn(pid, "\n")] = '\0';
	error_set(e, "another sluiced (pid %s) uses the state directory %s; stop it, or "
		  "give this one a directory of its own", pid, dir);
}

bool
lock_take(const char *dir, struct error *e)
{
	char path[4096];
	int fd;

	if (snprintf(path, sizeof(path), "%s/lock", dir) >= (int)sizeof(path))
		return error_set(e, "the path of the state directory is too long");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return error_set(e, "cannot open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		say_taken(fd, dir, e);
		close(fd);
		return false;
	}
	/* The descriptor stays open, and with it the lock. */
	if (ftruncate(fd, 0) == 0 && dprintf(fd, "%ld\n", (long)getpid()) > 0)
		return true;
	return error_set(e, "cannot write %s: %s", path, strerror(errno));
}
