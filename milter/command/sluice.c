/*
 * sluice.c - the operator's command: a table of verbs and a loop.
 */
#include "command.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../log.h"
#include "../version.h"

static const struct verb *const verbs[] = {
	&verb_check, &verb_dump, &verb_fmt, &verb_explain,
	&verb_freeze, &verb_thaw, &verb_freezes, &verb_status,
};

#define N_VERBS (sizeof(verbs) / sizeof(verbs)[0])

static const struct verb *running;

static const char help_settings[] =
	"Options of every verb (environment, default):\n"
	"  -p, --policy FILE     SLUICE_POLICY, /etc/sluice/policy\n"
	"  -r, --redis ADDRESS   SLUICE_REDIS, unix:/run/sluice-redis/redis.sock\n"
	"  --redis-user NAME, --redis-password-file FILE, --redis-db N, --redis-ca FILE,\n"
	"  --redis-cert FILE, --redis-cert-key FILE\n"
	"                        SLUICE_REDIS_USER .. SLUICE_REDIS_CERT_KEY\n"
	"  -d, --state DIR       SLUICE_STATE, /var/lib/sluice\n"
	"  -n, --namespace NS    SLUICE_NAMESPACE, default\n"
	"  -k, --key FILE        SLUICE_KEY, DIR/key\n";

static void
help(FILE *out)
{
	fputs("usage: sluice VERB [options]\n\n", out);
	for (size_t i = 0; i < N_VERBS; i++)
		fprintf(out, "  %-8s  %s\n", verbs[i]->name, verbs[i]->summary);
	fprintf(out, "\nMore about a verb: sluice VERB --help, or man 8 sluice.\n"
		"Exit codes: 0 yes or done, 1 no or failed, 2 usage, 3 done in part.\n"
		"\n%s", help_settings);
}

static int __attribute__((format(printf, 2, 0)))
complain(int code, const char *fmt, va_list ap)
{
	fputs(running != NULL ? "sluice " : "sluice", stderr);
	fprintf(stderr, "%s: ", running != NULL ? running->name : "");
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	return code;
}

int
command_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (fmt != NULL)
		complain(EXIT_USAGE, fmt, ap);
	va_end(ap);
	fprintf(stderr, "Try: sluice %s%s--help\n",
		running != NULL ? running->name : "", running != NULL ? " " : "");
	return EXIT_USAGE;
}

int
command_fail(const char *fmt, ...)
{
	va_list ap;
	int code;

	va_start(ap, fmt);
	code = complain(EXIT_NO, fmt, ap);
	va_end(ap);
	return code;
}

int
command_getopt(struct settings *s, int argc, char **argv, const char *own_short,
	       const struct option *longs)
{
	char shorts[64];
	int c;

	snprintf(shorts, sizeof(shorts), "%s%s", SETTINGS_SHORT, own_short);
	do
		c = getopt_long(argc, argv, shorts, longs, NULL);
	while (c != -1 && settings_flag(s, c, optarg));
	return c;
}

static const struct verb *
find(const char *name)
{
	for (size_t i = 0; i < N_VERBS; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

static bool
wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

static int
run(int argc, char **argv)
{
	struct settings s;
	char title[32];

	snprintf(title, sizeof(title), "sluice %s", running->name);
	argv[0] = title;	/* getopt's messages begin with it */
	settings_init(&s);
	if (wants_help(argc, argv)) {
		printf("%s\n%s", running->help, help_settings);
		return EXIT_YES;
	}
	return running->run(&s, argc, argv);
}

int
main(int argc, char **argv)
{
	int code;

	signal(SIGPIPE, SIG_IGN);
	/* The ledger's alarms are for the log; what matters here is said. */
	log_open("sluice", true, LOG_LEVEL_WARNING);
	if (argc < 2)
		return command_usage("a verb is missing");
	if (strcmp(argv[1], "--version") == 0) {
		puts("sluice " VERSION);
		return EXIT_YES;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return EXIT_YES;
	}
	running = find(argv[1]);
	if (running == NULL)
		return command_usage("'%s' is not a verb", argv[1]);
	code = run(argc - 1, argv + 1);
	/* A full disk or a closed pipe must not look like success. */
	if (fflush(stdout) != 0 && code == EXIT_YES)
		return command_fail("cannot write the output");
	return code;
}
