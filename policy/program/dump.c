/*
 * dump.c - program as text, one instruction a line.
 *
 * Each limit is told where it is charged, in the words that it was written
 * in, so that a dump reads as the rules it came from.
 */
#include "dump.h"

#include <stdlib.h>

#define LABEL_WIDTH 8

/* Gives every target of a jump a number, in their order in the code. NULL: out
 * of memory. */
static uint16_t *
find_labels(const struct policy *p)
{
	uint32_t n = p->pool[POOL_CODE].n;
	uint16_t *label = calloc(n, sizeof(*label)), last = 0;

	for (uint32_t i = 0; label != NULL && i < n; i++) {
		const struct prog_instr *in = prog_code(p) + i;

		if (in->jt > 0)
			label[i + 1 + in->jt] = 1;
		if (in->jf > 0)
			label[i + 1 + in->jf] = 1;
		if (label[i] != 0)
			label[i] = ++last;
	}
	return label;
}

static void
print_answers(const char *what, struct policy_answer local,
	      struct policy_answer smtp, FILE *out)
{
	fprintf(out, "%s { local ", what);
	dump_answer(local, out);
	fputs("   smtp ", out);
	dump_answer(smtp, out);
}

static void
print_site(const struct policy *p, FILE *out)
{
	struct policy_site site = policy_site(p);
	const char *quote = site.delimiters[0] == '\0' ? "" : "\"";

	fprintf(out, "recipient delimiter %s%s%s\n", quote,
		site.delimiters[0] == '\0' ? "none" : site.delimiters, quote);
	fprintf(out, "nodes %u\n", site.nodes);
	if (site.is_two_person)
		fputs("two-person\n", out);
	print_answers("frozen", policy_frozen(p, POLICY_LOCAL),
		      policy_frozen(p, POLICY_AUTHENTICATED), out);
	fputs(" }\n", out);
	print_answers("outage", policy_outage(p, POLICY_LOCAL),
		      policy_outage(p, POLICY_AUTHENTICATED), out);
	fputs("   lease ", out);
	dump_period(site.lease_us, out);
	fputs(" }\n", out);
}

static void
print_sets(const struct policy *p, FILE *out)
{
	for (uint32_t i = 0; i < p->pool[POOL_SETS].n; i++) {
		const struct prog_set *s = prog_set(p, i);

		if (s->name.len == 0)
			continue;
		fprintf(out, "set %s ", prog_bytes(p, s->name).p);
		dump_members(p, s, out);
		fputc('\n', out);
	}
}

static void
print_label(const struct policy *p, const uint16_t *label, uint32_t i, FILE *out)
{
	char name[16] = "";

	if (i == p->frozen_at)
		snprintf(name, sizeof(name), "frozen:");
	else if (label[i] != 0)
		snprintf(name, sizeof(name), "L%u:", label[i]);
	fprintf(out, "%-*s", LABEL_WIDTH, name);
}

static void
print_line(const struct policy *p, const uint16_t *label, uint32_t i, FILE *out)
{
	const struct prog_instr *in = prog_code(p) + i;

	if (in->op == OP_CLASS || i == p->frozen_at ||
	    (in->op == OP_DONE && label[i] != 0))
		fputc('\n', out);
	print_label(p, label, i, out);
	dump_instr(p, in, out);
	if (in->jt > 0)
		fprintf(out, "  then L%u", label[i + 1 + in->jt]);
	if (in->jf > 0)
		fprintf(out, "  else L%u", label[i + 1 + in->jf]);
	if (in->op == OP_CHARGE)
		dump_limit(p, in->k, out);
	fputc('\n', out);
}

void
policy_dump(const struct policy *p, FILE *out)
{
	uint16_t *label = find_labels(p);

	if (label == NULL) {
		fputs("out of memory: there is no room to print the policy\n", out);
		return;
	}
	fputs("own networks ", out);
	dump_members(p, prog_set(p, p->own), out);
	fputc('\n', out);
	print_site(p, out);
	print_sets(p, out);
	for (uint32_t i = 0; i < p->pool[POOL_CODE].n; i++)
		print_line(p, label, i, out);
	free(label);
}
