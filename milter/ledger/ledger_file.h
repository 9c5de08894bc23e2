/*
 * ledger_file.h - the files in the state directory: append, lock, replace.
 *
 * Knows bytes and durability, not records. What root writes belongs to the
 * owner of the directory, so that the daemon can go on with it.
 */
#ifndef MILTER_LEDGER_FILE_H
#define MILTER_LEDGER_FILE_H

#include <sys/types.h>

#include "../error.h"
#include "record.h"

struct ledger_file {
	const char *name;	/* DIR, for messages */
	int dir, fd;		/* fd: DIR/ledger, -1: it cannot be opened */
};

/* Opens DIR; keeps a copy of its name. False: e says why. */
bool ledger_file_open_dir(struct ledger_file *f, const char *name,
			  struct error *e);

/* Opens DIR/ledger, made if it is missing. False: e says why. */
bool ledger_file_open(struct ledger_file *f, struct error *e);
void ledger_file_close(struct ledger_file *f);

enum ledger_lock {
	LEDGER_LOCKED,
	LEDGER_BUSY,		/* another process writes, or was stopped writing */
	LEDGER_LOST		/* DIR/ledger is no longer the file that is open */
};

/* Waits two seconds at most. Not LOCKED: e says why. */
enum ledger_lock ledger_file_lock(struct ledger_file *f, struct error *e);
void ledger_file_unlock(struct ledger_file *f);

/* Size of the file; -1: it was removed, or cannot be asked. */
off_t ledger_file_size(const struct ledger_file *f);

/* *len bytes from at, or as many as there are, allocated; NULL: e says why. */
char *ledger_file_read(const struct ledger_file *f, off_t at, size_t *len,
		       struct error *e);

/* Drops what was written in part beyond size. Under the lock, as the next. */
bool ledger_file_cut(struct ledger_file *f, off_t size);

/* Writes at size, the end of the file, and fsyncs. False: e says why, and
 * unless that says otherwise, nothing was written. */
bool ledger_file_append(struct ledger_file *f, off_t size, const char *line,
			size_t len, struct error *e);

/* Small files beside it: read whole (-1: errno), and replaced by rename after
 * an fsync. is_new: only if it is not there yet. False: e says why. */
ssize_t ledger_file_get(const struct ledger_file *f, const char *name, char *out,
			size_t size);
bool ledger_file_put(const struct ledger_file *f, const char *name, bool is_new,
		     const char *text, struct error *e);

#endif
