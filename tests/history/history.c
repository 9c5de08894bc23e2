/*
 * history.c - judges a recorded history.
 *
 *	history [-t US] FILE...		see record.h; -t: no verdict took longer
 *
 * Exit status: 0 every promise was kept; 1 not, see the lines that begin with
 * WRONG; 2 usage, or a file that it does not understand.
 */
#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "judge.h"
#include "record.h"

static unsigned
judge_file(const char *file, int64_t longest_us)
{
	FILE *in = fopen(file, "r");
	struct record r;
	unsigned line, wrong;

	if (in == NULL)
		err(2, "%s", file);
	if (!record_read(&r, in, &line))
		errx(2, "%s:%u: not a line of a history", file, line);
	fclose(in);
	wrong = judge(&r, longest_us, stdout);
	record_free(&r);
	return wrong;
}

int
main(int argc, char **argv)
{
	int64_t longest_us = 0;
	unsigned wrong = 0;
	int c;

	while ((c = getopt(argc, argv, "t:")) == 't')
		longest_us = atoll(optarg);
	if (c != -1 || optind == argc)
		errx(2, "usage: history [-t US] FILE...");
	for (int i = optind; i < argc; i++)
		wrong += judge_file(argv[i], longest_us);
	return wrong > 0 ? 1 : 0;
}
