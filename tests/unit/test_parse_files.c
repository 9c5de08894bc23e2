/*
 * test_parse_files.c - the files that a policy names: sets and inclusions.
 */
#include "test.h"

#include "../../policy/diag.h"
#include "../../policy/language/parse.h"

#define FILES 3

/* A policy, and the files that are there for it. */
struct row {
	const char *name;
	const char *text;
	const char *path[FILES], *file[FILES];
	const char *values;	/* of the sets; NULL: there is an error */
	const char *message;	/* all that is printed; NULL: nothing is */
};

#define SET "set a from \"s\"\n"
#define INCLUDE "include \"i\"\n"

static const struct row rows[] = {
	{ "a value a line", SET, { "s" },
	  { "# all\n\n \t\nanna@x\n  *@y\t# those\n10.0.0.0/8" },
	  "[anna@x][*@y][10.0.0.0/8]", NULL },
	{ "quotes", SET, { "s" }, { "\"a b\"\n\"a b\"@x # c\n\"#\"\n# \"x\n" },
	  "[a b][\"a b\"@x][#]", NULL },
	{ "what needs no quotes in a file", SET, { "s" },
	  { "o'neil@x\na#b@x\nm\xc3\xbcller@x\n{x}\n(y);\nlimit\n" },
	  "[o'neil@x][a#b@x][m\xc3\xbcller@x][{x}][(y);][limit]", NULL },
	{ "CR LF and a byte order mark", SET, { "s" },
	  { "\xef\xbb\xbf" "a\r\n\"b\"\r\n\r\n#c\r\n" }, "[a][b]", NULL },
	{ "a set after it", SET "set b { c }", { "s" }, { "a" }, "[a][c]", NULL },
	{ "nothing in it", SET, { "s" }, { "# nobody\n" }, NULL,
	  "f:1:12: error: there is no value in this file: write at least one, or "
	  "remove the set\n    1 | set a from \"s\"\n      |            ^~~\n" },
	{ "two values in a line", SET, { "s" }, { "a\nb c # d\n" }, NULL,
	  "s:2:3: error: one value stands on a line: put one with a blank in "
	  "double quotes\n    2 | b c # d\n      |   ^~~~~\n" },
	{ "a comma", SET, { "s" }, { "a,\n" }, NULL,
	  "s:1:1: error: one value stands on a line, without a comma\n"
	  "    1 | a,\n      | ^~\n" },
	{ "a quote not closed", SET, { "s" }, { " \"a b\nc" }, NULL,
	  "s:1:2: error: text without its closing '\"'\n    1 |  \"a b\n"
	  "      |  ^~~~\n" },
	{ "an empty value", SET, { "s" }, { "\"\"" }, NULL,
	  "s:1:1: error: an empty value equals nothing: write a name, a pattern "
	  "or a network\n    1 | \"\"\n      | ^~\n" },
	{ "no text", SET, { "s" }, { "\xff\xfe" "a" }, NULL,
	  "s:1:1: error: this file is in UTF-16: save it as UTF-8\n"
	  "    1 | ??a\n      | ^\n" },
	{ "not there", SET, { NULL }, { NULL }, NULL,
	  "f:1:12: error: cannot read this file: it is not there\n"
	  "    1 | set a from \"s\"\n      |            ^~~\n" },
	{ "no name", "set a from \"\"", { NULL }, { NULL }, NULL,
	  "f:1:12: error: the name of the file is empty: write its path, as "
	  "\"/etc/sluice/partners\"\n    1 | set a from \"\"\n"
	  "      |            ^~\n" },

	{ "included", INCLUDE "set c { c }", { "i", "s" },
	  { "set b { b }\n" SET, "a\n" }, "[b][a][c]", NULL },
	{ "included twice", INCLUDE INCLUDE, { "i" }, { "set b { b }" },
	  "[b][b]", NULL },
	{ "a mistake in it", INCLUDE "nodes x", { "i" }, { "set b { b }\nlimt" },
	  NULL, "f:2:7: error: expected a number after 'nodes', not 'x'\n"
	  "    2 | nodes x\n      |       ^\n"
	  "i:2:1: error: unknown statement 'limt': did you mean 'limit'?\n"
	  "    2 | limt\n      | ^~~~\n"
	  "i:2:5: error: expected a name for the limit, but the file ends here\n"
	  "    2 | limt\n      |     ^\n" },
	{ "a block does not leave its file", INCLUDE "}", { "i" },
	  { "set b { b" }, NULL,
	  "f:2:1: error: expected own, set, limit, exempt, frozen, outage, trial, "
	  "nodes, two-person, recipient or include, not '}'\n    2 | }\n"
	  "      | ^\n"
	  "i:1:10: error: expected '}', but the file ends here\n"
	  "    1 | set b { b\n      |          ^\n"
	  "i:1:7: note: this is the '{' to be closed\n    1 | set b { b\n"
	  "      |       ^\n" },
	{ "includes itself", "include \"f\"", { "f" }, { "include \"f\"" }, NULL,
	  "f:1:9: error: this file includes itself: remove this, or what leads "
	  "back to it\n    1 | include \"f\"\n      |         ^~~\n" },
	{ "two that include each other", INCLUDE, { "i", "j" },
	  { "include \"j\"", "include \"./i\"\n" }, NULL,
	  "j:1:9: error: this file includes itself: remove this, or what leads "
	  "back to it\n    1 | include \"./i\"\n      |         ^~~~~\n" },
};

static bool
read_row(void *arg, const char *path, struct policy_text *text,
	 char reason[POLICY_REASON_MAX])
{
	const struct row *row = arg;

	/* `./x` is x. */
	if (strncmp(path, "./", 2) == 0)
		path += 2;
	for (int i = 0; i < FILES; i++)
		if (row->path[i] != NULL && strcmp(row->path[i], path) == 0) {
			*text = (struct policy_text){ row->file[i],
						      strlen(row->file[i]) };
			return true;
		}
	snprintf(reason, POLICY_REASON_MAX, "it is not there");
	return false;
}

static void
print_values(const struct ast_policy *tree, FILE *out)
{
	for (const struct ast_set *s = tree->sets; s != NULL; s = s->next)
		for (const struct ast_value *v = s->values; v != NULL; v = v->next)
			fprintf(out, "[%.*s]", (int)v->word.text.len,
				v->word.text.p);
}

static void
test_row(void **state)
{
	struct row row = *(const struct row *)*state;
	const struct policy_files files = { read_row, &row };
	struct arena *a = arena_new(1 << 20);
	struct diags *d = diags_new();
	struct ast_policy *tree = parse_policy("f", row.text, strlen(row.text),
					       &files, a, d);
	const char *want = row.values != NULL ? row.values : row.message;
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	assert_non_null(tree);
	if (row.values != NULL)
		print_values(tree, out);
	diags_print(d, out);
	fclose(out);
	if (strcmp(got, want) != 0)
		fail_msg("got\n%s\nwant\n%s", got, want);
	assert_int_equal(diags_errors(d) > 0, row.values == NULL);
	free(got);
	diags_free(d);
	arena_free(a);
}

/* Each file names the next one, without end. */
static bool
read_next(void *arg, const char *path, struct policy_text *text,
	  char reason[POLICY_REASON_MAX])
{
	static char texts[32][40];
	int i = atoi(path);

	(void)arg;
	(void)reason;
	assert_in_range(i, 0, 31);
	snprintf(texts[i], sizeof(texts[i]), "include \"%d\"\n", i + 1);
	*text = (struct policy_text){ texts[i], strlen(texts[i]) };
	return true;
}

/* The same large file for each name. */
static bool
read_large(void *arg, const char *path, struct policy_text *text,
	   char reason[POLICY_REASON_MAX])
{
	(void)path;
	(void)reason;
	*text = *(const struct policy_text *)arg;
	return true;
}

static void
check_one(const struct policy_files *files, const char *text, const char *want)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct diags *d = diags_new();
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	parse_policy("f", text, strlen(text), files, a, d);
	diags_print(d, out);
	fclose(out);
	if (diags_errors(d) != 1 || strstr(got, want) == NULL)
		fail_msg("got '%.1000s', want '%s' alone", got, want);
	free(got);
	diags_free(d);
	arena_free(a);
}

static void
test_depth(void **state)
{
	const struct policy_files files = { read_next, NULL };

	(void)state;
	check_one(&files, "include \"0\"", "too deeply; the limit is 8");
}

static void
test_number(void **state)
{
	struct policy_text empty = { "", 0 };
	const struct policy_files files = { read_large, &empty };
	char text[400 * 14 + 1];

	(void)state;
	for (size_t i = 0; i < 400; i++)
		memcpy(text + i * 14, "include \"file\"", 14);
	text[400 * 14] = '\0';
	check_one(&files, text, "too many files; the limit is 300");
}

static void
test_size(void **state)
{
	size_t len = (size_t)15 << 20;
	struct policy_text large = { NULL, len };
	const struct policy_files files = { read_large, &large };
	char *text = malloc(len + ((size_t)2 << 20));

	(void)state;
	assert_non_null(text);
	memset(text, '\n', len + ((size_t)2 << 20));
	text[0] = 'a';
	large.p = text;
	check_one(&files, "set a from \"1\" set b from \"2\" set c from \"3\"\n"
			  "set d from \"4\" set e from \"5\"",
		  "more than 67108864 bytes together");
	large.len += (size_t)2 << 20;
	check_one(&files, "set a from \"1\"", "has 17825792 bytes; the limit is");
	free(text);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 3];
	size_t n = 0;

	ROWS(tests, &n, rows, test_row);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_depth);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_number);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_size);
	return _cmocka_run_group_tests("parse_files", tests, n, NULL, NULL);
}
