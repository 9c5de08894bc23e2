/*
 * stray.h - bytes that no word of a policy is made of: what they are, and what
 * to write instead.
 */
#ifndef POLICY_STRAY_H
#define POLICY_STRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../diag.h"

/* False, and that is reported: the file is not a text, or not in lines. */
bool stray_is_text(const char *text, size_t len, uint32_t base,
		   struct diags *d);

/* Reports the character at p, whose place is at. p < end. */
void stray_report(const char *p, const char *end, uint32_t at,
		  struct diags *d);

#endif
