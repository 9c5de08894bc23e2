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
	FACTS_LISTENER, FACTS_RCPTS, FACTS_HEADER, FACTS_TIME, FACTS_DAY
};

#define FACTS_LONG \
	{ "class", required_argument, NULL, FACTS_CLASS }, \
	{ "uid", required_argument, NULL, FACTS_UID }, \
	{ "script", required_argument, NULL, FACTS_SCRIPT }, \
	{ "login", required_argument, NULL, FACTS_LOGIN }, \
	{ "sender", required_argument, NULL, FACTS_SENDER }, \
	{ "client", required_argument, NULL, FACTS_CLIENT }, \
	{ "listener", required_argument, NULL, FACTS_LISTENER }, \
	{ "rcpts", required_argument, NULL, FACTS_RCPTS }, \
	{ "header", required_argument, NULL, FACTS_HEADER }, \
	{ "time", required_argument, NULL, FACTS_TIME }, \
	{ "day", required_argument, NULL, FACTS_DAY }

/* Where the texts of facts lie; f points into it, so it must stay in place. */
struct facts_options {
	struct policy_facts f;
	char text[POLICY_FACT_IDS][IDENTITY_MAX + 1];
	const char *sender;		/* as it was given; NULL: it was not */
	const char *header[POLICY_HEADERS_MAX];	/* NAME=VALUE */
	unsigned n_headers;
	bool has_class;
	bool is_local;
};

/* One recipient, now. */
void facts_init(struct facts_options *o);

/* Takes one option in any spelling; keeps value. False: e. */
bool facts_take(struct facts_options *o, int c, const char *value,
		struct error *e);

/* After the options: reads sender and headers as the policy does, sets the class
 * as sluiced would, and refuses facts that no message has together. False: e. */
bool facts_finish(struct facts_options *o, const struct policy *p,
		  struct error *e);

/* Calls fn for each fact, in normal form: "script", "33:contact.php"; "header
 * subject", "hello". */
void facts_each(const struct facts_options *o, const struct policy *p,
		void (*fn)(const char *word, const char *value, void *arg),
		void *arg);

#endif
