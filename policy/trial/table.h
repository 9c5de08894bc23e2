/*
 * table.h - the buckets of a trial.
 */
#ifndef POLICY_TABLE_H
#define POLICY_TABLE_H

#include "../bucket/charge.h"

struct table;

/* A limit and key. */
struct table_entry {
	uint64_t full_us[CHARGE_TIMES];
	uint64_t thaw_us;		/* it is frozen until then */
};

/* Returns NULL when out of memory. */
struct table *table_new(void);
void table_free(struct table *t);

/* NULL: it is not there. */
struct table_entry *table_find(const struct table *t, const char *key, size_t len);

/* A new entry, all zero; it stays where it is until the table is freed. Copies
 * the key. NULL: out of memory. */
struct table_entry *table_add(struct table *t, const char *key, size_t len);

#endif
