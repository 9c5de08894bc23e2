/*
 * peek.h - a store that tells what another would answer, and takes nothing.
 */
#ifndef MILTER_PEEK_H
#define MILTER_PEEK_H

#include "store.h"

/* Keeps s, which stays the caller's, and asks it a question that it must
 * refuse. TAKEN means: it would be; full_us is as it is now. NULL: out of
 * memory. */
struct store *peek_new(struct store *s);

#endif
