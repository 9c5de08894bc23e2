/*
 * policy.h - the border of the policy library.
 *
 * Text in, one immutable program out; program and facts in, a plan out. The
 * library knows no clock, socket, thread, log or global. Whoever uses it
 * includes this header, bucket.h (arithmetic) and identity.h (normal forms),
 * and nothing else of this directory.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define POLICY_PLAN_MAX 16	/* limits that one message can meet */
#define POLICY_WINDOWS_MAX 8	/* windows of one limit */
#define POLICY_KEYS_MAX 4	/* facts in one `by` */
#define POLICY_NAME_MAX 32	/* bytes of a limit's name */
#define POLICY_TEXT_MAX 200	/* bytes of a reply text */
#define POLICY_KEY_MAX 2560	/* bytes of the longest bucket key */
#define POLICY_HEADERS_MAX 8	/* headers that one policy names */
#define POLICY_HEADER_MAX 64	/* bytes of a header's name */
#define POLICY_DELIMITERS_MAX 8	/* characters that begin an extension */
#define POLICY_PERIOD_MAX 32	/* bytes of a period as text, NUL too */
#define POLICY_REASON_MAX 256	/* bytes of why a file cannot be read, NUL too */

struct policy;			/* compiled, immutable, one allocation */
struct diags;			/* what the author got wrong: diag.h */

enum policy_fact {
#define FACT(name, word, type, trust, note) POLICY_##name,
#include "facts.def"
#undef FACT
	POLICY_FACTS
};

/* POLICY_HEADER + i is the i-th header that the policy names. */
#define POLICY_FACT_IDS (POLICY_HEADER + POLICY_HEADERS_MAX)

/* How mail came in. The first three are outbound. */
enum policy_class {
	POLICY_LOCAL,		/* sendmail(1), PHP mail() */
	POLICY_AUTHENTICATED,	/* SMTP with a login */
	POLICY_RELAYED,		/* no login, client in `own networks` */
	POLICY_INBOUND,		/* the rest */
	POLICY_CLASSES
};

enum policy_action {
	POLICY_HOLD,
	POLICY_TEMPFAIL,
	POLICY_REJECT,
	POLICY_OBSERVE		/* log and count, never refuse */
};

/* Exempt: the first that matches replaces all limits; from freeze: lets mail
 * through that is frozen. Both are limits of their own. */
enum policy_kind {
	POLICY_LIMIT,
	POLICY_EXEMPT,
	POLICY_FROM_FREEZE
};

enum policy_unit {
	POLICY_MESSAGES,
	POLICY_RCPTS
};

/* Borrowed bytes, not NUL-terminated. p == NULL: not known. */
struct policy_text {
	const char *p;
	size_t len;
};

struct policy_address {
	uint8_t family;		/* 4, 6; 0: not known */
	uint8_t bytes[16];	/* network order; IPv4 uses the first four */
};

struct policy_facts {
	enum policy_class class;
	struct policy_text text[POLICY_FACT_IDS];	/* TEXT facts only */
	struct policy_address client;		/* POLICY_CLIENT */
	uint32_t recipients;			/* POLICY_RECIPIENTS */
	uint16_t minute;			/* POLICY_TIME: of the day */
	uint8_t weekday;			/* POLICY_DAY: sunday is 0 */
};

struct policy_window {
	enum policy_unit unit;
	uint32_t count;		/* N of `N unit/period` */
	uint32_t burst;		/* units that a full bucket lets through at once */
	uint64_t period_us;
	uint64_t interval_us;	/* period / N, rounded up */
};

/* One limit, as those outside need it. The pointers lie inside the policy. */
struct policy_limit {
	const char *name;
	enum policy_kind kind;
	const struct policy_window *window;
	unsigned n_windows;
	enum policy_action action;
	const char *text;	/* reply text, NULL: none was given */
	unsigned warn_percent;	/* `warn at`; 0: never */

	/* `hold up to N unit/period then ...`: a bucket of its own for what is
	 * held, and what becomes of mail once that is spent. NULL: no end. */
	const struct policy_window *budget;
	enum policy_action spent;
	const char *spent_text;

	/* `freeze after N refusals in D`: a bucket that each refusal is charged
	 * to; when it has no room for another, limit and key are frozen, for
	 * freeze_us or, 0, until somebody thaws them. NULL: never. */
	const struct policy_window *strikes;
	uint64_t freeze_us;
};

/* What becomes of mail of one class that is frozen, or whose freezes cannot be
 * known. */
struct policy_answer {
	enum policy_action action;
	const char *text;	/* NULL: none was given */
};

/* All limits that one message meets, in file order. */
struct policy_plan {
	unsigned n;
	uint16_t limit[POLICY_PLAN_MAX];
	int never;		/* index into limit[]: the cost exceeds a full
				   burst, so it can never pass; -1: it can */
	unsigned never_window;	/* the window that says so */
	bool is_over;		/* it meets more limits than fit: it must not go */
};

/* What stands in a policy beside its limits. */
struct policy_site {
	unsigned nodes;		/* `nodes N`; 1 if it is not given */
	uint64_t lease_us;	/* `outage { lease D }` */
	bool is_two_person;	/* `two-person` */
	const char *delimiters;	/* `recipient delimiter`; "": none */
};

/* Where the files come from that a policy names. */
struct policy_files {
	/* Reads the file of that path, as it is written in the policy. The text
	 * lives until policy_compile returns. False: reason says why. */
	bool (*read)(void *arg, const char *path, struct policy_text *text,
		     char reason[POLICY_REASON_MAX]);
	void *arg;
};

/* Parses, checks, proves, and runs the trials. Returns NULL if an error was
 * added to d. Warnings go to d as well. Keeps neither name nor text. files NULL:
 * a policy that names a file has an error. */
struct policy *policy_compile(const char *name, const char *text, size_t len,
			      const struct policy_files *files, struct diags *d);
void policy_free(struct policy *p);

/* The class of a message: local if is_local, else by login and client. */
enum policy_class policy_classify(const struct policy *p, bool is_local,
				  const struct policy_facts *f);

/* Pure, cannot fail, does not allocate. Fills plan. */
void policy_eval(const struct policy *p, const struct policy_facts *f,
		 struct policy_plan *plan);

/* The same for mail that is frozen: the limit that lets it through all the
 * same, if there is one, is the plan. n 0: it stays frozen. */
void policy_eval_frozen(const struct policy *p, const struct policy_facts *f,
			struct policy_plan *plan);

/* The view lives as long as p. i < policy_limits(p). */
unsigned policy_limits(const struct policy *p);
struct policy_limit policy_limit(const struct policy *p, unsigned i);
struct policy_answer policy_frozen(const struct policy *p,
				   enum policy_class class);
struct policy_answer policy_outage(const struct policy *p,
				   enum policy_class class);
struct policy_site policy_site(const struct policy *p);

/* The headers that the policy looks at, in lower case; the value of the i-th,
 * in normal form (identity_header), is the fact POLICY_HEADER + i. */
unsigned policy_headers(const struct policy *p);
const char *policy_header(const struct policy *p, unsigned i);

/* Writes the key of the message in limit i: the facts after `by`, each with
 * its kind, and for a claimed key the class and the proven principal, so that
 * nobody can empty another's bucket. Unambiguous for any facts, at most
 * POLICY_KEY_MAX bytes, may hold NUL. Returns its length. Call it only for a
 * limit that policy_eval put into the plan. */
size_t policy_key(const struct policy *p, unsigned i,
		  const struct policy_facts *f, char out[POLICY_KEY_MAX]);

/* The same for people, `33:contact.php`; "-" where the limit has no `by`, and
 * `or:none` for the name that stands for a fact which is not there. Different
 * keys are different here too, but for what is cut at size. NUL-terminated.
 * Returns the length written. */
size_t policy_key_text(const struct policy *p, unsigned i,
		       const struct policy_facts *f, char *out, size_t size);

/* Equal for equal programs; says which policy decided. */
uint64_t policy_digest(const struct policy *p);

/* One instruction a line, jump targets as labels. */
void policy_dump(const struct policy *p, FILE *out);

/* What policy_eval did with f: a line for each test and its answer. The other:
 * the same of policy_eval_frozen. */
void policy_trace(const struct policy *p, const struct policy_facts *f,
		  FILE *out);
void policy_trace_frozen(const struct policy *p, const struct policy_facts *f,
			 FILE *out);

/* Words of the language. */
const char *policy_class_word(enum policy_class class);
const char *policy_action_word(enum policy_action action);
const char *policy_fact_word(enum policy_fact fact);

/* "1 minute", "36 hours": whole seconds in the largest unit that goes into them.
 * The other: "30/minute", "600 recipients per 10 minutes". Return the length. */
size_t policy_period_text(uint64_t us, char *out, size_t size);
size_t policy_window_text(const struct policy_window *w, char *out, size_t size);

/* The policy in its canonical form, comments kept: tabs, one clause a line, at
 * most one empty line. False: it does not parse, d says why. Formatting what
 * was formatted changes nothing, and it compiles to the same program. */
bool policy_format(const char *name, const char *text, size_t len, FILE *out,
		   struct diags *d);

#endif
