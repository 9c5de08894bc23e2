/*
 * store_text.h - requests and outcomes as one line of text, for tables.
 *
 * A request is a list of buckets, `NAME[:KEY]=WINDOW[,WINDOW]`; `?` in front of
 * it means observe. A window is `m10/60` or `r10/60b5`: messages or recipients,
 * so many in so many milliseconds, and the burst if it differs. With `h` before
 * it, it is what may be held, with `s` the strikes.
 *
 * An outcome is `taken`, `taken would=MASK`, `refused BUCKET.WINDOW`, with
 * ` never` if it can never pass, ` spent` and ` struck`, or `stale`, `alone`,
 * `late`, `down`; then the level of each bucket in units, windows separated by commas,
 * what is held and the strikes after them.
 */
#ifndef TESTS_STORE_TEXT_H
#define TESTS_STORE_TEXT_H

#include <stddef.h>

#include "../../milter/redis/conn.h"
#include "../../milter/store/store.h"

struct store_text {
	struct store_request q;
	char name[POLICY_PLAN_MAX][POLICY_NAME_MAX + 1];
	struct policy_window window[POLICY_PLAN_MAX][CHARGE_TIMES];
};

/* One recipient, no token, now_us 0. Fails the test if the text is wrong. */
void store_text_parse(struct store_text *t, const char *text);

void store_text_outcome(const struct store_request *q,
			const struct store_outcome *o, char *out, size_t size);

/* Stores b's windows, in the namespace "test", as take.lua would have done when
 * they were full again at these times. */
void store_text_put(struct conn *c, const struct store_bucket *b,
		    const uint64_t full_us[CHARGE_TIMES]);

/* Takes at now_us and compares the outcome with the text. */
void store_text_check(struct store *s, struct store_text *t, uint64_t now_us,
		      const char *want);

#endif
