/*
 * judge.h - whether a record keeps what is promised.
 */
#ifndef HISTORY_JUDGE_H
#define HISTORY_JUDGE_H

#include <stdint.h>
#include <stdio.h>

struct record;

/* Writes what was measured, a line each, and what is wrong; returns how much is.
 * No verdict may take longer; 0: as long as it likes. Sorts r. */
unsigned judge(struct record *r, int64_t longest_us, FILE *out);

#endif
