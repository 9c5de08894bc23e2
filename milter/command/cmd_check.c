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
#include "against.h"

static int
bad_file(const struct diags *d, const struct error *e)
{
	diags_print(d, stderr);
	return command_fail("%s", e->text);
}

/* What the policy in the file old would change if this one took its place. */
static int
compare(const char *old, const struct policy *p)
{
	struct diags *d = diags_new();
	struct policy *was = NULL;
	struct error e;
	int code = EXIT_YES;

	if (d != NULL)
		was = load_policy(old, d, &e);
	if (d == NULL)
		code = command_fail("out of memory");
	else if (was == NULL)
		code = bad_file(d, &e);
	else if (!against_print(was, p, stdout))
		code = command_fail("out of memory");
	policy_free(was);
	diags_free(d);
	return code;
}

/* Warnings are said, and fail the check only where they were asked to. */
static int
report(const char *path, const struct policy *p, const struct diags *d,
       bool is_strict)
{
	unsigned limits = policy_limits(p), warnings = diags_warnings(d);
	unsigned trials = diags_trials(d);

	diags_print(d, stderr);
	printf("%s: %u limit%s, policy %016" PRIx64 ", ", path, limits,
	       limits == 1 ? "" : "s", policy_digest(p));
	if (trials > 0)
		printf("%u trial%s passed, ", trials, trials == 1 ? "" : "s");
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

	if (d != NULL && (p = load_policy_guarded(path, d, &e)) == NULL) {
		diags_print(d, stderr);
		fprintf(stderr, "sluice check: warning: sluiced will not load this file: "
			"%s\n", e.text);
	}
	policy_free(p);
	diags_free(d);
}

/* What is to be done with a policy that compiles. */
struct check {
	bool is_strict, is_dump;
	const char *against;		/* NULL: nothing to compare with */
};

static int
on_policy(const struct check *k, const char *path)
{
	struct diags *d = diags_new();
	struct policy *p;
	struct error e;
	int code = EXIT_YES;

	if (d == NULL)
		return command_fail("out of memory");
	p = load_policy(path, d, &e);
	if (p == NULL) {
		code = bad_file(d, &e);
	} else if (k->is_dump) {
		policy_dump(p, stdout);
	} else {
		code = report(path, p, d, k->is_strict);
		if (k->against != NULL && compare(k->against, p) != EXIT_YES)
			code = EXIT_NO;
		warn_unloadable(path);
	}
	policy_free(p);
	diags_free(d);
	return code;
}

static int
check(struct settings *s, int argc, char **argv)
{
	static const struct option longs[] = {
		SETTINGS_LONG, { "against", required_argument, NULL, 'a' }, { 0 }
	};
	struct check k = { .is_dump = false };
	int c;

	while ((c = command_getopt(s, argc, argv, "W", longs)) != -1) {
		if (c == '?')
			return command_usage(NULL);
		if (c == 'W')
			k.is_strict = true;
		else
			k.against = optarg;
	}
	if (argc - optind > 1)
		return command_usage("one policy file at a time");
	return on_policy(&k, optind < argc ? argv[optind] : s->policy);
}

static int
dump(struct settings *s, int argc, char **argv)
{
	static const struct option longs[] = { SETTINGS_LONG, { 0 } };
	const struct check k = { .is_dump = true };

	if (command_getopt(s, argc, argv, "", longs) != -1)
		return command_usage(NULL);
	if (argc - optind > 1)
		return command_usage("one policy file at a time");
	return on_policy(&k, optind < argc ? argv[optind] : s->policy);
}

const struct verb verb_check = {
	"check", check, "does the policy compile, and has it no hole",
	"usage: sluice check [-W] [--against OLD] [FILE]\n\n"
	"Compiles the policy and runs its trials. What is wrong with it is said on\n"
	"stderr, each with its place in the file. Exit 0: no errors. Exit 1: it would\n"
	"not be loaded.\n\n"
	"  -W               a warning fails the check too\n"
	"  --against OLD    says what it changes in the policy in that file\n",
};

const struct verb verb_dump = {
	"dump", dump, "the policy as a program, one instruction a line",
	"usage: sluice dump [FILE]\n\n"
	"Compiles the policy and prints the program that sluiced runs.\n",
};
