/*
 * parse_frozen.c - what becomes of mail in a freeze, and in an outage.
 */
#include "parse.h"

#include "block.h"

static bool
open_once(struct cursor *c, const struct words *w, const char *word,
	  bool is_given, struct span before, struct block *b)
{
	if (is_given) {
		diag_error(c->d, c->last, "'%s' is already given: it stands once",
			   word);
		diag_note(c->d, before, "it is here");
	}
	if (block_open(c, w, b))
		return true;
	cursor_skip_statement(c);
	return false;
}

/* exempt -> "exempt" NAME clauses */
static bool
exempt(struct parser *p, struct ast_limit ***tail)
{
	struct ast_limit *l = parse_limit(p, POLICY_FROM_FREEZE);

	if (l == NULL)
		return false;
	**tail = l;
	*tail = &l->next;
	return true;
}

/* frozen -> "frozen" "{" { "local" answer | "smtp" answer | exempt } "}" */
void
parse_frozen(struct parser *p)
{
	struct cursor *c = &p->c;
	struct ast_frozen *f = &c->tree->frozen;
	struct ast_limit **tail = &f->exempts;
	struct span at = c->last;
	struct block b;
	int kind;

	if (!open_once(c, &words_frozen, "frozen", f->is_given, f->at, &b))
		return;
	*f = (struct ast_frozen){ .at = at, .is_given = true };
	while ((kind = block_clause(c, &b)) != -1)
		if (kind == FOR_EXEMPT ? !exempt(p, &tail) :
		    !parse_answer(c, kind == FOR_LOCAL ? &f->local : &f->smtp))
			block_failed(c, &b);
}

static bool
lease(struct cursor *c, struct ast_outage *o)
{
	struct span from = c->now.at;

	if (!parse_duration(c, &o->lease_us))
		return false;
	o->lease_at = cursor_span(c, from);
	return true;
}

/* outage -> "outage" "{" { "local" answer | "smtp" answer | "lease" time } "}" */
void
parse_outage(struct parser *p)
{
	struct cursor *c = &p->c;
	struct ast_outage *o = &c->tree->outage;
	struct span at = c->last;
	struct block b;
	int kind;

	if (!open_once(c, &words_outage, "outage", o->is_given, o->at, &b))
		return;
	*o = (struct ast_outage){ .at = at, .is_given = true };
	while ((kind = block_clause(c, &b)) != -1)
		if (kind == FOR_LEASE ? !lease(c, o) :
		    !parse_answer(c, kind == FOR_LOCAL ? &o->local : &o->smtp))
			block_failed(c, &b);
}
