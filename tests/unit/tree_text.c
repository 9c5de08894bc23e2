/*
 * tree_text.c - the tree of a policy as text.
 */
#include "tree_text.h"

#include <inttypes.h>

#include "../../policy/language/words.h"

#define TEXT(t) (int)(t).len, (t).p

static void
print_value(const struct ast_value *v, FILE *out)
{
	static const char marks[] = { '"', '~', '/' };
	char mark = marks[v->kind];

	fprintf(out, "%c%.*s%c", mark, TEXT(v->word.text), mark);
	if (v->kind == AST_NETWORK)
		fprintf(out, "%u", v->prefix);
}

static void
print_values(const struct ast_value *v, FILE *out)
{
	for (; v != NULL; v = v->next) {
		fputc(' ', out);
		print_value(v, out);
	}
}

static void
print_test(const struct ast_expr *e, FILE *out)
{
	static const char *const ops[] = {
		"and", "or", "not", "=", "like", "in", ">", "<", ">=", "<=",
		"during", "on",
	};

	fprintf(out, "%s %s", ops[e->op], words_fact(e->fact));
	if (e->fact >= POLICY_HEADER)
		fprintf(out, "%d", (int)(e->fact - POLICY_HEADER));
	fputc(' ', out);
	if (e->set_name.text.p != NULL)
		fprintf(out, "%.*s", TEXT(e->set_name.text));
	else if (e->value != NULL)
		print_value(e->value, out);
	else if (e->op == AST_DURING)
		fprintf(out, "%u-%u", e->from, e->to);
	else if (e->op == AST_ON)
		fprintf(out, "%02x", e->days);
	else
		fprintf(out, "%" PRIu64, e->number);
}

static void
print_expr(const struct ast_expr *e, FILE *out)
{
	static const char *const ops[] = { "and", "or", "not" };

	fputc('(', out);
	if (e->op > AST_NOT) {
		print_test(e, out);
	} else {
		fprintf(out, "%s ", ops[e->op]);
		print_expr(e->left, out);
		if (e->right != NULL) {
			fputc(' ', out);
			print_expr(e->right, out);
		}
	}
	fputc(')', out);
}

static void
print_keys(const struct ast_key *k, FILE *out)
{
	for (; k != NULL; k = k->next) {
		fprintf(out, " by %s", words_fact(k->fact));
		if (k->fact >= POLICY_HEADER)
			fprintf(out, "%d", (int)(k->fact - POLICY_HEADER));
		if (k->fact == POLICY_CLIENT)
			fprintf(out, "/4:%u/%u", k->prefix4, k->prefix6);
		if (k->otherwise.text.p != NULL)
			fprintf(out, " or '%.*s'", TEXT(k->otherwise.text));
	}
}

static void
print_window(const struct ast_window *w, FILE *out)
{
	fprintf(out, "%" PRIu64 "%c/%" PRIu64 "s", w->count,
		w->unit == POLICY_MESSAGES ? 'm' : 'r', w->period_us / 1000000);
	if (w->has_burst)
		fprintf(out, "^%" PRIu64, w->burst);
}

static void
print_answer(const struct ast_answer *a, FILE *out)
{
	if (a->at.len == 0) {
		fputs("none", out);
		return;
	}
	fputs(words_actions.list[a->action], out);
	if (a->budget != NULL) {
		fputc('<', out);
		print_window(a->budget, out);
		fputc('>', out);
		print_answer(a->spent, out);
	}
	if (a->is_even_local)
		fputs("+local", out);
	if (a->text.text.p != NULL)
		fprintf(out, "'%.*s'", TEXT(a->text.text));
}

static void
print_limits(const char *what, const struct ast_limit *l, FILE *out)
{
	for (; l != NULL; l = l->next) {
		fprintf(out, "%s %.*s %x", what, TEXT(l->name.text), l->classes);
		if (l->when != NULL) {
			fputc(' ', out);
			print_expr(l->when, out);
		}
		print_keys(l->by, out);
		for (const struct ast_window *w = l->allow; w != NULL; w = w->next) {
			fputc(' ', out);
			print_window(w, out);
		}
		if (l->warn_at.len != 0)
			fprintf(out, " %" PRIu64 "%%", l->warn_percent);
		fputc(' ', out);
		print_answer(&l->otherwise, out);
		if (l->strikes != NULL) {
			fputs(" freeze ", out);
			print_window(l->strikes, out);
			fprintf(out, " for %" PRIu64 "s", l->freeze_us / 1000000);
		}
		fputs(l->is_broken ? " broken\n" : "\n", out);
	}
}

static void
print_who(const struct ast_who *who, FILE *out)
{
	if (who->class != -1)
		fprintf(out, " %s", words_classes.list[who->class]);
	for (const struct ast_given *g = who->given; g != NULL; g = g->next) {
		fprintf(out, " %s ", words_fact(g->fact));
		if (g->fact == POLICY_RECIPIENTS)
			fprintf(out, "%" PRIu64, g->number);
		else
			print_value(&g->value, out);
	}
}

static void
print_trials(const struct ast_trial *t, FILE *out)
{
	static const char *const relations[] = { "=", "<", ">", "<=", ">=" };

	for (; t != NULL; t = t->next) {
		fprintf(out, "trial '%.*s' %u %u\n", TEXT(t->name.text),
			t->weekday, t->minute);
		for (const struct ast_stream *s = t->streams; s != NULL;
		     s = s->next) {
			fprintf(out, " %" PRIu64 "/%" PRIu64 "s %" PRIu64 "s",
				s->count, s->period_us / 1000000,
				s->for_us / 1000000);
			print_who(&s->who, out);
			fputc('\n', out);
		}
		for (const struct ast_expect *e = t->expects; e != NULL;
		     e = e->next) {
			fputs(" expect", out);
			print_who(&e->who, out);
			for (const struct ast_bound *b = e->bounds; b != NULL;
			     b = b->next)
				fprintf(out, " %s%s%" PRIu64,
					words_subjects.list[b->subject],
					relations[b->relation], b->number);
			fputc('\n', out);
		}
	}
}

static void
print_site(const struct ast_policy *t, FILE *out)
{
	if (t->own_networks_at.len != 0) {
		fputs("own", out);
		print_values(t->own_networks, out);
		fputc('\n', out);
	}
	for (const struct ast_set *s = t->sets; s != NULL; s = s->next) {
		fprintf(out, "set %.*s", TEXT(s->name.text));
		print_values(s->values, out);
		fputc('\n', out);
	}
	if (t->nodes_at.len != 0)
		fprintf(out, "nodes %" PRIu64 "\n", t->nodes);
	if (t->is_two_person)
		fputs("two-person\n", out);
	if (t->delimiters.text.p != NULL)
		fprintf(out, "delimiter '%.*s'\n", TEXT(t->delimiters.text));
	for (unsigned i = 0; i < t->n_headers; i++)
		fprintf(out, "header %.*s\n", TEXT(t->header[i].text));
}

void
tree_text(const struct ast_policy *t, FILE *out)
{
	print_site(t, out);
	print_limits("exempt", t->exempts, out);
	print_limits("limit", t->limits, out);
	if (t->frozen.is_given) {
		fputs("frozen local ", out);
		print_answer(&t->frozen.local, out);
		fputs(" smtp ", out);
		print_answer(&t->frozen.smtp, out);
		fputc('\n', out);
	}
	print_limits("from-freeze", t->frozen.exempts, out);
	if (t->outage.is_given) {
		fputs("outage local ", out);
		print_answer(&t->outage.local, out);
		fputs(" smtp ", out);
		print_answer(&t->outage.smtp, out);
		fprintf(out, " lease %" PRIu64 "s\n", t->outage.lease_us / 1000000);
	}
	print_trials(t->trials, out);
}
