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

/* Length of the value that a line begins with; 0: a quote in it is not closed.
 * A blank within quotes is a part of it. */
static size_t
value_len(struct policy_text t)
{
	bool is_quoted = false;
	size_t len = 0;

	for (; len < t.len && (is_quoted || !is_blank(t.p[len])); len++)
		is_quoted ^= t.p[len] == '"';
	return is_quoted ? 0 : len;
}

/* "news@shop.example", but not "anna brown"@shop.example. */
static bool
is_quoted_whole(struct policy_text t)
{
	return t.len >= 2 && t.p[0] == '"' &&
	       memchr(t.p + 1, '"', t.len - 1) == t.p + t.len - 1;
}

/* True if only a comment follows the value. */
static bool
check_rest(struct cursor *c, struct line line, size_t at)
{
	while (at < line.text.len && is_blank(line.text.p[at]))
		at++;
	if (at == line.text.len || line.text.p[at] == '#')
		return true;
	diag_error(c->d, (struct span){ line.at + (uint32_t)at,
		   (uint32_t)(line.text.len - at) }, "one value stands on a line: "
		   "put one with a blank in double quotes");
	return false;
}

/* U+2018 to U+201F: a list that a word processor has had. */
static bool
is_typographic_quote(struct policy_text t)
{
	return t.len >= 3 && memcmp(t.p, "\xe2\x80", 2) == 0 &&
	       (t.p[2] & 0x78) == 0x18;
}

/* line -> [ value ] [ "#" comment ] */
static void
value_line(struct cursor *c, struct line line, struct parse_list *list)
{
	struct policy_text t = { line.text.p, value_len(line.text) };
	struct ast_value v = { .word = { { line.at, (uint32_t)t.len }, t } };

	if (line.text.len == 0 || line.text.p[0] == '#')
		return;
	if (t.len == 0) {
		diag_error(c->d, (struct span){ line.at, (uint32_t)line.text.len },
			   "text without its closing '\"'");
		return;
	}
	if (is_typographic_quote(t)) {
		stray_report(t.p, t.p + t.len, line.at, c->d);
		return;
	}
	if (!check_rest(c, line, t.len))
		return;
	if (is_quoted_whole(t))
		v.word.text = (struct policy_text){ t.p + 1, t.len - 2 };
	else if (t.p[t.len - 1] == ',') {
		diag_error(c->d, v.word.at, "one value stands on a line, without "
			   "a comma");
		return;
	}
	if (parse_value_of(c, &v))
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

	if (!cursor_text(c, "the file after 'from'", &path)) {
		cursor_skip_statement(c);
		return NULL;
	}
	if (!parse_read(p, &path, &file))
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
