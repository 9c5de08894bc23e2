/*
 * dump.h - pieces of a program as text.
 */
#ifndef POLICY_DUMP_H
#define POLICY_DUMP_H

#include "prog.h"

/* `sender in partners`, without jumps and line end. */
void dump_instr(const struct policy *p, const struct prog_instr *in, FILE *out);

/* The clauses of a limit, each on a line that it begins. */
void dump_limit(const struct policy *p, uint32_t i, FILE *out);

/* `hold`, `tempfail "Wait"`. */
void dump_answer(struct policy_answer a, FILE *out);

/* `10 minutes`. */
void dump_period(uint64_t us, FILE *out);

/* { "a", "b*", 192.0.2.0/24 } */
void dump_members(const struct policy *p, const struct prog_set *s, FILE *out);

/* `login`, `header "x-spam"`. */
void dump_fact(const struct policy *p, uint32_t fact, FILE *out);

#endif
