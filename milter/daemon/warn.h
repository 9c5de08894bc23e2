/*
 * warn.h - which keys are warned of (`warn at P%`), so that each is once.
 *
 * A key is warned of when its level has risen to P percent of a window, and
 * again only after it has been below half of that in all of them. What is
 * remembered is bounded: of too many keys the one that is full first is
 * forgotten, and may be warned of twice.
 */
#ifndef MILTER_WARN_H
#define MILTER_WARN_H

#include "../store/store.h"

struct warn;

/* NULL: out of memory. */
struct warn *warn_new(void);
void warn_free(struct warn *w);

/* For bucket i of a request that was taken; any thread. Returns the level in
 * percent if it is to be said, and in which window; 0: nothing is. */
unsigned warn_level(struct warn *w, const struct store_request *q,
		    const struct store_outcome *o, unsigned i, unsigned percent,
		    unsigned *window);

#endif
