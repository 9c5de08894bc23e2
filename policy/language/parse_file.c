/*
 * parse_file.c - the files that a policy names.
 *
 * Number and size of them are bounded, and so is how deep they lie in each
 * other.
 */
#include "parse.h"

#include <string.h>

#define PATH_SIZE 1024

const struct policy_files parse_unread;

static bool
is_within_bounds(struct parser *p, const struct ast_word *path, size_t len)
{
	struct diags *d = p->c.d;

	if (len > PARSE_FILE_MAX)
		diag_error(d, path->at, "\"%.*s\" has %zu bytes; the limit is %zu",
			   QUOTE(path->text), len, PARSE_FILE_MAX);
	else if (len > PARSE_ALL_MAX - p->n_bytes)
		diag_error(d, path->at, "the files of this policy have more than "
			   "%zu bytes together: name fewer, or smaller ones",
			   PARSE_ALL_MAX);
	else
		return true;
	return false;
}

static bool
is_path(struct parser *p, const struct ast_word *path)
{
	struct diags *d = p->c.d;

	/* Without quotes, which has been reported. */
	if (path->at.len == path->text.len)
		return false;
	if (path->text.len == 0)
		diag_error(d, path->at, "the name of the file is empty: write its "
			   "path, as \"/etc/sluice/partners\"");
	else if (path->text.len >= PATH_SIZE)
		diag_error(d, path->at, "the path of this file has %zu bytes; the "
			   "limit is %d", path->text.len, PATH_SIZE - 1);
	else if (p->files == NULL)
		diag_error(d, path->at, "a policy from here cannot name files: "
			   "write the text in place");
	else
		return parse_count(p, &p->n_files, PARSE_FILES_MAX, path->at,
				   "files");
	return false;
}

/* Relative to the policy, and so to whoever named that. */
static uint32_t
add_source(struct parser *p, const char *path, struct policy_text text)
{
	const char *slash = strrchr(p->name, '/');
	int len = slash != NULL && path[0] != '/' ? (int)(slash + 1 - p->name) : 0;
	char name[2 * PATH_SIZE];

	snprintf(name, sizeof(name), "%.*s%s", len, p->name, path);
	return diags_source(p->c.d, name, text.p, text.len);
}

bool
parse_read(struct parser *p, const struct ast_word *path,
	   struct parse_text *text)
{
	char reason[POLICY_REASON_MAX] = "", path_name[PATH_SIZE];
	struct policy_text read;

	if (!is_path(p, path) || p->files == &parse_unread)
		return false;
	memcpy(path_name, path->text.p, path->text.len);
	path_name[path->text.len] = '\0';
	if (!p->files->read(p->files->arg, path_name, &read, reason)) {
		diag_error(p->c.d, path->at, "cannot read this file: %s", reason);
		return false;
	}
	if (!is_within_bounds(p, path, read.len))
		return false;
	p->n_bytes += read.len;
	*text = (struct parse_text){ .up = p->text, .p = read.p, .len = read.len };
	text->base = add_source(p, path_name, read);
	return true;
}

/* A file within itself would be read for ever, whatever its paths are. */
static bool
is_new(struct parser *p, const struct parse_text *text, struct span at)
{
	for (const struct parse_text *t = p->text; t != NULL; t = t->up) {
		if (t->len != text->len || memcmp(t->p, text->p, t->len) != 0)
			continue;
		diag_error(p->c.d, at, "this file includes itself: remove this, or "
			   "what leads back to it");
		return false;
	}
	return true;
}

static void
parse_included(struct parser *p, const struct parse_text *text)
{
	struct cursor outer = p->c;

	p->text = text;
	p->n_includes++;
	cursor_init(&p->c, text->p, text->len, text->base);
	parse_statements(p);
	p->n_includes--;
	p->text = text->up;
	outer.n_values = p->c.n_values;
	p->c = outer;
}

/* include -> "include" STRING */
void
parse_include(struct parser *p)
{
	struct parse_text text;
	struct ast_word path;

	if (!cursor_text(&p->c, "the file after 'include'", &path)) {
		cursor_skip_statement(&p->c);
		return;
	}
	if (p->n_includes == PARSE_INCLUDE_MAX)
		diag_error(p->c.d, path.at, "files include each other too deeply; "
			   "the limit is %d", PARSE_INCLUDE_MAX);
	else if (parse_read(p, &path, &text) && is_new(p, &text, path.at))
		parse_included(p, &text);
}
