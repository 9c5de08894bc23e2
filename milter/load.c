/*
 * load.c - from a policy file, and the files that it names, to a policy.
 */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What has been read for one policy, until it is compiled. */
struct load {
	const char *path;	/* of the policy */
	bool is_guarded;
	struct file *files;
};

struct file {
	struct file *next;
	char *text;
};

/* Everything up to the end, so that a pipe works too. NULL: e. */
static char *
read_all(int fd, size_t *len, struct error *e)
{
	size_t size = 1 << 14;
	char *text = NULL;
	ssize_t n;

	*len = 0;
	for (;;) {
		char *more = realloc(text, size + 1);

		if (more == NULL) {
			error_set(e, "out of memory");
			break;
		}
		text = more;
		while ((n = read(fd, text + *len, size + 1 - *len)) > 0)
			*len += (size_t)n;
		if (n < 0) {
			error_set(e, "%s", strerror(errno));
			break;
		}
		if (*len <= size)
			return text;
		if (size >= LOAD_MAX) {
			error_set(e, "it is longer than %d bytes", LOAD_MAX);
			break;
		}
		size *= 2;
	}
	free(text);
	return NULL;
}

static bool
is_guarded(const struct stat *st, const char *path, struct error *e)
{
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(e, "others can write it; run: chmod go-w %s", path);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return error_set(e, "user %u owns it, who could open the gate; run: "
				 "chown root %s", (unsigned)st->st_uid, path);
	return true;
}

/* Whether the file may be read at all. Only the policy itself may be a pipe. */
static bool
is_fit(int fd, const char *path, bool is_pipe_fit, bool is_guard,
       struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set(e, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return error_set(e, "it is a directory");
	if (!S_ISREG(st.st_mode) && !is_pipe_fit)
		return error_set(e, "it is not a regular file");
	return !is_guard || is_guarded(&st, path, e);
}

static char *
read_path(const char *path, bool is_pipe_fit, bool is_guard, size_t *len,
	  struct error *e)
{
	/* Not to wait for the writer of a pipe that must not be one. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
		      (is_pipe_fit ? 0 : O_NONBLOCK));
	char *text = NULL;

	if (fd < 0) {
		error_set(e, "%s", strerror(errno));
		return NULL;
	}
	if (is_fit(fd, path, is_pipe_fit, is_guard, e))
		text = read_all(fd, len, e);
	close(fd);
	return text;
}

static bool
keep(struct load *l, char *text)
{
	struct file *f = text != NULL ? malloc(sizeof(*f)) : NULL;

	if (f == NULL) {
		free(text);
		return false;
	}
	*f = (struct file){ l->files, text };
	l->files = f;
	return true;
}

/* The path as seen from the directory of the policy; the caller frees it. */
static char *
resolve(const char *policy, const char *path)
{
	const char *slash = strrchr(policy, '/');
	char *whole = NULL;

	if (path[0] == '/' || slash == NULL)
		return strdup(path);
	if (asprintf(&whole, "%.*s/%s", (int)(slash - policy), policy, path) < 0)
		return NULL;
	return whole;
}

/* For struct policy_files. */
static bool
read_named(void *arg, const char *path, struct policy_text *text,
	   char reason[POLICY_REASON_MAX])
{
	struct load *l = arg;
	struct error e = { "out of memory" };
	char *whole = resolve(l->path, path), *p = NULL;
	size_t len = 0;

	if (whole != NULL)
		p = read_path(whole, false, l->is_guarded, &len, &e);
	free(whole);
	if (keep(l, p)) {
		*text = (struct policy_text){ p, len };
		return true;
	}
	snprintf(reason, POLICY_REASON_MAX, "%.*s", POLICY_REASON_MAX - 1, e.text);
	return false;
}

static struct policy *
load(struct load *l, struct diags *d, struct error *e)
{
	const struct policy_files files = { read_named, l };
	struct error why;
	struct policy *p;
	size_t len;
	char *text = read_path(l->path, !l->is_guarded, l->is_guarded, &len, &why);

	if (text == NULL) {
		error_set(e, "cannot read the policy %s: %s", l->path, why.text);
		return NULL;
	}
	p = policy_compile(l->path, text, len, &files, d);
	free(text);
	for (struct file *f = l->files, *next; f != NULL; f = next) {
		next = f->next;
		free(f->text);
		free(f);
	}
	if (p == NULL)
		error_set(e, "%s: %u error%s", l->path, diags_errors(d),
			  diags_errors(d) == 1 ? "" : "s");
	return p;
}

struct policy *
load_policy(const char *path, struct diags *d, struct error *e)
{
	struct load l = { .path = path };

	return load(&l, d, e);
}

struct policy *
load_policy_guarded(const char *path, struct diags *d, struct error *e)
{
	struct load l = { .path = path, .is_guarded = true };

	return load(&l, d, e);
}

char *
load_text(const char *path, size_t *len, struct error *e)
{
	struct error why;
	char *text = read_path(path, true, false, len, &why);

	if (text == NULL)
		error_set(e, "cannot read the policy %s: %s", path, why.text);
	return text;
}
