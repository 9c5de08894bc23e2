/*
 * cmd_check.c - `sluice check` and `sluice dump`: does the policy mean
 * something, and what.
 */
#include "command.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../load.h"

static int
bad_file(const struct diags *d, const struct error *e)
{
	diags_print(d, stderr);
	return command_fail("%s", e->text);
}

/* Warnings are said, and fail the check only where they were asked to. */
static int
report(const char *path, const struct policy *p, const struct diags *d,
       bool is_strict)
{
	unsigned limits = policy_limits(p), warnings = diags_warnings(d);

	diags_print(d, stderr);
	printf("%s: %u limit%s, policy %016" PRIx64 ", ", path, limits,
	       limits == 1 ? "" : "s", policy_digest(p));
	if (warnings == 0)
		puts("no errors");
	else
		printf("no errors, %u warning%s\n", warnings,
		       warnings == 1 ? "" : "s");
	return is_strict && warnings > 0 ? EXIT_NO : EXIT_YES;
}

/* The daemon is stricter about the file than about what is in it. */
static void
warn_unloadable(const char *path)
{
	struct diags *d = diags_new();
	struct policy *p = NULL;
	struct error e;

	if (d != NULL && (p = load_policy_guarded(path, d, &e)) == NULL)
		fprintf(stderr, "sluice check: warning: sluiced will not load this file: "
			"%s\n", e.text);
	policy_free(p);
	diags_free(d);
}

static int
on_policy(struct settings *s, int argc, char **argv, bool is_strict,
	  bool is_dump)
{
	struct diags *d = diags_new();
	const char *path = optind < argc ? argv[optind] : s->policy;
	struct policy *p;
	struct error e;
	int code;

	if (d == NULL)
		return command_fail("out of memory");
	p = load_policy(path, d, &e);
	if (p == NULL) {
		code = bad_file(d, &e);
	} else if (is_dump) {
		policy_dump(p, stdout);
		code = EXIT_YES;
	} else {
		code = report(path, p, d, is_strict);
		warn_unloadable(path);
	}
	policy_free(p);
	diags_free(d);
	return code;
}

static int
check(struct settings *s, int argc, char **argv)
{
	static const struct option longs[] = { SETTINGS_LONG, { 0 } };
	bool is_strict = false;
	int c;

	while ((c = command_getopt(s, argc, argv, "W", longs)) != -1) {
		if (c != 'W')
			return command_usage(NULL);
		is_strict = true;
	}
	if (argc - optind > 1)
		return command_usage("one policy file at a time");
	return on_policy(s, argc, argv, is_strict, false);
}

static int
dump(struct settings *s, int argc, char **argv)
{
	static const struct option longs[] = { SETTINGS_LONG, { 0 } };

	if (command_getopt(s, argc, argv, "", longs) != -1)
		return command_usage(NULL);
	if (argc - optind > 1)
		return command_usage("one policy file at a time");
	return on_policy(s, argc, argv, false, true);
}

const struct verb verb_check = {
	"check", check, "does the policy compile, and has it no hole",
	"usage: sluice check [-W] [FILE]\n\n"
	"Compiles the policy. What is wrong with it is said on stderr, each with its\n"
	"place in the file. Exit 0: no errors. Exit 1: it would not be loaded.\n\n"
	"  -W    a warning fails the check too\n",
};

const struct verb verb_dump = {
	"dump", dump, "the policy as a program, one instruction a line",
	"usage: sluice dump [FILE]\n\n"
	"Compiles the policy and prints the program that sluiced runs.\n",
};
