/*
 * frozen.h - the active freezes: every freeze that no thaw names.
 *
 * The order in which freezes and thaws are added does not matter. One whose
 * time is over is still among them, but stops nothing.
 */
#ifndef MILTER_FROZEN_H
#define MILTER_FROZEN_H

#include <sys/types.h>

#include "record.h"

struct freeze {
	char id[RECORD_ID_MAX + 1];
	char name[RECORD_NAME_MAX + 1];
	struct scope scope;
	uint64_t until_us;	/* 0: until it is lifted */
	off_t at;		/* where its line stands in the file */
};

struct frozen {
	struct freeze *active;	/* in file order */
	size_t n;
	char (*lifted)[RECORD_NAME_MAX + 1];	/* names of freezes to come */
	size_t n_lifted;
};

void frozen_fini(struct frozen *z);

/* Freeze or thaw; no record is added twice. False: out of memory. */
bool frozen_add(struct frozen *z, const struct record *r, off_t at);

/* False: its time is over. now_us is real time. */
bool freeze_holds(const struct freeze *z, uint64_t now_us);

/* The first freeze that holds and matches; NULL: none. */
const struct freeze *frozen_match(const struct frozen *z,
				  const struct scope_mail *m, uint64_t now_us);

bool frozen_is_active(const struct frozen *z, const char *name);

#endif
