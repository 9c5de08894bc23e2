/*
 * parse.c - the statements of a policy.
 */
#include "parse.h"

bool
parse_count(struct parser *p, size_t *n, size_t max, struct span at,
	    const char *what)
{
	if (*n < max) {
		++*n;
		return true;
	}
	if (!p->is_over)
		diag_error(p->c.d, at, "too many %s; the limit is %zu", what, max);
	p->is_over = true;
	return false;
}

/* limit -> "limit" NAME clauses;  exempt -> "exempt" NAME clauses */
static void
limit(struct parser *p, enum policy_kind kind)
{
	struct ast_limit *l = parse_limit(p, kind);

	if (l == NULL) {
		cursor_skip_statement(&p->c);
	} else if (kind == POLICY_LIMIT) {
		*p->limit_tail = l;
		p->limit_tail = &l->next;
	} else {
		*p->exempt_tail = l;
		p->exempt_tail = &l->next;
	}
}

/* statement -> own | set | limit | exempt | frozen | outage | trial | nodes |
 *              two-person | delimiter | include */
static void
statement(struct parser *p)
{
	switch (cursor_choose(&p->c, &words_statements)) {
	case STATEMENT_OWN:
		parse_own(p);
		break;
	case STATEMENT_SET:
		parse_set(p);
		break;
	case STATEMENT_LIMIT:
		limit(p, POLICY_LIMIT);
		break;
	case STATEMENT_EXEMPT:
		limit(p, POLICY_EXEMPT);
		break;
	case STATEMENT_FROZEN:
		parse_frozen(p);
		break;
	case STATEMENT_OUTAGE:
		parse_outage(p);
		break;
	case STATEMENT_TRIAL:
		parse_trial(p);
		break;
	case STATEMENT_NODES:
		parse_nodes(p);
		break;
	case STATEMENT_TWO_PERSON:
		parse_two_person(p);
		break;
	case STATEMENT_RECIPIENT:
		parse_recipient(p);
		break;
	case STATEMENT_INCLUDE:
		parse_include(p);
		break;
	default:
		cursor_skip_statement(&p->c);
	}
}

void
parse_statements(struct parser *p)
{
	while (p->c.now.kind != LEX_END && !p->is_over)
		statement(p);
}

static bool
is_sized(struct diags *d, const char *name, size_t len)
{
	if (len <= PARSE_FILE_MAX)
		return true;
	diags_source(d, name, "", 0);
	diag_error(d, (struct span){ 0, 0 }, "the policy has %zu bytes; the limit "
		   "is %zu: put long lists into files, as 'set partners from "
		   "\"partners\"'", len, PARSE_FILE_MAX);
	return false;
}

/* policy -> { statement } */
struct ast_policy *
parse_policy(const char *name, const char *text, size_t len,
	     const struct policy_files *files, struct arena *a, struct diags *d)
{
	struct ast_policy *tree = arena_alloc(a, sizeof(*tree));
	struct parse_text main = { .p = text, .len = len };
	struct parser p = { .name = name, .files = files, .text = &main,
			    .n_bytes = len };

	if (tree == NULL || !is_sized(d, name, len))
		return NULL;
	p.c = (struct cursor){ .tree = tree, .arena = a, .d = d };
	p.set_tail = &tree->sets;
	p.limit_tail = &tree->limits;
	p.exempt_tail = &tree->exempts;
	p.trial_tail = &tree->trials;
	main.base = diags_source(d, name, text, len);
	cursor_init(&p.c, text, len, main.base);
	if (!p.c.lex.is_text)
		return NULL;
	parse_statements(&p);
	tree->end = p.c.now.at;
	return p.is_over ? NULL : tree;
}
