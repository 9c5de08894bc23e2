/*
 * dump_instr.c - one instruction as text, in the words of a policy.
 */
#include "dump.h"

#include "../identity/identity.h"

static const char *const op_words[] = {
#define OP(name, word, kind, fact, operand, note) word,
#include "ops.def"
#undef OP
};

static void
print_text(const struct policy *p, struct prog_text t, FILE *out)
{
	struct policy_text text = prog_bytes(p, t);

	fputc('"', out);
	fwrite(text.p, 1, text.len, out);
	fputc('"', out);
}

void
dump_members(const struct policy *p, const struct prog_set *s, FILE *out)
{
	const char *between = "{ ";
	char text[IDENTITY_NETWORK_MAX];
	const struct prog_net *net;

	for (uint32_t i = 0; i < s->n_names + s->n_globs; i++) {
		fputs(between, out);
		print_text(p, prog_name(p, s->first_name + i), out);
		between = ", ";
	}
	for (uint32_t i = 0; i < s->n_nets; i++) {
		fputs(between, out);
		net = prog_net(p, s->first_net + i);
		fputs(identity_network_text(&net->net, net->prefix, text), out);
		between = ", ";
	}
	fputs(" }", out);
}

void
dump_fact(const struct policy *p, uint32_t fact, FILE *out)
{
	fputs(policy_fact_word((enum policy_fact)fact), out);
	if (fact >= POLICY_HEADER)
		fprintf(out, " \"%s\"", policy_header(p, fact - POLICY_HEADER));
}

static void
print_classes(unsigned mask, FILE *out)
{
	for (unsigned c = 0; c < POLICY_CLASSES; c++)
		if (mask >> c & 1)
			fprintf(out, " %s", policy_class_word(c));
}

static void
print_days(unsigned mask, FILE *out)
{
	static const char *const words[] = {
		"sun", "mon", "tue", "wed", "thu", "fri", "sat",
	};
	const char *between = " ";

	for (unsigned d = 0; d < 7; d++)
		if (mask >> d & 1) {
			fprintf(out, "%s%s", between, words[d]);
			between = ", ";
		}
}

static void
print_span(uint32_t span, FILE *out)
{
	uint32_t from = span >> 16, to = span & 0xffff;

	fprintf(out, " %02u:%02u-%02u:%02u", from / 60, from % 60, to / 60, to % 60);
}

static void
print_set(const struct policy *p, const struct prog_set *s, FILE *out)
{
	if (s->name.len == 0)
		dump_members(p, s, out);
	else
		fputs(prog_bytes(p, s->name).p, out);
}

/* A fact and what it is compared with. */
static void
print_comparison(const struct policy *p, const struct prog_instr *in, FILE *out)
{
	dump_fact(p, in->fact, out);
	fprintf(out, " %s ", op_words[in->op]);
	switch (in->op) {
	case OP_EQUAL:
	case OP_LIKE:
		print_text(p, prog_text(p, in->k), out);
		return;
	case OP_IN:
	case OP_WITHIN:
		print_set(p, prog_set(p, in->k), out);
		return;
	default:	/* OP_SAME, OP_ABOVE, OP_BELOW */
		fprintf(out, "%u", prog_number(p, in->k));
	}
}

static void
print_charge(const struct policy_limit l, FILE *out)
{
	fprintf(out, " %s%s", l.kind == POLICY_LIMIT ? "" : "exempt ", l.name);
}

void
dump_instr(const struct policy *p, const struct prog_instr *in, FILE *out)
{
	if (in->op >= OP_EQUAL && in->op <= OP_BELOW) {
		print_comparison(p, in, out);
		return;
	}
	fputs(op_words[in->op], out);
	switch (in->op) {
	case OP_CLASS:
		print_classes(in->k, out);
		break;
	case OP_HAS:
		fputc(' ', out);
		dump_fact(p, in->fact, out);
		break;
	case OP_DURING:
		print_span(prog_number(p, in->k), out);
		break;
	case OP_ON:
		print_days(in->k, out);
		break;
	case OP_CHARGE:
		print_charge(policy_limit(p, in->k), out);
		break;
	}
}
