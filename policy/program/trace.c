/*
 * trace.c - what evaluation did with a message, test by test.
 */
#include "dump.h"
#include "eval.h"

static void
trace(const struct policy *p, const struct prog_instr *in,
      const struct policy_facts *f, FILE *out)
{
	char key[POLICY_KEY_MAX];

	for (; in->op != OP_DONE; in += 1 + eval_skip(p, in, f)) {
		dump_instr(p, in, out);
		if (in->op == OP_CHARGE) {
			policy_key_text(p, in->k, f, key, sizeof(key));
			fprintf(out, ", key %s\n", key);
		} else {
			fprintf(out, ": %s\n", eval_test(p, in, f) ? "yes" : "no");
		}
	}
}

void
policy_trace(const struct policy *p, const struct policy_facts *f, FILE *out)
{
	trace(p, prog_code(p), f, out);
}

void
policy_trace_frozen(const struct policy *p, const struct policy_facts *f,
		    FILE *out)
{
	trace(p, prog_code(p) + p->frozen_at, f, out);
}
