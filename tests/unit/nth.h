/*
 * nth.h - the n-th call of a kind fails.
 *
 * The linker puts these calls before the real ones, in what is linked into the
 * program (the Makefile's NTH): a library's own calls are not among them.
 */
#ifndef TESTS_NTH_H
#define TESTS_NTH_H

#include <stdbool.h>

enum nth_call {
	NTH_MALLOC, NTH_CALLOC, NTH_REALLOC, NTH_STRDUP, NTH_SOCKET, NTH_CONNECT,
	NTH_SEND, NTH_RECV, NTH_PPOLL
};

struct nth {
	enum nth_call call;
	int err;		/* of the failure; 0: send and recv do one byte */
	bool is_for_good;	/* all that follow fail too */
};

/* From now on the n-th call fails, n >= 1. */
void nth_arm(const struct nth *what, unsigned n);

/* No call fails any more. Returns whether one did. */
bool nth_disarm(void);

#endif
