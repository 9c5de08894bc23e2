/*
 * secret.c - files that nobody else may read.
 */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns a descriptor, or -1. */
static int
open_secret(const char *path, const char *what, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		error_set(e, "cannot open the %s %s: %s", what, path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		error_set(e, "the %s %s is not a regular file", what, path);
	else if (st.st_mode & (S_IWGRP | S_IRWXO))
		error_set(e, "the %s %s can be read or written by others; run: chmod "
			  "0640 %s", what, path, path);
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

bool
secret_ok(const char *path, const char *what, struct error *e)
{
	int fd = open_secret(path, what, e);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Cuts text, n bytes of a file, to its first line. */
static bool
cut_line(char *text, size_t n, const char *path, const char *what,
	 struct error *e)
{
	const char *end = memchr(text, '\n', n);
	size_t len = end != NULL ? (size_t)(end - text) : n;

	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len == 0)
		return error_set(e, "the first line of the %s %s is empty", what, path);
	if (len > SECRET_MAX)
		return error_set(e, "the first line of the %s %s is longer than %d "
				 "bytes", what, path, SECRET_MAX);
	if (memchr(text, '\0', len) != NULL)
		return error_set(e, "the %s %s is not a text file: it has a zero byte",
				 what, path);
	text[len] = '\0';
	return true;
}

bool
secret_read(const char *path, const char *what, char out[SECRET_MAX + 1],
	    struct error *e)
{
	char text[SECRET_MAX + 2];
	int fd = open_secret(path, what, e);
	ssize_t n;
	bool ok;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text));
	if (n < 0)
		ok = error_set(e, "cannot read the %s %s: %s", what, path,
			       strerror(errno));
	else
		ok = cut_line(text, (size_t)n, path, what, e);
	close(fd);
	if (ok)
		memcpy(out, text, strlen(text) + 1);
	explicit_bzero(text, sizeof(text));
	return ok;
}
