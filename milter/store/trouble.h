/*
 * trouble.h - what an error of Redis means, by its first word.
 */
#ifndef MILTER_TROUBLE_H
#define MILTER_TROUBLE_H

#include <stdbool.h>

struct trouble {
	const char *code;	/* the first word; "": any other */
	bool is_lasting;	/* until a person has mended it */
	const char *advice;	/* what to do; "" if the error says it all */
};

/* Never NULL; error is what Redis sent, without its '-'. */
const struct trouble *trouble_of(const char *error);

#endif
