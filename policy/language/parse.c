/*
 * parse.c - the statements of a policy.
 */
#include "parse.h"

struct parser {
	struct cursor c;
	struct ast_policy *tree;
	struct ast_set **set_tail;
	struct ast_limit **limit_tail;
	size_t n_sets, n_limits;
};

/* own -> "own" "networks" values */
static void
own_networks(struct parser *p)
{
	struct cursor *c = &p->c;
	struct span at = c->last;

	if (!cursor_accept_word(c, "networks")) {
		cursor_unexpected(c, "'networks' after 'own'");
		cursor_skip_statement(c);
		return;
	}
	if (p->tree->own_networks_at.len != 0) {
		diag_error(c->d, at, "'own networks' is already given: write "
			   "all networks into one list");
		diag_note(c->d, p->tree->own_networks_at, "it is here");
	}
	p->tree->own_networks_at = at;
	p->tree->own_networks = parse_values(c);
}

/* set -> "set" NAME values */
static void
set(struct parser *p)
{
	struct cursor *c = &p->c;
	struct ast_set *s = arena_alloc(c->arena, sizeof(*s));

	if (s == NULL || !cursor_name(c, "set", &s->name) ||
	    cursor_is_later(c, "from", "set NAME from FILE")) {
		cursor_skip_statement(c);
		return;
	}
	s->values = parse_values(c);
	if (p->n_sets == AST_SETS_MAX)
		diag_error(c->d, s->name.at, "too many sets; the limit is %d",
			   AST_SETS_MAX);
	if (p->n_sets++ >= AST_SETS_MAX)
		return;
	*p->set_tail = s;
	p->set_tail = &s->next;
}

/* limit -> "limit" NAME clauses */
static void
limit(struct parser *p)
{
	struct cursor *c = &p->c;
	struct ast_limit *l = arena_alloc(c->arena, sizeof(*l));

	if (l == NULL || !cursor_name(c, "limit", &l->name) ||
	    !parse_limit(c, l)) {
		cursor_skip_statement(c);
		return;
	}
	if (p->n_limits == AST_LIMITS_MAX)
		diag_error(c->d, l->name.at, "too many limits; the most that "
			   "can ever apply is %d", AST_LIMITS_MAX);
	if (p->n_limits++ >= AST_LIMITS_MAX)
		return;
	*p->limit_tail = l;
	p->limit_tail = &l->next;
}

/* statement -> own | set | limit | frozen */
static void
statement(struct parser *p)
{
	switch (cursor_choose(&p->c, &words_statements)) {
	case STATEMENT_OWN:
		own_networks(p);
		break;
	case STATEMENT_SET:
		set(p);
		break;
	case STATEMENT_LIMIT:
		limit(p);
		break;
	case STATEMENT_FROZEN:
		parse_frozen(&p->c, &p->tree->frozen);
		break;
	default:
		cursor_skip_statement(&p->c);
	}
}

/* policy -> { statement } */
struct ast_policy *
parse_policy(const char *name, const char *text, size_t len,
	     const struct policy_files *files, struct arena *a, struct diags *d)
{
	uint32_t base = diags_source(d, name, text, len);

	struct parser p = { .tree = arena_alloc(a, sizeof(*p.tree)) };

	if (p.tree == NULL)
		return NULL;
	p.set_tail = &p.tree->sets;
	p.limit_tail = &p.tree->limits;
	(void)files;
	cursor_init(&p.c, text, len, base, a, d);
	while (p.c.now.kind != LEX_END)
		statement(&p);
	p.tree->end = p.c.now.at;
	return p.tree;
}
