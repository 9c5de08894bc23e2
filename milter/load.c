/*
 * load.c - from a policy file to a policy.
 */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Everything up to the end, so that a pipe works too. NULL: e. */
static char *
read_all(int fd, const char *path, size_t *len, struct error *e)
{
	size_t size = 1 << 14;
	char *text = NULL;
	ssize_t n;

	*len = 0;
	for (;;) {
		char *more = realloc(text, size);

		if (more == NULL) {
			error_set(e, "cannot read %s: out of memory", path);
			break;
		}
		text = more;
		while ((n = read(fd, text + *len, size - *len)) > 0)
			*len += (size_t)n;
		if (n < 0) {
			error_set(e, "cannot read %s: %s", path, strerror(errno));
			break;
		}
		if (*len < size)
			return text;
		if (size >= LOAD_MAX) {
			error_set(e, "%s is longer than a policy may be (%d bytes)",
				  path, LOAD_MAX);
			break;
		}
		size *= 2;
	}
	free(text);
	return NULL;
}

/* Takes fd. */
static struct policy *
load_fd(int fd, const char *path, struct diags *d, struct error *e)
{
	struct policy *p;
	char *text;
	size_t len;

	text = read_all(fd, path, &len, e);
	close(fd);
	if (text == NULL)
		return NULL;
	p = policy_compile(path, text, len, NULL, d);
	free(text);
	if (p == NULL)
		error_set(e, "%s: %u error%s", path, diags_errors(d),
			  diags_errors(d) == 1 ? "" : "s");
	return p;
}

static int
open_policy(const char *path, int flags, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags);

	if (fd < 0)
		error_set(e, "cannot open the policy %s: %s", path, strerror(errno));
	return fd;
}

struct policy *
load_policy(const char *path, struct diags *d, struct error *e)
{
	int fd = open_policy(path, 0, e);

	return fd < 0 ? NULL : load_fd(fd, path, d, e);
}

static bool
is_guarded(int fd, const char *path, struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set(e, "cannot look at the policy %s: %s", path,
				 strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(e, "the policy %s is not a regular file", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(e, "the policy %s can be written by others; "
				 "run: chmod go-w %s", path, path);
	return true;
}

struct policy *
load_policy_guarded(const char *path, struct diags *d, struct error *e)
{
	/* Not to wait for the writer of a pipe. */
	int fd = open_policy(path, O_NONBLOCK, e);

	if (fd < 0)
		return NULL;
	if (is_guarded(fd, path, e))
		return load_fd(fd, path, d, e);
	close(fd);
	return NULL;
}
