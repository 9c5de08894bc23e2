/*
 * local.h - what of a local part names the mailbox.
 */
#ifndef POLICY_LOCAL_H
#define POLICY_LOCAL_H

#include "text.h"

/* Folds a tidy local part and cuts what changes from message to message: the
 * tags of SRS and BATV, and the extension at the first of delimiters. What is
 * left may be empty. */
void local_fold(struct text *local, const char *delimiters);

#endif
