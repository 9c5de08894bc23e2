/*
 * dump.c - program as text, one instruction a line.
 *
 * Each limit is told where it is charged, in the words that it was written
 * in, so that a dump reads as the rules it came from.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "eval.h"
#include "../facts.h"

#define LABEL_WIDTH 8
#define CLAUSE "\n            "

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

static void
print_net(const struct prog_net *n, FILE *out)
{
	bool is_ipv4 = n->net.family == 4;
	char text[INET6_ADDRSTRLEN];

	inet_ntop(is_ipv4 ? AF_INET : AF_INET6, n->net.bytes, text, sizeof(text));
	fputs(text, out);
	if (n->prefix != (is_ipv4 ? 32 : 128))
		fprintf(out, "/%u", n->prefix);
}

static void
print_members(const struct policy *p, const struct prog_set *s, FILE *out)
{
	const char *between = "{ ";

	for (uint32_t i = 0; i < s->n_names + s->n_globs; i++) {
		fputs(between, out);
		print_text(p, prog_name(p, s->first_name + i), out);
		between = ", ";
	}
	for (uint32_t i = 0; i < s->n_nets; i++) {
		fputs(between, out);
		print_net(prog_net(p, s->first_net + i), out);
		between = ", ";
	}
	fputs(" }", out);
}

static void
print_classes(unsigned mask, FILE *out)
{
	for (unsigned c = 0; c < POLICY_CLASSES; c++)
		if (mask >> c & 1)
			fprintf(out, " %s", policy_class_word(c));
}

static void
print_operand(const struct policy *p, const struct prog_instr *in, FILE *out)
{
	const struct prog_set *s;

	switch (in->op) {
	case OP_EQUAL:
	case OP_LIKE:
		print_text(p, prog_text(p, in->k), out);
		return;
	case OP_IN:
	case OP_WITHIN:
		s = prog_set(p, in->k);
		if (s->name.len == 0)
			print_members(p, s, out);
		else
			fputs(prog_bytes(p, s->name).p, out);
		return;
	default:	/* OP_SAME, OP_ABOVE, OP_BELOW */
		fprintf(out, "%u", prog_number(p, in->k));
	}
}

static void
print_instr(const struct policy *p, const struct prog_instr *in, FILE *out)
{
	switch (in->op) {
	case OP_CLASS:
		fputs(op_words[in->op], out);
		print_classes(in->k, out);
		return;
	case OP_HAS:
		fprintf(out, "%s %s", op_words[in->op], policy_fact_word(in->fact));
		return;
	case OP_CHARGE:
		fprintf(out, "%s %s", op_words[in->op], policy_limit(p, in->k).name);
		return;
	case OP_DONE:
		fputs(op_words[in->op], out);
		return;
	default:
		fprintf(out, "%s %s ", policy_fact_word(in->fact), op_words[in->op]);
		print_operand(p, in, out);
	}
}

/* Gives every target of a jump a number, in their order in the code. */
static void
find_labels(const struct policy *p, uint16_t label[PROG_CODE_MAX])
{
	uint32_t n = p->pool[POOL_CODE].n;
	uint16_t last = 0;

	memset(label, 0, PROG_CODE_MAX * sizeof(label[0]));
	for (uint32_t i = 0; i < n; i++) {
		const struct prog_instr *in = prog_code(p) + i;

		if (in->jt > 0)
			label[i + 1 + in->jt] = 1;
		if (in->jf > 0)
			label[i + 1 + in->jf] = 1;
		if (label[i] != 0)
			label[i] = ++last;
	}
}

static void
print_key(const struct prog_key *k, FILE *out)
{
	fputs(policy_fact_word(k->fact), out);
	if (fact_type(k->fact) != FACT_ADDRESS)
		return;
	if (k->prefix4 != 32)
		fprintf(out, "/4:%u", k->prefix4);
	else
		fprintf(out, "/%u", k->prefix6);
}

static void
print_answer(enum policy_action action, const char *text, FILE *out)
{
	fputs(policy_action_word(action), out);
	if (text != NULL)
		fprintf(out, " \"%s\"", text);
}

/* In the words of a policy; policy_window_text leaves `messages` out. */
static void
print_window(const struct policy_window *w, FILE *out)
{
	char text[64];

	policy_window_text(w, text, sizeof(text));
	fprintf(out, "%u%s%s", w->count, w->unit == POLICY_MESSAGES ? " messages" : "",
		text + strspn(text, "0123456789"));
	if (w->burst != w->count)
		fprintf(out, " burst %u", w->burst);
}

/* The limit as it was written, but for what its instructions say. */
static void
print_limit(const struct policy *p, uint32_t i, FILE *out)
{
	const struct prog_limit *l = prog_limit(p, i);
	struct policy_limit view = policy_limit(p, i);

	for (uint32_t k = 0; k < l->n_keys; k++) {
		fputs(k == 0 ? CLAUSE "by " : ", ", out);
		print_key(prog_key(p, l->first_key + k), out);
	}
	for (unsigned w = 0; w < view.n_windows; w++) {
		fputs(w == 0 ? CLAUSE "allow " : ", ", out);
		print_window(&view.window[w], out);
	}
	fputs(CLAUSE "else ", out);
	print_answer(view.action, view.text, out);
}

static void
print_head(const struct policy *p, FILE *out)
{
	struct policy_answer local = policy_frozen(p, POLICY_LOCAL);
	struct policy_answer smtp = policy_frozen(p, POLICY_AUTHENTICATED);

	fputs("own networks ", out);
	print_members(p, prog_set(p, p->own), out);
	fputs("\nfrozen { local ", out);
	print_answer(local.action, local.text, out);
	fputs("   smtp ", out);
	print_answer(smtp.action, smtp.text, out);
	fputs(" }\n", out);
	for (uint32_t i = 0; i < p->pool[POOL_SETS].n; i++) {
		const struct prog_set *s = prog_set(p, i);

		if (s->name.len == 0)
			continue;
		fprintf(out, "set %s ", prog_bytes(p, s->name).p);
		print_members(p, s, out);
		fputc('\n', out);
	}
}

void
policy_dump(const struct policy *p, FILE *out)
{
	uint16_t label[PROG_CODE_MAX];
	uint32_t n = p->pool[POOL_CODE].n;

	find_labels(p, label);
	print_head(p, out);
	for (uint32_t i = 0; i < n; i++) {
		const struct prog_instr *in = prog_code(p) + i;
		char name[16] = "";

		if (in->op == OP_CLASS || in->op == OP_DONE)
			fputc('\n', out);
		if (label[i] != 0)
			snprintf(name, sizeof(name), "L%u:", label[i]);
		fprintf(out, "%-*s", LABEL_WIDTH, name);
		print_instr(p, in, out);
		if (in->jt > 0)
			fprintf(out, "  then L%u", label[i + 1 + in->jt]);
		if (in->jf > 0)
			fprintf(out, "  else L%u", label[i + 1 + in->jf]);
		if (in->op == OP_CHARGE)
			print_limit(p, in->k, out);
		fputc('\n', out);
	}
}

void
policy_trace(const struct policy *p, const struct policy_facts *f, FILE *out)
{
	const struct prog_instr *in = prog_code(p);
	char key[POLICY_KEY_MAX];

	for (; in->op != OP_DONE; in += 1 + eval_skip(p, in, f)) {
		print_instr(p, in, out);
		if (in->op == OP_CHARGE) {
			policy_key_text(p, in->k, f, key, sizeof(key));
			fprintf(out, ", key %s\n", key);
		} else {
			fprintf(out, ": %s\n", eval_test(p, in, f) ? "yes" : "no");
		}
	}
}
