/*
 * replay.c - runs a fuzz target on its seeds, or on the files that are named.
 * TAP.
 *
 * A seed whose name ends in .ok has to be good: when it no longer is, it tests
 * nothing.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static unsigned n_tests, n_failed;

static bool
has_to_be_good(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL && strcmp(dot, ".ok") == 0;
}

static uint8_t *
slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	long size;

	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 &&
	    (data = malloc((size_t)size + (size == 0))) != NULL) {
		rewind(f);
		*len = fread(data, 1, (size_t)size, f);
	}
	fclose(f);
	return data;
}

static void
replay(const char *path)
{
	size_t len = 0;
	uint8_t *data = slurp(path, &len);
	unsigned good = fuzz_good;
	bool is_ok = data != NULL;

	printf("# %s\n", path);	/* if the target aborts, it was this one */
	fflush(stdout);
	if (is_ok)
		LLVMFuzzerTestOneInput(data, len);
	if (has_to_be_good(path) && fuzz_good == good)
		is_ok = false;
	printf("%sok %u - %s\n", is_ok ? "" : "not ", ++n_tests, path);
	n_failed += !is_ok;
	free(data);
}

static int
is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
replay_all(const char *dir)
{
	struct dirent **entry;
	char path[4096];
	int n = scandir(dir, &entry, is_seed, alphasort);

	if (n <= 0) {
		printf("not ok %u - %s: no seeds\n", ++n_tests, dir);
		n_failed++;
	}
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry[i]->d_name);
		replay(path);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	for (size_t i = 0; argc == 1 && fuzz_seeds[i] != NULL; i++)
		replay_all(fuzz_seeds[i]);
	printf("1..%u\n", n_tests);
	return n_failed > 0;
}
