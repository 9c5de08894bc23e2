/*
 * check.c - refuse what parses but cannot mean anything: the whole policy.
 *
 * Numbers of sets and limits are bounded by the parser, so that comparing each
 * with each stays cheap whatever the text is.
 */
#include "check.h"

#include <string.h>

#include "../language/words.h"

static bool
is_same(struct policy_text a, struct policy_text b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

static void
report_twice(struct check *k, const char *what, const struct ast_word *name,
	     const struct ast_word *first)
{
	diag_error(k->d, name->at, "there is already a %s '%.*s': give this one "
		   "another name", what, QUOTE(name->text));
	diag_note(k->d, first->at, "it is here");
}

static void
check_set_names(struct check *k)
{
	for (struct ast_set *s = k->tree->sets; s != NULL; s = s->next)
		for (struct ast_set *t = k->tree->sets; t != s; t = t->next)
			if (is_same(s->name.text, t->name.text)) {
				report_twice(k, "set", &s->name, &t->name);
				s->is_used = true;
				break;
			}
}

static void
check_limit_names(struct check *k)
{
	for (struct ast_limit *l = k->tree->limits; l != NULL; l = l->next)
		for (struct ast_limit *m = k->tree->limits; m != l; m = m->next)
			if (is_same(l->name.text, m->name.text)) {
				report_twice(k, "limit", &l->name, &m->name);
				break;
			}
}

static void
check_unused_sets(struct check *k)
{
	for (struct ast_set *s = k->tree->sets; s != NULL; s = s->next)
		if (!s->is_used)
			diag_warning(k->d, s->name.at, "set '%.*s' is never used: "
				     "use it in a condition, or remove it",
				     QUOTE(s->name.text));
}

static void
check_plan_size(struct check *k, enum policy_class class)
{
	unsigned n = 0;

	for (struct ast_limit *l = k->tree->limits; l != NULL; l = l->next)
		if ((l->classes & 1u << class) != 0 && ++n > POLICY_PLAN_MAX) {
			diag_error(k->d, l->classes_at, "one more limit for %s "
				   "mail; a message can meet %d: join some, or "
				   "remove one", words_classes.list[class],
				   POLICY_PLAN_MAX);
			return;
		}
}

static void
add_own_network(struct check *k, const char *text)
{
	struct ast_value *v = arena_alloc(k->arena, sizeof(*v));

	if (v == NULL)
		return;
	v->kind = AST_NETWORK;
	v->word.text = (struct policy_text){ text, strlen(text) };
	if (strcmp(text, "::1") == 0) {
		v->net = (struct policy_address){ .family = 6, .bytes[15] = 1 };
		v->prefix = 128;
	} else {
		v->net = (struct policy_address){ .family = 4, .bytes[0] = 127 };
		v->prefix = 8;
	}
	v->next = k->tree->own_networks;
	k->tree->own_networks = v;
}

static void
check_own_networks(struct check *k)
{
	/* After a mistake it may be there, and was not read. */
	if (k->tree->own_networks_at.len == 0 && diags_errors(k->d) == 0)
		diag_warning(k->d, (struct span){ 0, 0 }, "no 'own networks': "
			     "only this host counts as yours; write 'own "
			     "networks { 127.0.0.0/8, ::1 }' and add the "
			     "networks that may relay");
	if (k->tree->own_networks_at.len == 0) {
		add_own_network(k, "::1");
		add_own_network(k, "127.0.0.0/8");
	}
	for (struct ast_value *v = k->tree->own_networks; v != NULL; v = v->next)
		if (v->kind != AST_NETWORK)
			diag_error(k->d, v->word.at, "'%.*s' is not a network: "
				   "write an address, or address/bits",
				   QUOTE(v->word.text));
}

void
check_policy(struct ast_policy *tree, struct arena *a, struct diags *d)
{
	struct check k = { tree, a, d };
	bool is_parsed = diags_errors(d) == 0;

	check_own_networks(&k);
	check_set_names(&k);
	check_limit_names(&k);
	for (struct ast_limit *l = tree->limits; l != NULL; l = l->next)
		check_limit(&k, l);
	check_frozen(&k, &tree->frozen);
	for (int class = 0; class < POLICY_CLASSES; class++)
		check_plan_size(&k, (enum policy_class)class);
	if (is_parsed)
		check_unused_sets(&k);
	if (diags_errors(d) == 0)
		prove_coverage(&k);
}
