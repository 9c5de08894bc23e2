/*
 * options.c - the command line of sluiced.
 */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MAX_MS 10000

const char options_help[] =
	"usage: sluiced -s SOCKET [options]     serve\n"
	"       sluiced -t [options]            check everything and exit\n"
	"\n"
	"  -s, --socket SOCKET      unix:PATH, inet:PORT@ADDRESS or fd:3\n"
	"  -p, --policy FILE        /etc/sluice/policy\n"
	"  -r, --redis ADDRESS      unix:/run/sluice-redis/redis.sock\n"
	"      --redis-user NAME    the default user\n"
	"      --redis-password-file FILE\n"
	"                           its first line; none: no password\n"
	"      --redis-db N         0\n"
	"      --redis-ca FILE      switches TLS on: who vouches for Redis\n"
	"      --redis-cert FILE, --redis-cert-key FILE\n"
	"                           what to show to Redis: none\n"
	"  -d, --state DIR          /var/lib/sluice\n"
	"  -n, --namespace NS       default\n"
	"  -k, --key FILE           DIR/key\n"
	"      --local-name NAME    {daemon_name} of local mail: LOCAL\n"
	"      --redis-timeout MS   for all that one verdict asks: 250\n"
	"      --clear-log yes|no   identities in the log, or pseudonyms: yes\n"
	"      --log stderr|syslog  stderr\n"
	"      --umask OCTAL        for the socket: 007\n"
	"      --verbose            log accepted mail, too\n"
	"      --version            say which sluiced this is\n"
	"\n"
	"USR1 reloads the policy; TERM stops. See sluiced(8).\n";

enum { OPT_LOCAL_NAME = 256, OPT_TIMEOUT, OPT_CLEAR_LOG, OPT_LOG, OPT_UMASK,
       OPT_VERBOSE, OPT_VERSION };

static const struct option longs[] = {
	SETTINGS_LONG,
	{ "socket", required_argument, NULL, 's' },
	{ "local-name", required_argument, NULL, OPT_LOCAL_NAME },
	{ "redis-timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "clear-log", required_argument, NULL, OPT_CLEAR_LOG },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "umask", required_argument, NULL, OPT_UMASK },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool
number(const char *text, int base, unsigned long max, unsigned long *n)
{
	char *end;

	*n = strtoul(text, &end, base);
	return *text >= '0' && *text <= '9' && *end == '\0' && *n <= max;
}

/* text is one of two words; *is_second says which. */
static bool
either(const char *text, const char *first, const char *second, bool *is_second)
{
	*is_second = strcmp(text, second) == 0;
	return *is_second || strcmp(text, first) == 0;
}

static bool
take(struct options *o, int c, const char *value, struct error *e)
{
	unsigned long n;

	switch (c) {
	case 's':
		return listen_spec(value, o->socket, e);
	case 't':
		return o->is_check = true;
	case 'h':
		return o->is_help = true;
	case OPT_VERSION:
		return o->is_version = true;
	case OPT_VERBOSE:
		return o->is_verbose = true;
	case OPT_LOCAL_NAME:
		o->local_name = value;
		return true;
	case OPT_CLEAR_LOG:
		return either(value, "no", "yes", &o->is_clear_log) ||
		       error_set(e, "--clear-log is yes or no, not '%.40s'", value);
	case OPT_LOG:
		return either(value, "stderr", "syslog", &o->is_syslog) ||
		       error_set(e, "--log is stderr or syslog, not '%.40s'", value);
	case OPT_TIMEOUT:
		if (!number(value, 10, TIMEOUT_MAX_MS, &n) || n == 0)
			return error_set(e, "--redis-timeout is 1 to %d milliseconds, "
					 "not '%.40s'", TIMEOUT_MAX_MS, value);
		o->timeout_us = n * 1000;
		return true;
	case OPT_UMASK:
		if (!number(value, 8, 0777, &n))
			return error_set(e, "--umask is octal, as 007, not '%.40s'", value);
		o->umask_bits = (unsigned)n;
		return true;
	default:
		return settings_flag(&o->settings, c, value) ||
		       error_set(e, "see sluiced --help");
	}
}

bool
options_parse(struct options *o, int argc, char **argv, struct error *e)
{
	int c;

	memset(o, 0, sizeof(*o));
	settings_init(&o->settings);
	o->local_name = "LOCAL";
	o->timeout_us = 250000;
	o->umask_bits = 007;
	o->is_clear_log = true;
	while ((c = getopt_long(argc, argv, SETTINGS_SHORT "s:th", longs, NULL)) != -1)
		if (!take(o, c, optarg, e))
			return false;
	if (o->is_help || o->is_version)
		return true;
	if (optind < argc)
		return error_set(e, "'%.100s' is not a flag; see sluiced --help",
				 argv[optind]);
	if (o->socket[0] == '\0' && !o->is_check)
		return error_set(e, "-s SOCKET is missing, as in -s "
				 "unix:/var/spool/postfix/sluice/milter.sock");
	return settings_finish(&o->settings, e);
}
