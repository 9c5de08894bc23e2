/*
 * fuzz_text.c - any text is a policy that may be run, or has an error; and its
 * canonical form means the same.
 */
#include "fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../policy/diag.h"
#include "../../policy/program/prog.h"
#include "../../policy/program/verify.h"
#include "fuzz_use.h"

const char *const fuzz_seeds[] = {
	"tests/fuzz/seed/text", "tests/golden/ok", "tests/golden/bad",
	"deploy/policies", NULL
};
unsigned fuzz_good;

/* The files that there are. */
static const struct {
	const char *path, *text;
} files[] = {
	{ "hosts", "192.0.2.0/24\n# a comment\n2001:db8::/32\n" },
	{ "senders", "news@shop.example\n*@lists.shop.example\n" },
	{ "wrong", "\"\n@@\n\xff\n 1 2 3\n" },
	{ "empty", "" },
	{ "all", "limit all { for outbound mail allow 9 messages/day else hold }\n" },
	{ "more", "set more from \"senders\"\ninclude \"all\"\n" },
	{ "itself", "include \"itself\"\n" },
};

static bool
read_file(void *arg, const char *path, struct policy_text *text,
	  char reason[POLICY_REASON_MAX])
{
	(void)arg;
	for (size_t i = 0; i < sizeof(files) / sizeof(files)[0]; i++)
		if (strcmp(path, files[i].path) == 0) {
			*text = (struct policy_text){ files[i].text,
						      strlen(files[i].text) };
			return true;
		}
	snprintf(reason, POLICY_REASON_MAX, "there is no such file");
	return false;
}

static struct policy *
compile(const char *text, size_t len)
{
	static const struct policy_files from = { .read = read_file };
	struct diags *d = diags_new();
	char *shown = NULL;
	size_t shown_len;
	FILE *out = open_memstream(&shown, &shown_len);
	struct policy *p;

	assert(d != NULL && out != NULL);
	p = policy_compile("fuzz", text, len, &from, d);
	assert((p == NULL) == (diags_errors(d) > 0));
	assert(p == NULL || verify(p, p->size) == NULL);
	diags_print(d, out);
	fclose(out);
	free(shown);
	diags_free(d);
	return p;
}

/* NULL: it does not parse. */
static char *
format(const char *text, size_t len, size_t *to_len)
{
	struct diags *d = diags_new();
	char *to = NULL;
	FILE *out = open_memstream(&to, to_len);
	bool is_good;

	assert(d != NULL && out != NULL);
	is_good = policy_format("fuzz", text, len, out, d);
	assert(is_good == (diags_errors(d) == 0));
	fclose(out);
	diags_free(d);
	if (!is_good) {
		free(to);
		return NULL;
	}
	return to;
}

/* The form of a form is itself, and compiles to the same program. */
static void
check_form(const struct policy *p, const char *text, size_t len)
{
	size_t once_len, twice_len;
	char *once = format(text, len, &once_len), *twice;
	struct policy *q;

	assert(p == NULL || once != NULL);
	if (once == NULL)
		return;
	twice = format(once, once_len, &twice_len);
	assert(twice != NULL && once_len == twice_len);
	assert(memcmp(once, twice, once_len) == 0);
	q = compile(once, once_len);
	assert((p == NULL) == (q == NULL));
	assert(p == NULL || policy_digest(p) == policy_digest(q));
	policy_free(q);
	free(twice);
	free(once);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size == 0 ? "" : (const char *)data;
	struct policy *p = compile(text, size);

	if (p != NULL)
		fuzz_use(p, data, size);
	fuzz_good += p != NULL;
	check_form(p, text, size);
	policy_free(p);
	return 0;
}
