/*
 * scope_option.h - a scope as options: --all, --script, --login and the rest.
 */
#ifndef MILTER_SCOPE_OPTION_H
#define MILTER_SCOPE_OPTION_H

#include "../ledger/scope.h"

#define SCOPE_OPTION 256	/* what getopt_long returns, less the kind */
#define SCOPE_OPTIONS \
	{ "all", no_argument, NULL, SCOPE_OPTION + SCOPE_ALL }, \
	{ "class", required_argument, NULL, SCOPE_OPTION + SCOPE_CLASS }, \
	{ "script", required_argument, NULL, SCOPE_OPTION + SCOPE_SCRIPT }, \
	{ "uid", required_argument, NULL, SCOPE_OPTION + SCOPE_UID }, \
	{ "login", required_argument, NULL, SCOPE_OPTION + SCOPE_LOGIN }, \
	{ "sender", required_argument, NULL, SCOPE_OPTION + SCOPE_SENDER }, \
	{ "domain", required_argument, NULL, SCOPE_OPTION + SCOPE_DOMAIN }, \
	{ "client", required_argument, NULL, SCOPE_OPTION + SCOPE_CLIENT }

#define SCOPE_OPTION_HELP \
	"  --all                  all outbound mail\n" \
	"  --class CLASS          local, authenticated or relayed\n" \
	"  --script UID:FILE      a PHP script, as 33:contact.php\n" \
	"  --uid N                a user of this machine, by number\n" \
	"  --login LOGIN          an account that logs in to send\n" \
	"  --sender ADDRESS       an envelope sender; <> is the null sender\n" \
	"  --domain DOMAIN        exactly this sender domain\n" \
	"  --client IP[/PREFIX]   an SMTP client or a network\n"

/* Takes one of the options. False: the value is none, or no mail can ever have
 * it, so that a freeze would stop nothing; e says which. */
bool scope_option(struct scope *s, int c, const char *value, struct error *e);

#endif
