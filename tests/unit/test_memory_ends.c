/*
 * test_memory_ends.c - wherever memory ends, a compilation says so.
 *
 * Each policy is compiled again and again: the first allocation fails, then the
 * second, and so on, until none does. Never is there a policy that differs.
 */
#include "test.h"

#include "../../policy/arena.h"
#include "../../policy/diag.h"
#include "../../policy/policy.h"

/* The linker puts these before the real ones: of the calls that are counted,
 * the one whose turn it is fails, or it and all behind it. */
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_arena_alloc(struct arena *a, size_t size);
void *__wrap_arena_alloc(struct arena *a, size_t size);
void *__real_arena_copy(struct arena *a, const void *p, size_t size);
void *__wrap_arena_copy(struct arena *a, const void *p, size_t size);

enum counted { NOTHING, CALLOC, ARENA };

static struct {
	enum counted counted;
	bool is_for_good;
	unsigned left;			/* calls until one fails */
	unsigned n_failed;
} memory;

static bool
is_at_end(enum counted counted)
{
	if (memory.counted != counted)
		return false;
	if (memory.left > 0)
		memory.left--;
	else if (memory.n_failed == 0 || memory.is_for_good)
		return ++memory.n_failed > 0;
	return false;
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return is_at_end(CALLOC) ? NULL : __real_calloc(n, size);
}

void *
__wrap_arena_alloc(struct arena *a, size_t size)
{
	return __real_arena_alloc(a, is_at_end(ARENA) ? SIZE_MAX : size);
}

void *
__wrap_arena_copy(struct arena *a, const void *p, size_t size)
{
	return __real_arena_copy(a, p, is_at_end(ARENA) ? SIZE_MAX : size);
}

#define OWN "own networks { 127.0.0.0/8, 2001:db8::/32 }\n"
#define REST "limit rest { for outbound mail allow 1000 messages/hour " \
	     "else tempfail even local }\n"

/* Every construct. */
static const char rich[] =
	"include \"more\"\n" OWN REST
	"recipient delimiter \"+-\" nodes 2 two-person\n"
	"set names { a@b.test, \"*@c.test\", d@b.test }\n"
	"set domains { b.test }\n"
	"limit senders {\n"
	"	for authenticated, relayed mail when not (sender in names and\n"
	"		sender like \"*.test\") and client in hosts or\n"
	"		time 20:00-07:00 and day sat, sun or listener = smtps or\n"
	"		header \"X-Spam\" = yes or client = 10.1.2.3\n"
	"	by client/4:24, sender or \"null\", header \"X-Mailer\" or \"none\"\n"
	"	allow 30 messages/minute burst 5, 600 recipients per 2 hours\n"
	"	warn at 80%\n"
	"	else hold up to 9 messages/day then reject \"No\"\n"
	"	freeze after 20 refusals in 1 minute for 10 minutes\n"
	"}\n"
	"limit scripts {\n"
	"	for local mail when recipients >= 2\n"
	"	by uid, script\n"
	"	allow 3 messages/minute\n"
	"	else observe\n"
	"}\n"
	"exempt news {\n"
	"	for authenticated mail when login = news and sender.domain in domains\n"
	"	allow 10 messages/minute\n"
	"	else tempfail \"Later\"\n"
	"}\n"
	"frozen {\n"
	"	local tempfail even local\n"
	"	smtp tempfail \"Frozen\"\n"
	"	exempt desk {\n"
	"		for relayed mail when client in 10.0.0.1\n"
	"		allow 9 messages/hour\n"
	"		else hold\n"
	"	}\n"
	"}\n"
	"outage { local hold smtp reject \"Out\" lease 30 seconds }\n"
	"trial \"a flood\" {\n"
	"	starting saturday 21:59\n"
	"	9 messages/second for 2 seconds local uid 33 script \"33:a.php\" recipients 2\n"
	"	9 messages/second for 1 second relayed client 127.0.0.1 sender \"s*@b.test\"\n"
	"		header \"X-Mailer\" \"bulk\"\n"
	"	expect local accepted = 18\n"
	"	expect relayed accepted <= 9, first refusal > 0 seconds\n"
	"}\n";

/* A mistake in each phase that looks at a whole policy, and notes. */
static const char wrong_names[] =
	OWN REST REST "set a { b }\nset a { c }\nset n { 10.0.0.1 }\n"
	"limit x { for local mail when sender in nobody or client in nets "
	"by client allow 9 messages/hour else hold }\n";
static const char wrong_cover[] =
	OWN "limit x { for relayed mail when client in 10.0.0.0/8 or uid = 3 or "
	"sender like \"*a*\" and not sender like \"b*\" or header \"X-A\" = b "
	"allow 9 messages/hour else hold }\n"
	"limit y { for local mail when uid = 33 and recipients > 7 or time 01:00-02:00 "
	"allow 9 messages/hour else hold }\n";
static const char wrong_trial[] =
	OWN REST "limit x { for local mail by script allow 3 messages/minute else hold }\n"
	"trial \"t\" {\n"
	"	9 messages/second for 2 seconds local script \"33:*.php\"\n"
	"	9 messages/second for 2 seconds local script \"33:a.php\"\n"
	"	expect accepted = 4, held < 3, first refusal > 1 minute\n"
	"}\n";
/* More buckets than the table of a trial has places at first. */
static const char wide[] =
	OWN "limit rest { for outbound mail allow 9000 messages/hour else hold }\n"
	"limit x { for local mail by sender allow 1 message/hour else observe }\n"
	"trial \"t\" {\n"
	"	100 messages/second for 11 seconds local sender \"*@b.test\"\n"
	"	expect accepted = 1100\n"
	"}\n";

struct row {
	const char *name;
	const char *text;
	enum counted counted;
	bool is_for_good;
	bool is_wrong;
};

static const struct row compiled[] = {
	{ "a policy, calls fail", rich, CALLOC, false, false },
	{ "a policy, no more calls", rich, CALLOC, true, false },
	{ "a policy, its memory fails", rich, ARENA, false, false },
	{ "a policy, its memory ends", rich, ARENA, true, false },
	{ "names, calls fail", wrong_names, CALLOC, true, true },
	{ "names, their memory fails", wrong_names, ARENA, false, true },
	{ "holes, their memory fails", wrong_cover, ARENA, false, true },
	{ "holes, their memory ends", wrong_cover, ARENA, true, true },
	{ "a trial, calls fail", wrong_trial, CALLOC, false, true },
	{ "a trial, its memory fails", wrong_trial, ARENA, false, true },
	{ "many buckets, calls fail", wide, CALLOC, false, false },
};

static bool
read_file(void *arg, const char *path, struct policy_text *text,
	  char reason[POLICY_REASON_MAX])
{
	static const char more[] = "set hosts from \"hosts\"\n";
	static const char hosts[] = "10.0.0.0/8\n2001:db8::1\n";

	(void)arg;
	(void)reason;
	*text = strcmp(path, "more") == 0 ?
		(struct policy_text){ more, sizeof(more) - 1 } :
		(struct policy_text){ hosts, sizeof(hosts) - 1 };
	return true;
}

static struct policy *
compile(const char *text, struct diags *d)
{
	const struct policy_files files = { read_file, NULL };

	return policy_compile("p", text, strlen(text), &files, d);
}

/* What was said; freed by the caller. */
static char *
printed(const struct diags *d)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	diags_print(d, out);
	fclose(out);
	return text;
}

/* The policy as it is; NULL: it is wrong. */
static uint64_t
digest(const struct row *r)
{
	struct diags *d = diags_new();
	struct policy *p = compile(r->text, d);
	char *said = printed(d);
	uint64_t digest = p != NULL ? policy_digest(p) : 0;

	if ((p == NULL) != r->is_wrong)
		fail_msg("got '%s'", said);
	free(said);
	policy_free(p);
	diags_free(d);
	return digest;
}

/* The n-th call fails. */
static void
check_end(const struct row *r, struct diags *d, unsigned n, uint64_t want)
{
	struct policy *p;
	char *said;

	memory = (typeof(memory)){ r->counted, r->is_for_good, n, 0 };
	p = compile(r->text, d);
	memory.counted = NOTHING;
	said = printed(d);
	if (p != NULL)
		assert_int_equal(policy_digest(p), want);
	else if (!r->is_wrong && strstr(said, "out of memory") == NULL)
		fail_msg("call %u failed: got '%s'", n, said);
	else
		assert_string_not_equal(said, "");
	free(said);
	policy_free(p);
}

static void
ends(void **state)
{
	const struct row *r = *state;
	uint64_t want = digest(r);
	unsigned n = 0;

	do {
		struct diags *d = diags_new();

		assert_non_null(d);
		check_end(r, d, n++, want);
		diags_free(d);
	} while (memory.n_failed > 0);
	assert_in_range(n, 3, 10000);
}

static void
no_diags(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		memory = (typeof(memory)){ CALLOC, false, n, 0 };
		assert_null(diags_new());
		memory.counted = NOTHING;
	}
	diags_free(NULL);
}

/* Without memory nothing is printed of a policy, or all of it is. */
static void
no_canonical_form(void **state)
{
	unsigned n = 0;

	(void)state;
	do {
		struct diags *d = diags_new();
		char *text = NULL, *said;
		size_t len;
		FILE *out = open_memstream(&text, &len);
		bool is_done;

		memory = (typeof(memory)){ ARENA, false, n++, 0 };
		is_done = policy_format("p", rich, strlen(rich), out, d);
		memory.counted = NOTHING;
		fclose(out);
		said = printed(d);
		if (is_done ? len < strlen(rich) / 2 :
		    len > 0 || strstr(said, "out of memory") == NULL)
			fail_msg("call %u: got '%s', said '%s'", n, text, said);
		free(said);
		free(text);
		diags_free(d);
	} while (memory.n_failed > 0);
}

int
main(void)
{
	struct CMUnitTest tests[2 + N_ROWS(compiled)] = {
		cmocka_unit_test(no_diags),
		cmocka_unit_test(no_canonical_form),
	};
	size_t n = 2;

	ROWS(tests, &n, compiled, ends);
	return cmocka_run_group_tests_name("memory_ends", tests, NULL, NULL);
}
