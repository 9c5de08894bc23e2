/*
 * facts_option.h - the facts of a message, from options.
 */
#ifndef MILTER_FACTS_OPTION_H
#define MILTER_FACTS_OPTION_H

#include <stdio.h>

#include "../../policy/identity/identity.h"
#include "../error.h"

#define FACTS_OPTION_FIRST 512	/* getopt values from here on are ours */

enum facts_option {
	FACTS_CLASS = FACTS_OPTION_FIRST,
	FACTS_UID, FACTS_SCRIPT, FACTS_LOGIN, FACTS_SENDER, FACTS_CLIENT,
	FACTS_LISTENER, FACTS_RCPTS
};

#define FACTS_LONG \
	{ "class", required_argument, NULL, FACTS_CLASS }, \
	{ "uid", required_argument, NULL, FACTS_UID }, \
	{ "script", required_argument, NULL, FACTS_SCRIPT }, \
	{ "login", required_argument, NULL, FACTS_LOGIN }, \
	{ "sender", required_argument, NULL, FACTS_SENDER }, \
	{ "client", required_argument, NULL, FACTS_CLIENT }, \
	{ "listener", required_argument, NULL, FACTS_LISTENER }, \
	{ "rcpts", required_argument, NULL, FACTS_RCPTS }

/* Where the texts of facts lie; f points into it, so it must stay in place. */
struct facts_options {
	struct policy_facts f;
	char text[POLICY_FACTS][IDENTITY_MAX + 1];
	bool has_class;
	bool is_local;
};

void facts_init(struct facts_options *o);

/* Takes one option in any spelling. False: e. */
bool facts_take(struct facts_options *o, int c, const char *value,
		struct error *e);

/* After the options: sets the class as sluiced would, and refuses facts that no
 * message has together. False: e. */
bool facts_finish(struct facts_options *o, const struct policy *p,
		  struct error *e);

/* A line for each fact, in normal form. */
void facts_print(const struct facts_options *o, FILE *out);

#endif
