/*
 * command.h - the verbs of `sluice` and what they share.
 */
#ifndef MILTER_COMMAND_H
#define MILTER_COMMAND_H

#include "../settings.h"

/* What a verb returns; the program exits with it. */
enum {
	EXIT_YES = 0,		/* yes, or done */
	EXIT_NO = 1,		/* no, a failed check, or nothing done */
	EXIT_USAGE = 2,
	EXIT_PART = 3		/* done in part: the output names what is missing */
};

struct verb {
	const char *name;
	int (*run)(struct settings *s, int argc, char **argv);
	const char *summary;	/* a line of `sluice --help` */
	const char *help;	/* `sluice VERB --help` */
};

extern const struct verb verb_check, verb_dump, verb_fmt, verb_explain,
	verb_freeze, verb_thaw, verb_freezes, verb_status;

/* Says on stderr what is wrong with the command line, and where its help is.
 * NULL: getopt has already said it. Returns EXIT_USAGE. */
int command_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Says on stderr what failed. Returns EXIT_NO. */
int command_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* getopt_long with one more rule: the flags of settings.h are taken on the
 * way. Returns the next flag that is the verb's own; '?' for a bad one, which
 * has been complained about; -1 at the end. */
struct option;
int command_getopt(struct settings *s, int argc, char **argv,
		   const char *own_short, const struct option *longs);

#endif
