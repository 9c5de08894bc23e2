/*
 * fuzz_program.c - whatever the verifier accepts may be run.
 */
#include "fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../policy/program/prog.h"
#include "../../policy/program/verify.h"
#include "fuzz_use.h"

#define SIZE_MAX_MENDED ((size_t)1 << 20)

const char *const fuzz_seeds[] = { "tests/fuzz/seed/program", NULL };
unsigned fuzz_good;

static void
run_if_accepted(const struct policy *p, size_t block, const uint8_t *data,
		size_t size)
{
	if (verify(p, block) != NULL)
		return;
	fuzz_good++;
	fuzz_use(p, data, size);
}

/* The block as it is. It lies alone in memory, so that reading beyond is seen. */
static void
try_bytes(const uint8_t *data, size_t size)
{
	struct policy *p = calloc(1, size + (size == 0));

	assert(p != NULL);
	if (size > 0)
		memcpy(p, data, size);
	run_if_accepted(p, size, data, size);
	free(p);
}

/* The same with the layout that its pools have, which few changes of a block
 * leave in order: what comes behind is seen more often. */
static void
try_mended(const uint8_t *data, size_t size)
{
	struct policy head, *p;

	if (size < sizeof(head))
		return;
	memcpy(&head, data, sizeof(head));
	if (!prog_layout(&head) || head.size > SIZE_MAX_MENDED)
		return;
	p = calloc(1, head.size);
	assert(p != NULL);
	memcpy(p, data, size < head.size ? size : head.size);
	memcpy(p, &head, sizeof(head));
	run_if_accepted(p, head.size, data, size);
	free(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_bytes(data, size);
	try_mended(data, size);
	return 0;
}
