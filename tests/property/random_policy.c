/*
 * random_policy.c - policies that nobody wrote.
 *
 * The text is made from the grammar, and stays among facts that the classes of
 * a limit can have, so that most of it compiles.
 */
#include "random.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define N(list) (sizeof(list) / sizeof((list)[0]))

struct text {
	char *p;
	size_t len, size;
};

enum { LOCAL = 1, AUTHENTICATED = 2, RELAYED = 4, INBOUND = 8,
       SMTP = AUTHENTICATED | RELAYED | INBOUND, ALL = 15 };

static const char *const class_words[] = {
	"local", "authenticated", "relayed", "inbound",
};

/* Conditions, and the classes whose mail can have the fact. */
static const struct { const char *text; unsigned classes; } tests[] = {
	{ "uid = 33", LOCAL }, { "uid = 0", LOCAL }, { "uid in uids", LOCAL },
	{ "script = \"33:a.php\"", LOCAL }, { "script like \"33:*\"", LOCAL },
	{ "script in scripts", LOCAL },
	{ "login = alice", AUTHENTICATED }, { "login = bob", AUTHENTICATED },
	{ "login like \"*a*\"", AUTHENTICATED }, { "login in logins", AUTHENTICATED },
	{ "client in 192.0.2.0/31", SMTP }, { "client in 198.51.100.2", SMTP },
	{ "client in nets", SMTP }, { "client in 2001:db8::/48", SMTP },
	{ "listener = SUBMISSION", ALL }, { "listener like \"s*\"", ALL },
	{ "sender = \"<>\"", ALL }, { "sender = \"A@X.example\"", ALL },
	{ "sender like \"?@x.example\"", ALL }, { "sender in senders", ALL },
	{ "sender.domain = x.example", ALL }, { "sender.domain in domains", ALL },
	{ "recipients > 3", ALL }, { "recipients < 3", ALL },
	{ "recipients = 1", ALL }, { "recipients >= 2", ALL },
	{ "recipients <= 5", ALL },
	{ "time 20:00-07:00", ALL }, { "time 08:30-17:00", ALL },
	{ "day sat, sun", ALL }, { "day mon, tue, wed", ALL },
	{ "header \"X-One\" = one", ALL }, { "header \"x-one\" like \"t*\"", ALL },
	{ "header \"X-Two\" in words", ALL },
};

static const struct { const char *text; unsigned classes; } keys[] = {
	{ "uid", LOCAL }, { "uid or \"nobody\"", LOCAL }, { "script", LOCAL },
	{ "script or \"none\"", LOCAL }, { "login", AUTHENTICATED },
	{ "client", SMTP }, { "client/48", SMTP }, { "client/4:24", SMTP },
	{ "listener", ALL }, { "sender", ALL }, { "sender.domain", ALL },
	{ "sender.domain or \"none\"", ALL }, { "header \"X-One\"", ALL },
	{ "header \"X-Two\" or \"none\"", ALL },
};

static const char sets[] =
	"own networks { 127.0.0.0/8, ::1, 192.0.2.0/24, 2001:db8:0::/48 }\n"
	"set uids { 0, 1000 }\n"
	"set scripts { \"33:b.php\", \"1000:*\" }\n"
	"set logins { alice, carol, \"d*\" }\n"
	"set nets { 192.0.2.1, 198.51.100.0/31, 2001:db8:1::/48 }\n"
	"set senders { \"b@x.example\", \"*@y.example\" }\n"
	"set domains { y.example, \"z*\" }\n"
	"set words { two, three }\n";

static void __attribute__((format(printf, 2, 3)))
put(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->p + t->len, t->size - t->len, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < t->size - t->len)
		t->len += (size_t)n;
}

static void
put_test(struct random *r, struct text *t, unsigned classes)
{
	unsigned i = random_below(r, N(tests));

	while ((tests[i].classes & classes) == 0)
		i = (i + 1) % N(tests);
	put(t, "%s", tests[i].text);
}

static void
put_condition(struct random *r, struct text *t, unsigned classes, unsigned depth)
{
	unsigned kind = depth == 0 ? 3 : random_below(r, 4);

	if (kind == 3) {
		put_test(r, t, classes);
		return;
	}
	put(t, kind == 2 ? "not (" : "(");
	put_condition(r, t, classes, depth - 1);
	if (kind != 2) {
		put(t, kind == 0 ? " and " : " or ");
		put_condition(r, t, classes, depth - 1);
	}
	put(t, ")");
}

static void
put_classes(struct text *t, unsigned classes)
{
	const char *comma = "";

	for (unsigned i = 0; i < N(class_words); i++)
		if ((classes & 1u << i) != 0) {
			put(t, "%s%s", comma, class_words[i]);
			comma = ", ";
		}
	put(t, " mail");
}

static void
put_keys(struct random *r, struct text *t, unsigned classes)
{
	unsigned i = random_below(r, N(keys));

	if (random_chance(r, 40))
		return;
	while ((keys[i].classes & classes) != classes)
		i = (i + 1) % N(keys);
	put(t, "\tby %s\n", keys[i].text);
}

static void
put_windows(struct random *r, struct text *t)
{
	put(t, "\tallow %u messages/minute burst %u, %u recipients/hour burst %u\n",
	    1 + random_below(r, 100), 1 + random_below(r, 9),
	    1 + random_below(r, 100), 1 + random_below(r, 6));
}

static void
put_answer(struct random *r, struct text *t, unsigned classes)
{
	static const char *const answers[] = {
		"hold", "observe", "reject even local \"no\"", "tempfail even local",
		"hold up to 9 messages/day then reject even local",
	};
	unsigned i = random_below(r, N(answers));

	put(t, "\telse %s\n", answers[i]);
	if (i != 1 && (classes & INBOUND) == 0 && random_chance(r, 20))
		put(t, "\tfreeze after 9 refusals in 5 minutes\n");
	if (random_chance(r, 20))
		put(t, "\twarn at 80%%\n");
}

static void
put_limit(struct random *r, struct text *t, unsigned i)
{
	unsigned classes = 1 + random_below(r, ALL);

	/* `even local` means something for local mail only. */
	classes |= LOCAL;
	put(t, "limit l%u {\n\tfor ", i);
	put_classes(t, classes);
	if (random_chance(r, 70)) {
		put(t, " when ");
		put_condition(r, t, classes, 3);
	}
	put(t, "\n");
	put_keys(r, t, classes);
	put_windows(r, t);
	put_answer(r, t, classes);
	put(t, "}\n");
}

/* What must stand in an exemption: a positive test of a proven fact. */
static void
put_exempt(struct random *r, struct text *t, unsigned i)
{
	static const struct { const char *text; unsigned class; } proofs[] = {
		{ "uid = 33", LOCAL }, { "login in logins", AUTHENTICATED },
		{ "client in nets", SMTP }, { "login = bob", AUTHENTICATED },
	};
	unsigned k = random_below(r, N(proofs));

	put(t, "exempt e%u {\n\tfor ", i);
	put_classes(t, proofs[k].class);
	put(t, " when %s and ", proofs[k].text);
	put_condition(r, t, proofs[k].class, 2);
	put(t, "\n");
	put_windows(r, t);
	put(t, "\telse hold\n}\n");
}

/* Two limits that cover all outbound mail together. */
static void
put_halves(struct random *r, struct text *t, bool has_hole)
{
	struct text condition = { (char[1000]){ "" }, 0, 1000 };
	unsigned outbound = LOCAL | AUTHENTICATED | RELAYED;

	put_condition(r, &condition, outbound, 2);
	put(t, "limit half {\n\tfor outbound mail when %s\n\tallow 5 messages/hour\n"
	    "\telse hold\n}\n", condition.p);
	if (!has_hole)
		put(t, "limit other {\n\tfor outbound mail when not (%s)\n"
		    "\tallow 5 messages/hour\n\telse hold\n}\n", condition.p);
}

void
random_policy(struct random *r, struct random_shape shape, char *out, size_t size)
{
	struct text t = { out, 0, size };
	unsigned n = random_below(r, 6), exempts = random_below(r, 3);

	put(&t, "%s", sets);
	for (unsigned i = 0; i < n; i++)
		put_limit(r, &t, i);
	for (unsigned i = 0; i < exempts; i++)
		put_exempt(r, &t, i);
	if (shape.has_halves)
		put_halves(r, &t, shape.has_hole);
	if (shape.has_floor)
		put(&t, "limit floor {\n\tfor outbound mail\n"
		    "\tallow 500 messages/minute\n\telse hold\n}\n");
}
