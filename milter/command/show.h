/*
 * show.h - scopes, ages and other people's text, as they are shown.
 */
#ifndef MILTER_SHOW_H
#define MILTER_SHOW_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "../ledger/record.h"

#define SHOW_SCOPE_MAX (SCOPE_TEXT_MAX + 32)
#define SHOW_AGE_MAX 32
#define SHOW_WHO_MAX (2 * RECORD_WHO_MAX + 8)

/* "all outbound mail", "script 33:contact.php". Returns out. */
const char *show_scope(const struct scope *s, char out[SHOW_SCOPE_MAX]);

/* "36 s", "12 min", "5 h 10 min", "3 days". Returns out. */
const char *show_age(uint64_t us, char out[SHOW_AGE_MAX]);

/* The same, rounded up and with tenths of a second below ten. Returns out. */
const char *show_wait(uint64_t us, char out[SHOW_AGE_MAX]);

/* From then to now; 0 if then lies ahead. */
uint64_t show_since(uint64_t then_us, uint64_t now_us);

/* "alice", or "alice as root" where sudo was used. Returns out. */
const char *show_who(const struct record *r, char out[SHOW_WHO_MAX]);

/* Text that somebody wrote, with ? for what would steer a terminal. */
void show_put(const char *text, FILE *out);

/* The text as JSON, with ? for what is not UTF-8; null for NULL. */
json_t *show_json(const char *text);

#endif
