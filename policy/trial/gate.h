/*
 * gate.h - what becomes of a message in a trial, and why.
 *
 * The order of a decision and its outcomes are those of the daemon, without
 * what only a running one has: other nodes, outages, freezes by people. No plan
 * is over, for a policy that could bring that about does not compile.
 */
#ifndef POLICY_GATE_H
#define POLICY_GATE_H

#include "../language/ast.h"
#include "table.h"

enum gate_cause {
	GATE_TAKEN,
	GATE_REFUSED,		/* a window was full */
	GATE_SPENT,		/* and as much is held as may be */
	GATE_NEVER,		/* the cost exceeds a full bucket */
	GATE_FROZEN
};

struct gate {
	const struct policy *policy;
	struct table *table;
	bool is_full;		/* out of memory: the trial says nothing */

	/* Of the last message: */
	enum gate_cause cause;
	unsigned limit;		/* REFUSED to FROZEN: of the policy */
	const struct policy_window *window;	/* REFUSED to NEVER */
	struct policy_plan plan;
	struct charge charge[POLICY_PLAN_MAX];
};

/* Lets one message through or not: accepted to frozen. Time only grows. */
enum ast_subject gate_pass(struct gate *g, const struct policy_facts *f,
			   uint64_t now_us);

#endif
