/*
 * cmd_fmt.c - `sluice fmt`: a policy in its canonical form.
 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../load.h"

enum fmt_way { FMT_PRINT, FMT_WRITE, FMT_CHECK };

/* A text in memory; p is allocated. */
struct text {
	char *p;
	size_t len;
};

/* False: it does not parse, which has been said on stderr. */
static bool
format(const char *path, const struct text *from, struct text *to)
{
	struct diags *d = diags_new();
	FILE *out = open_memstream(&to->p, &to->len);
	bool is_ok = d != NULL && out != NULL &&
		     policy_format(path, from->p, from->len, out, d);

	if (d != NULL)
		diags_print(d, stderr);
	diags_free(d);
	return (out == NULL || fclose(out) == 0) && is_ok;
}

static bool
fill(int fd, const struct stat *st, const struct text *t)
{
	size_t done = 0;

	while (done < t->len) {
		ssize_t n = write(fd, t->p + done, t->len - done);

		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return fchown(fd, st->st_uid, st->st_gid) == 0 &&
		fchmod(fd, st->st_mode & 07777) == 0 && fsync(fd) == 0;
}

/* All of it or nothing, under the name that the file has without links. */
static bool
replace(const char *path, const struct text *t, struct error *e)
{
	char *real = realpath(path, NULL), temp[4096] = "";
	struct stat st;
	int fd = -1;
	bool is_ok;

	if (real == NULL || stat(real, &st) < 0) {
		free(real);
		return error_set(e, "cannot write %s: %s", path, strerror(errno));
	}
	if (!S_ISREG(st.st_mode)) {
		free(real);
		return error_set(e, "%s is not a regular file: fmt prints it without -w",
				 path);
	}
	if ((size_t)snprintf(temp, sizeof(temp), "%s.XXXXXX", real) < sizeof(temp))
		fd = mkostemp(temp, O_CLOEXEC);
	is_ok = fd >= 0 && fill(fd, &st, t) && rename(temp, real) == 0;
	if (!is_ok)
		error_set(e, "cannot write %s: %s", path, strerror(errno));
	if (!is_ok && fd >= 0)
		unlink(temp);
	if (fd >= 0)
		close(fd);
	free(real);
	return is_ok;
}

static int
deliver(const char *path, enum fmt_way way, const struct text *from,
	const struct text *to)
{
	bool is_same = from->len == to->len && memcmp(from->p, to->p, to->len) == 0;
	struct error e;

	switch (way) {
	case FMT_PRINT:
		fwrite(to->p, 1, to->len, stdout);
		break;
	case FMT_CHECK:
		if (!is_same)
			return command_fail("%s is not in its canonical form; run: "
					    "sluice fmt -w %s", path, path);
		break;
	case FMT_WRITE:
		if (!is_same && !replace(path, to, &e))
			return command_fail("%s", e.text);
		break;
	}
	return EXIT_YES;
}

static int
fmt_file(const char *path, enum fmt_way way)
{
	struct text from = { 0 }, to = { 0 };
	struct error e;
	int code;

	from.p = load_text(path, &from.len, &e);
	if (from.p == NULL)
		code = command_fail("%s", e.text);
	else if (!format(path, &from, &to))
		code = command_fail("%s does not parse%s", path, way == FMT_WRITE ?
				    "; it stays as it is" : "");
	else
		code = deliver(path, way, &from, &to);
	free(from.p);
	free(to.p);
	return code;
}

static int
fmt(struct settings *s, int argc, char **argv)
{
	static const struct option longs[] = {
		SETTINGS_LONG, { "check", no_argument, NULL, 'c' },
		{ "write", no_argument, NULL, 'w' }, { 0 }
	};
	enum fmt_way way = FMT_PRINT;
	int c;

	while ((c = command_getopt(s, argc, argv, "w", longs)) != -1) {
		if (c == '?')
			return command_usage(NULL);
		if (way != FMT_PRINT)
			return command_usage("-w or --check, not both");
		way = c == 'w' ? FMT_WRITE : FMT_CHECK;
	}
	if (argc - optind > 1)
		return command_usage("one policy file at a time");
	return fmt_file(optind < argc ? argv[optind] : s->policy, way);
}

const struct verb verb_fmt = {
	"fmt", fmt, "the policy in its canonical form",
	"usage: sluice fmt [-w | --check] [FILE]\n\n"
	"Prints the policy with tabs, one clause a line, and its comments. It means the\n"
	"same. A file that does not parse is left alone, exit 1.\n\n"
	"  -w, --write    replaces the file; owner and mode stay\n"
	"  --check        prints nothing; exit 1 if the file is not in this form\n",
};
