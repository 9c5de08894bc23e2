/*
 * options.c - what milterload was asked to do.
 */
#include "options.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NUMBER_MAX 100000000
#define CLIENT_MAX 64

static const char usage_text[] =
"usage: milterload -s SOCKET [options]\n"
"  -s SOCKET   unix:/path, inet:port@host or host:port\n"
"  -c N        concurrent sessions (1)\n"
"  -k N        sessions in a row per slot, 0: no bound (1; 0 with -t)\n"
"  -m N        messages per session (1000)\n"
"  -t SECONDS  stop after this long\n"
"  -q RATE     messages per second over all sessions (flat out)\n"
"  -r N        recipients per message (1)\n"
"  -n N        distinct senders, used in turn (10000)\n"
"  -x N        distinct values of X-PHP-Originating-Script, 0: none (0)\n"
"  -a N        distinct SASL logins in {auth_authen}, 0: none (0)\n"
"  -L          class local: {daemon_name} LOCAL, {daemon_port} 0\n"
"  -u UID      first header X-Local-Submitter: uid=UID\n"
"  -o N        offset added to every sender, script and login number (0)\n"
"  -b BYTES    body size (1024)\n"
"  -e N        extra headers per message (6)\n"
"  -i ADDR     client's IPv4 address (127.0.0.1)\n"
"  -T SECONDS  time limit on every reply (30)\n"
"  -I N        hold N idle sessions open meanwhile; each must then still\n"
"              carry one message\n"
"  -B B/R      compare what was accepted with the bound B + R * seconds\n"
"  -w FILE     one line per message: when it began, was asked for a verdict (0:\n"
"              never) and had it, in us of CLOCK_MONOTONIC; queue id, numbers\n"
"              of its sender, script and login (-: none), recipients, outcome,\n"
"              stage, code\n"
"  -j          print one line of JSON\n"
"exit status: 0 every reply came and was well formed; 1 errors; 2 usage\n";

static void
usage(void)
{
	fputs(usage_text, stderr);
	exit(2);
}

static unsigned
number(const char *s)
{
	char *end;
	unsigned long v = strtoul(s, &end, 10);

	if (end == s || *end != '\0' || v > NUMBER_MAX)
		errx(2, "not a number from 0 to %d: %s", NUMBER_MAX, s);
	return (unsigned)v;
}

static double
real(const char *s)
{
	char *end;
	double v = strtod(s, &end);

	if (end == s || *end != '\0' || !(v >= 0))
		errx(2, "not a positive number: %s", s);
	return v;
}

static void
bound(struct options *o, const char *s)
{
	if (sscanf(s, "%lf/%lf", &o->burst, &o->refill) != 2)
		errx(2, "not a bound, write BURST/RATE: %s", s);
}

static void
option(struct options *o, int c, const char *value)
{
	switch (c) {
	case 's': o->socket = value; break;
	case 'c': o->conns = number(value); break;
	case 'k': o->sessions = number(value); break;
	case 'm': o->messages = number(value); break;
	case 't': o->seconds = real(value); break;
	case 'q': o->rate = real(value); break;
	case 'r': o->rcpts = number(value); break;
	case 'n': o->senders = number(value); break;
	case 'x': o->scripts = number(value); break;
	case 'a': o->logins = number(value); break;
	case 'L': o->local = true; break;
	case 'u': o->uid = (long)number(value); break;
	case 'o': o->offset = number(value); break;
	case 'b': o->body = number(value); break;
	case 'e': o->extra = number(value); break;
	case 'i': o->client = value; break;
	case 'T': o->timeout = real(value); break;
	case 'I': o->idle = number(value); break;
	case 'B': bound(o, value); break;
	case 'w': o->log = value; break;
	case 'j': o->json = true; break;
	default: usage();
	}
}

void
options_parse(struct options *o, int argc, char **argv)
{
	bool sessions_given = false;
	int c;

	*o = (struct options){
		.conns = 1, .sessions = 1, .messages = 1000, .rcpts = 1,
		.senders = 10000, .body = 1024, .extra = 6, .uid = -1,
		.client = "127.0.0.1", .timeout = 30,
	};
	while ((c = getopt(argc, argv,
	    "s:c:k:m:t:q:r:n:x:a:Lu:o:b:e:i:T:I:B:w:j")) != -1) {
		option(o, c, optarg);
		sessions_given |= c == 'k';
	}
	if (o->socket == NULL || optind != argc || o->conns == 0 ||
	    o->senders == 0 || o->messages == 0 || o->timeout <= 0 ||
	    strlen(o->client) > CLIENT_MAX)
		usage();
	if (o->seconds > 0 && !sessions_given)
		o->sessions = 0;
}
