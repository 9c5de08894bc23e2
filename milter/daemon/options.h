/*
 * options.h - the command line of sluiced.
 */
#ifndef MILTER_OPTIONS_H
#define MILTER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../settings.h"
#include "listen.h"

struct options {
	struct settings settings;
	char socket[LISTEN_SPEC_MAX];	/* "" only with -t */
	const char *local_name;
	uint64_t timeout_us;		/* of Redis */
	unsigned umask_bits;		/* for the socket */
	bool is_clear_log;
	bool is_syslog;
	bool is_verbose;
	bool is_check;			/* -t */
	bool is_help;
	bool is_version;
};

/* False: e says what is wrong with the command line. */
bool options_parse(struct options *o, int argc, char **argv, struct error *e);

extern const char options_help[];

#endif
