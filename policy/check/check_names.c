/*
 * check_names.c - one name is one thing.
 *
 * Limits and exemptions share their names: logs, freezes and buckets know them
 * by nothing else.
 */
#include "check.h"

#include <stdlib.h>

#include "../language/words.h"
#include "../match.h"

struct names {
	const struct ast_word **list;
	size_t n;
};

static int
order(const void *first, const void *second)
{
	const struct ast_word *a = *(const struct ast_word *const *)first;
	const struct ast_word *b = *(const struct ast_word *const *)second;
	int by_text = match_order(a->text, b->text);

	return by_text != 0 ? by_text :
	       (a->at.at > b->at.at) - (a->at.at < b->at.at);
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
check_list(struct check *k, struct names *names, const char *what)
{
	size_t first = 0;

	if (names->list == NULL)
		return;
	qsort(names->list, names->n, sizeof(*names->list), order);
	for (size_t i = 1; i < names->n; i++)
		if (match_equal(names->list[first]->text, names->list[i]->text))
			report_twice(k, what, names->list[i], names->list[first]);
		else
			first = i;
}

static size_t
count_limits(const struct ast_limit *l)
{
	size_t n = 0;

	for (; l != NULL; l = l->next)
		n++;
	return n;
}

static void
list_limits(struct names *names, const struct ast_limit *l)
{
	for (; l != NULL; l = l->next)
		names->list[names->n++] = &l->name;
}

static void
check_limit_names(struct check *k)
{
	const struct ast_limit *all[] = {
		k->tree->exempts, k->tree->limits, k->tree->frozen.exempts,
	};
	struct names names = { .n = 0 };
	size_t n = 1;

	for (int i = 0; i < 3; i++)
		n += count_limits(all[i]);
	names.list = arena_alloc(k->arena, n * sizeof(*names.list));
	for (int i = 0; i < 3 && names.list != NULL; i++)
		list_limits(&names, all[i]);
	check_list(k, &names, "limit or exemption");
}

static void
check_trial_names(struct check *k)
{
	struct names names = { .n = 0 };
	size_t n = 1;

	for (struct ast_trial *t = k->tree->trials; t != NULL; t = t->next)
		n++;
	names.list = arena_alloc(k->arena, n * sizeof(*names.list));
	for (struct ast_trial *t = k->tree->trials;
	     t != NULL && names.list != NULL; t = t->next)
		names.list[names.n++] = &t->name;
	check_list(k, &names, "trial");
}

/* There are few of them: AST_SETS_MAX. */
static void
check_set_names(struct check *k)
{
	for (struct ast_set *s = k->tree->sets; s != NULL; s = s->next)
		for (struct ast_set *t = k->tree->sets; t != s; t = t->next)
			if (match_equal(s->name.text, t->name.text)) {
				report_twice(k, "set", &s->name, &t->name);
				s->is_used = true;
				break;
			}
}

void
check_names(struct check *k)
{
	check_set_names(k);
	check_limit_names(k);
	check_trial_names(k);
}
