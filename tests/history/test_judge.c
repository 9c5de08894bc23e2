/*
 * test_judge.c - whole records: what is found, and what is not.
 */
#include "../unit/test.h"

#include <stdbool.h>

#include "judge.h"
#include "record.h"

/* Three at once, one back each second; a share of two is 1 and 2 s. */
#define ONE "window messages 1 1000000 3\n"
#define TWO "nodes 2\n" ONE
#define BY_REDIS_3 \
	"0 0 a k 1 accept redis\n0 0 a k 1 accept redis\n0 0 b k 1 accept redis\n"

static const struct row {
	const char *name, *text;
	int64_t longest_us;
	unsigned wrong;			/* parts of windows, and decisions */
	const char *has;		/* in what is written; NULL: not looked at */
} rows[] = {
	{ "nothing", "", 0, 0, "0 decisions" },
	{ "at the edge", TWO BY_REDIS_3 "1000000 1000000 b k 1 accept redis\n", 0, 0,
	  "all: +0.00 to burst + rate * t (3 in 0.000 s, key k)" },
	{ "one too many, over two nodes", TWO BY_REDIS_3
	  "999999 999999 b k 1 accept redis\n", 0, 2,
	  "WRONG 1 messages/1s burst 3, redis: key k, 4.000 let through from 0 to 999999" },
	{ "refused is not let through", TWO BY_REDIS_3 "0 0 b k 1 refuse redis\n", 0, 0,
	  NULL },
	{ "another key is another bucket", TWO BY_REDIS_3 "0 0 b l 1 accept redis\n", 0, 0,
	  NULL },
	{ "what no bucket was asked about", TWO "0 0 b k 1 accept -\n", 0, 1,
	  "no bucket was asked" },
	{ "it may be refused", TWO "0 0 b k 1 refuse -\n", 0, 0, NULL },
	{ "recipients", "window recipients 1 1000000 3\n0 0 a k 4 accept redis\n", 0, 2,
	  NULL },
	{ "recipients are one message", ONE "0 0 a k 4 accept redis\n", 0, 0, NULL },
	{ "each window counts", ONE "window recipients 1 1000000 3\n"
	  "0 0 a k 4 accept redis\n", 0, 2, NULL },
	{ "lost keys allow a burst", TWO BY_REDIS_3 BY_REDIS_3 "lost 0 5\n", 0, 0, NULL },
	{ "and no more", TWO BY_REDIS_3 BY_REDIS_3 "0 0 b k 1 accept redis\nlost 0 5\n",
	  0, 2, NULL },
	{ "keys lost at another time allow nothing",
	  TWO "7 7 b k 1 accept redis\n7 7 b k 3 accept redis\n"
	  "7 7 b k 1 accept redis\n7 7 b k 1 accept redis\nlost 0 6\n", 0, 2, NULL },
	{ "an outage allows the share", TWO BY_REDIS_3 "0 0 a k 1 accept memory\n"
	  "outage 0 0 a\n", 0, 0, NULL },
	{ "it is no excuse for redis", TWO BY_REDIS_3 "0 0 a k 1 accept redis\n"
	  "outage 0 0 a\n", 0, 1, "WRONG 1 messages/1s burst 3, redis" },
	{ "memory without an outage", TWO BY_REDIS_3 "0 0 a k 1 accept memory\n", 0, 1,
	  "WRONG 1 messages/1s burst 3, all" },
	{ "more than the share", TWO "0 0 a k 1 accept memory\n"
	  "0 0 a k 1 accept memory\noutage 0 0 a\n", 0, 1,
	  "WRONG 1 messages/1s burst 3, memory of a" },
	{ "the share of the other", TWO "0 0 a k 1 accept memory\n"
	  "0 0 b k 1 accept memory\noutage 0 0 a\noutage 0 0 b\n", 0, 0, NULL },
	{ "a share comes back at its share of the rate", TWO "0 0 a k 1 accept memory\n"
	  "2000000 2000000 a k 1 accept memory\noutage 0 2000000 a\n", 0, 0, NULL },
	{ "not sooner", TWO "0 0 a k 1 accept memory\n"
	  "1999999 1999999 a k 1 accept memory\noutage 0 2000000 a\n", 0, 1, NULL },
	{ "but for what clocks may be off", TWO "slack 1\n0 0 a k 1 accept memory\n"
	  "1999999 1999999 a k 1 accept memory\noutage 0 2000000 a\n", 0, 0, NULL },
	{ "a node that begins anew has forgotten", TWO "0 0 a k 1 accept memory\n"
	  "9 9 a k 1 accept memory\noutage 0 9 a\nrestart 1 8 a\n", 0, 0, NULL },
	{ "the other has not", TWO "0 0 a k 1 accept memory\n"
	  "9 9 a k 1 accept memory\noutage 0 9 a\nrestart 1 8 b\n", 0, 1, NULL },
	{ "what is remembered lets nothing through", ONE "0 0 a k 1 accept node\n", 0, 1,
	  "only remembered" },
	{ "what is remembered refuses", ONE "0 0 a k 1 refuse node\n", 0, 0, "1 by node" },
	{ "no verdict", ONE "5 6 a k 1 none -\n", 0, 1, "no verdict" },
	{ "no verdict of a node that begins anew", ONE "5 6 a k 1 none -\n"
	  "restart 6 9 a\n", 0, 0, "1 cut short" },
	{ "the other did", ONE "5 6 a k 1 none -\nrestart 6 9 b\n", 0, 1, NULL },
	{ "as long as it may", ONE "5 105 a k 1 refuse redis\n", 100, 0, NULL },
	{ "too long", ONE "5 106 a k 1 refuse redis\n", 100, 1, "took 101 us" },
};

static bool
read_text(struct record *r, const char *text, unsigned *line)
{
	size_t len = strlen(text);
	char *copy = strdup(len > 0 ? text : "\n");
	FILE *in = fmemopen(copy, strlen(copy), "r");
	bool is_ok = record_read(r, in, line);

	fclose(in);
	free(copy);
	return is_ok;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct record r;
	unsigned line, wrong;
	char *said = NULL;
	size_t len;
	FILE *out = open_memstream(&said, &len);

	assert_true(read_text(&r, row->text, &line));
	wrong = judge(&r, row->longest_us, out);
	fclose(out);
	record_free(&r);
	if (wrong != row->wrong)
		fail_msg("got %u, want %u wrong:\n%s", wrong, row->wrong, said);
	if (row->has != NULL && strstr(said, row->has) == NULL)
		fail_msg("got:\n%swant in it: %s", said, row->has);
	free(said);
}

static const struct bad {
	const char *name, *text;
	unsigned line;
} bad[] = {
	{ "an unknown word", ONE "fault 0 1\n", 2 },
	{ "a word too many", ONE "lost 0 1 2 3 4 5 6 7 8 9\n", 2 },
	{ "an outage of nobody", "outage 0 1\n", 1 },
	{ "an end before its start", "5 4 a k 1 accept redis\n", 1 },
	{ "an unknown verdict", "4 5 a k 1 perhaps redis\n", 1 },
	{ "an unknown store", "4 5 a k 1 accept disk\n", 1 },
	{ "not a number", "window messages 1 1h 3\n", 1 },
	{ "no burst", "window messages 1 1000000 0\n", 1 },
	{ "another unit", "window bytes 1 1000000 1\n", 1 },
	{ "no nodes", "nodes 0\n", 1 },
	{ "a decision cut short", "4 5 a k 1 accept\n", 1 },
};

static void
test_bad(void **state)
{
	const struct bad *row = *state;
	struct record r;
	unsigned line;

	assert_false(read_text(&r, row->text, &line));
	record_free(&r);
	assert_int_equal(line, row->line);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + N_ROWS(bad)];
	size_t n = 0;

	ROWS(tests, &n, rows, test_row);
	ROWS(tests, &n, bad, test_bad);
	return _cmocka_run_group_tests("judge", tests, n, NULL, NULL);
}
