/*
 * head.h - how long the ledger was when it was last safe on disk.
 *
 * DIR/ledger.head is signed, so that a ledger and its head cannot be cut short
 * together by somebody without the key.
 */
#ifndef MILTER_HEAD_H
#define MILTER_HEAD_H

#include "ledger_file.h"

struct head {
	size_t count;			/* records */
	char last[RECORD_MAC_HEX + 1];	/* MAC of the last; "" if count is 0 */
};

enum head_answer { HEAD_THERE, HEAD_MISSING, HEAD_BAD };

/* HEAD_BAD: e says why. */
enum head_answer head_read(const struct ledger_file *f, const struct keys *k,
			   struct head *h, struct error *e);
bool head_write(const struct ledger_file *f, const struct keys *k,
		const struct head *h, struct error *e);

#endif
