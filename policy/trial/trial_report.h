/*
 * trial_report.h - a failed expectation, in sentences.
 */
#ifndef POLICY_TRIAL_REPORT_H
#define POLICY_TRIAL_REPORT_H

#include "watch.h"

/* Adds one error: what was expected, what came, when they parted, and what the
 * limits did then. */
void trial_report(const struct watch *w, const struct ast_policy *tree,
		  const struct policy *p, struct diags *d);

#endif
