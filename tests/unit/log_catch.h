/*
 * log_catch.h - what is logged between two points of a test.
 */
#ifndef TESTS_LOG_CATCH_H
#define TESTS_LOG_CATCH_H

#include "test.h"

#include <unistd.h>

struct log_catch {
	int fd, stderr_fd;
};

static inline void
log_catch_begin(struct log_catch *l)
{
	char path[] = "/tmp/sluice-log.XXXXXX";

	l->fd = mkstemp(path);
	assert_true(l->fd >= 0);
	unlink(path);
	l->stderr_fd = dup(STDERR_FILENO);
	dup2(l->fd, STDERR_FILENO);
}

/* The lines, without their priority. */
static inline void
log_catch_end(struct log_catch *l, char *out, size_t size)
{
	ssize_t n = pread(l->fd, out, size - 1, 0);
	size_t len = 0;

	dup2(l->stderr_fd, STDERR_FILENO);
	close(l->stderr_fd);
	close(l->fd);
	for (ssize_t i = 0; i < n; i++) {
		if (out[i] == '<' && (len == 0 || out[len - 1] == '\n'))
			i += 2;
		else
			out[len++] = out[i];
	}
	out[len] = '\0';
}

#endif
