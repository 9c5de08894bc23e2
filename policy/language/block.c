/*
 * block.c - { clauses } in any order, each at most once.
 */
#include "block.h"

bool
block_open(struct cursor *c, const struct words *w, struct block *b)
{
	*b = (struct block){ .words = w, .open = c->now.at };
	if (!cursor_expect(c, LEX_OPEN, "'{'"))
		return false;
	b->depth = c->depth;
	return true;
}

static bool
is_at_clause(const struct cursor *c, const struct block *b)
{
	return c->depth == b->depth && c->now.kind == LEX_WORD &&
	       words_find(b->words, c->now.text) != -1;
}

/* To the next clause of the block, to its end, or out of it. */
static void
resync(struct cursor *c, const struct block *b)
{
	while (c->now.kind != LEX_END && c->depth >= b->depth &&
	       !is_at_clause(c, b) && !cursor_at_statement(c)) {
		if (c->depth == b->depth && c->now.kind == LEX_CLOSE)
			break;
		cursor_take(c);
	}
}

void
block_failed(struct cursor *c, struct block *b)
{
	b->is_broken = true;
	resync(c, b);
}

static void
check_once(struct cursor *c, struct block *b, int clause, struct span at)
{
	if (b->seen[clause].len != 0 && (b->words->repeated & 1u << clause) == 0) {
		diag_error(c->d, at, "'%s' is already given: each clause stands "
			   "once", b->words->list[clause]);
		diag_note(c->d, b->seen[clause], "it is here");
	}
	b->seen[clause] = at;
}

int
block_clause(struct cursor *c, struct block *b)
{
	while (!cursor_accept(c, LEX_CLOSE)) {
		struct span at = c->now.at;
		int clause;

		if (!is_at_clause(c, b) && cursor_block_is_open(c, b->open)) {
			b->is_broken = true;
			break;
		}
		clause = cursor_choose(c, b->words);
		if (clause != -1) {
			check_once(c, b, clause, at);
			return clause;
		}
		block_failed(c, b);
	}
	c->depth = b->depth - 1;
	return -1;
}
