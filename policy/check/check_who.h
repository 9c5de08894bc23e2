/*
 * check_who.h - who sends in a trial, and whom an `expect` is about.
 */
#ifndef POLICY_CHECK_WHO_H
#define POLICY_CHECK_WHO_H

#include "check.h"

/* Brings the facts to their normal form, and reports those that cannot be. */
void check_who(struct check *k, struct ast_who *w);

/* The same for a stream, which has what all mail of its class has. */
void check_sender(struct check *k, struct ast_who *w);

/* True if the stream has all that is said of those it is about. Both have been
 * checked. */
bool check_is_about(const struct ast_who *about, const struct ast_who *sender);

#endif
