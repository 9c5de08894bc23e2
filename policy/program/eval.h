/*
 * eval.h - one test of a program.
 */
#ifndef POLICY_EVAL_H
#define POLICY_EVAL_H

#include "prog.h"

/* The answer of an instruction that is a test. */
bool eval_test(const struct policy *p, const struct prog_instr *in,
	       const struct policy_facts *f);

/* How many instructions to skip after one: jt or jf of a test, 0 of any other. */
uint16_t eval_skip(const struct policy *p, const struct prog_instr *in,
		   const struct policy_facts *f);

bool eval_has(const struct policy_facts *f, enum policy_fact fact);

#endif
