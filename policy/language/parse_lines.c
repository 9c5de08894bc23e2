/*
 * parse_lines.c - the values of a set in a file of its own.
 *
 * One a line, bare or in double quotes. What is bare goes up to the next blank,
 * whatever it consists of, so that a list of addresses need not be edited.
 */
#include "parse.h"

#include <string.h>

#include "stray.h"

/* One line of a file, without the blanks around it and its newline. */
struct line {
	struct policy_text text;
	uint32_t at;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct line
trim(const struct parse_text *file, const char *from, const char *to)
{
	while (from < to && is_blank(*from))
		from++;
	while (to > from && is_blank(to[-1]))
		to--;
	return (struct line){ { from, (size_t)(to - from) },
			      file->base + (uint32_t)(from - file->p) };
}

/* The value of a line, quotes taken off, in word; what follows in rest. */
static bool
cut_line(struct cursor *c, struct line line, struct ast_word *word,
	 struct policy_text *rest)
{
	const char *p = line.text.p, *end = p + line.text.len, *to = p;
	bool is_quoted = *p == '"';

	if (is_quoted) {
		to = memchr(p + 1, '"', (size_t)(end - p - 1));
		if (to == NULL) {
			diag_error(c->d, (struct span){ line.at,
				   (uint32_t)line.text.len }, "text without its "
				   "closing '\"'");
			return false;
		}
		word->text = (struct policy_text){ p + 1, (size_t)(to - p - 1) };
		to++;
	} else {
		while (to < end && !is_blank(*to))
			to++;
		word->text = (struct policy_text){ p, (size_t)(to - p) };
	}
	word->at = (struct span){ line.at, (uint32_t)(to - p) };
	while (to < end && is_blank(*to))
		to++;
	*rest = (struct policy_text){ to, (size_t)(end - to) };
	return true;
}

/* line -> [ value ] [ "#" comment ] */
static void
value_line(struct cursor *c, struct line line, struct parse_list *list)
{
	struct ast_value v = { 0 };
	struct policy_text rest;
	uint32_t at;

	if (line.text.len == 0 || line.text.p[0] == '#' ||
	    !cut_line(c, line, &v.word, &rest))
		return;
	at = line.at + (uint32_t)(rest.p - line.text.p);
	if (rest.len > 0 && rest.p[0] != '#')
		diag_error(c->d, (struct span){ at, (uint32_t)rest.len }, "one "
			   "value stands on a line; put one with a blank in "
			   "double quotes");
	else if (line.text.p[0] != '"' &&
		 v.word.text.p[v.word.text.len - 1] == ',')
		diag_error(c->d, v.word.at, "one value stands on a line, without "
			   "a comma");
	else if (parse_value_of(c, &v))
		parse_keep(c, list, &v);
}

static struct ast_value *
parse_lines(struct cursor *c, const struct parse_text *file)
{
	struct parse_list list = { .tail = &list.first };
	const char *from = file->p, *end = from + file->len, *to;

	if (file->len >= 3 && memcmp(from, "\xef\xbb\xbf", 3) == 0)
		from += 3;
	for (; from < end && diags_errors(c->d) < DIAG_MAX; from = to + 1) {
		to = memchr(from, '\n', (size_t)(end - from));
		if (to == NULL)
			to = end;
		value_line(c, trim(file, from, to), &list);
	}
	return list.first;
}

/* STRING, the path of the file */
struct ast_value *
parse_file_values(struct parser *p)
{
	struct cursor *c = &p->c;
	struct parse_text file;
	struct ast_value *list;
	struct ast_word path;
	unsigned errors;

	if (!cursor_text(c, "a file after 'from'", &path)) {
		cursor_skip_statement(c);
		return NULL;
	}
	if (c->is_doubtful || !parse_read(p, &path, &file))
		return NULL;
	errors = diags_errors(c->d);
	if (!stray_is_text(file.p, file.len, file.base, c->d))
		return NULL;
	list = parse_lines(c, &file);
	if (list == NULL && diags_errors(c->d) == errors)
		diag_error(c->d, path.at, "there is no value in this file: write "
			   "at least one, or remove the set");
	return list;
}
