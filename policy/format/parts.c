/*
 * parts.c - where the parts of a policy end.
 */
#include "parts.h"

static const struct piece *
skip_comments(const struct piece *p)
{
	while (p->kind == LEX_COMMENT)
		p++;
	return p;
}

const struct piece *
parts_nth(const struct piece *p, unsigned n)
{
	for (p = skip_comments(p); n > 0 && p->kind != LEX_END; n--)
		p = skip_comments(p + 1);
	return p;
}

bool
parts_is_end(const struct piece *p)
{
	return p->kind == LEX_CLOSE || p->kind == LEX_END;
}

static bool
is_any(const struct piece *p, const char *const *words)
{
	for (; *words != NULL; words++)
		if (piece_is(p, *words))
			return true;
	return false;
}

static bool
is_relation(const struct piece *p)
{
	return p->kind == LEX_EQUAL || p->kind == LEX_ABOVE ||
	       p->kind == LEX_BELOW || p->kind == LEX_AT_LEAST ||
	       p->kind == LEX_AT_MOST;
}

static const struct piece *
without_comments(const struct piece *end)
{
	while (end[-1].kind == LEX_COMMENT && end[-1].is_own_line)
		end--;
	return end;
}

const struct piece *
parts_head(const struct piece *p)
{
	static const struct {
		const char *word;
		unsigned last;
	} heads[] = {
		{ "nodes", 1 }, { "two-person", 0 }, { "include", 1 },
		{ "recipient", 2 },
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (piece_is(p, heads[i].word))
			return parts_nth(p, heads[i].last) + 1;
	if (piece_is(p, "set") && piece_is(parts_nth(p, 2), "from"))
		return parts_nth(p, 3) + 1;
	while (p->kind != LEX_OPEN && p->kind != LEX_END)
		p++;
	return p;
}

/* Just behind the block that begins at p, or later. */
static const struct piece *
block(const struct piece *p)
{
	unsigned depth = 0;

	for (; p->kind != LEX_END; p++) {
		if (p->kind == LEX_OPEN)
			depth++;
		else if (p->kind == LEX_CLOSE && --depth == 0)
			return p + 1;
	}
	return p;
}

const struct piece *
parts_values(const struct piece *p)
{
	while (!parts_is_end(p))
		p++;
	return without_comments(p);
}

/* What a test compares with may be any word. */
const struct piece *
parts_clause(const struct piece *p)
{
	static const char *const tests[] = { "like", "in", NULL };
	static const char *const clauses[] = {
		"for", "by", "allow", "warn", "else", "freeze", NULL,
	};
	bool is_value = false;

	for (p = parts_nth(p, 1); !parts_is_end(p); p = parts_nth(p, 1)) {
		bool was_value = is_value;

		is_value = !was_value &&
			   (p->kind == LEX_EQUAL || is_any(p, tests));
		if (was_value || !is_any(p, clauses))
			continue;
		/* freeze after N refusals in D for D */
		if (!piece_is(p, "for") ||
		    parts_nth(p, 1)->kind != LEX_NUMBER)
			break;
	}
	return without_comments(p);
}

const struct piece *
parts_answer(const struct piece *p)
{
	static const char *const words[] = {
		"local", "smtp", "lease", "exempt", NULL,
	};
	bool is_even = false;

	if (piece_is(p, "exempt"))
		return block(p);
	for (p = parts_nth(p, 1); !parts_is_end(p); p = parts_nth(p, 1)) {
		if (!is_even && is_any(p, words))
			break;
		is_even = piece_is(p, "even");
	}
	return without_comments(p);
}

/* How many values follow a fact in a trial; 0: it is none. */
static unsigned
values_of(const struct piece *p)
{
	if (piece_is(p, "header"))
		return 2;
	return piece_is_fact(p) ? 1 : 0;
}

const struct piece *
parts_trial(const struct piece *p)
{
	static const char *const words[] = { "expect", "starting", NULL };
	static const char *const counting[] = { "per", "for", NULL };
	bool is_counting = false;
	unsigned values = 0;

	for (p = parts_nth(p, 1); !parts_is_end(p); p = parts_nth(p, 1)) {
		if (values > 0) {
			values--;
			continue;
		}
		if (is_any(p, words) ||
		    (p->kind == LEX_NUMBER && !is_counting))
			break;
		values = values_of(p);
		is_counting = is_any(p, counting) || is_relation(p);
	}
	return without_comments(p);
}

const struct piece *
parts_who(const struct piece *p)
{
	if (piece_is(p, "expect"))
		return p + 1;
	while (!piece_is(p, "for") && !parts_is_end(p))
		p++;
	return parts_is_end(p) ? p : parts_nth(p, 2) + 1;
}

const struct piece *
parts_who_end(const struct piece *p, const struct piece *end)
{
	const struct piece *last = p, *before = p;

	if (!piece_is(p, "expect"))
		return end;
	for (p++; p < end && !is_relation(p); p++) {
		before = last;
		last = p;
	}
	return piece_is(last, "refusal") && piece_is(before, "first") ?
	       before : last;
}
