/*
 * pack.c - compiles policies, which name no file, into seeds for fuzz_program.
 *
 *   pack DIRECTORY POLICY...    writes DIRECTORY/NAME.ok for each NAME.policy
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../policy/diag.h"
#include "../../policy/program/prog.h"

#define TEXT_MAX ((size_t)1 << 20)

/* NULL: it cannot be read or compiled, and why has been said. */
static struct policy *
compile(const char *path)
{
	FILE *f = fopen(path, "r");
	struct diags *d = diags_new();
	char *text = malloc(TEXT_MAX);
	struct policy *p = NULL;

	if (f == NULL || d == NULL || text == NULL)
		perror(path);
	else
		p = policy_compile(path, text, fread(text, 1, TEXT_MAX, f), NULL, d);
	if (f != NULL)
		fclose(f);
	if (d != NULL)
		diags_print(d, stderr);
	free(text);
	diags_free(d);
	return p;
}

static bool
pack(const char *dir, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	struct policy *p = compile(path);
	char to[4096];
	FILE *f;
	bool is_good;

	if (p == NULL)
		return false;
	snprintf(to, sizeof(to), "%s/%.*s.ok", dir, (int)strcspn(name, "."), name);
	f = fopen(to, "w");
	is_good = f != NULL && fwrite(p, p->size, 1, f) == 1;
	if (f == NULL || fclose(f) != 0 || !is_good)
		perror(to);
	policy_free(p);
	return is_good;
}

int
main(int argc, char **argv)
{
	int status = argc > 2 ? 0 : 2;

	for (int i = 2; i < argc; i++)
		if (!pack(argv[1], argv[i]))
			status = 1;
	return status;
}
