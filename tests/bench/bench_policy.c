/*
 * bench_policy.c - how long the compiler and the evaluator take.
 *
 * Processor time, the median of ROUNDS rounds; what is compared is measured in
 * turns. A shared machine makes it longer, never shorter.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../policy/diag.h"
#include "../../policy/policy.h"

#define ROUNDS 7
#define VALUES 100000
#define EVALS 200000

struct text {
	char *p;
	size_t len, size;
};

static void __attribute__((format(printf, 2, 3)))
put(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->size - t->len < 1024) {
		t->size = t->size * 2 + 4096;
		t->p = realloc(t->p, t->size);
		if (t->p == NULL)
			abort();
	}
	va_start(ap, fmt);
	n = vsnprintf(t->p + t->len, t->size - t->len, fmt, ap);
	va_end(ap);
	t->len += (size_t)n;
}

static double
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static int
order(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double *figures)
{
	qsort(figures, ROUNDS, sizeof(*figures), order);
	return figures[ROUNDS / 2];
}

static struct policy *
compile(const struct text *t)
{
	struct diags *d = diags_new();
	struct policy *p = policy_compile("bench.policy", t->p, t->len, NULL, d);

	if (p == NULL) {
		diags_print(d, stderr);
		exit(1);
	}
	diags_free(d);
	return p;
}

static double
compile_us(const struct text *t)
{
	double from = now_us();

	policy_free(compile(t));
	return now_us() - from;
}

static void
put_floor(struct text *t)
{
	put(t, "limit floor { for outbound mail\n allow 100000 messages/hour\n else hold }\n");
}

/* n limits, one for each login, all of which ask the set. */
static struct text
accounts(unsigned n, unsigned values)
{
	struct text t = { 0 };

	put(&t, "own networks { 127.0.0.0/8, 192.0.2.0/24 }\nset known {");
	for (unsigned i = 0; i < values; i++)
		put(&t, "%s\"user%u@shop%u.example\"", i == 0 ? "" : ",\n", i, i % 997);
	put(&t, "}\n");
	for (unsigned i = 0; i < n; i++)
		put(&t, "limit account-%u { for authenticated mail when login = \"user%u\""
		    " and sender in known\n by login\n allow 60 messages/minute, 500 "
		    "recipients/hour\n else tempfail }\n", i, i);
	put_floor(&t);
	return t;
}

/* Distinct conditions that every message has to be asked, none of them met. */
static struct text
rules(unsigned n)
{
	struct text t = { 0 };

	put(&t, "own networks { 127.0.0.0/8, 192.0.2.0/24 }\n");
	for (unsigned i = 0; i < n; i++)
		put(&t, "limit rule-%u { for authenticated mail when login = \"other%u\" "
		    "and (recipients > %u or client in 198.51.100.%u)\n by login\n allow "
		    "60 messages/minute\n else tempfail }\n", i, i, i, i % 256);
	put_floor(&t);
	return t;
}

static struct policy_text
text_of(const char *s)
{
	return (struct policy_text){ s, strlen(s) };
}

static struct policy_facts
message(enum policy_class class)
{
	struct policy_facts f = { .class = class, .recipients = 2 };

	f.text[POLICY_SENDER] = text_of("user4711@shop723.example");
	f.text[POLICY_DOMAIN] = text_of("shop723.example");
	f.text[POLICY_LISTENER] = text_of("smtpd");
	if (class == POLICY_LOCAL) {
		f.text[POLICY_SCRIPT] = text_of("33:contact.php");
		f.text[POLICY_UID] = text_of("33");
		return f;
	}
	f.client = (struct policy_address){ .family = 4, .bytes = { 192, 0, 2, 9 } };
	f.text[POLICY_LOGIN] = text_of("user4711");
	return f;
}

/* Microseconds for one message. */
static double
eval_us(const struct policy *p, const struct policy_facts *f)
{
	struct policy_plan plan;
	double from = now_us();
	unsigned n = 0;

	for (unsigned i = 0; i < EVALS; i++) {
		policy_eval(p, f, &plan);
		n += plan.n;
	}
	if (n == 0)
		abort();
	return (now_us() - from) / EVALS;
}

static void
bench_compile(void)
{
	struct text sizes[] = {
		accounts(20, 1000), accounts(2000, 0 + 1), accounts(20, VALUES),
		accounts(2000, VALUES),
	};
	const char *const names[] = {
		"20 limits, a set of 1,000", "2,000 limits, a set of 1",
		"20 limits, a set of 100,000", "2,000 limits, a set of 100,000",
	};
	double figures[4][ROUNDS];

	for (unsigned r = 0; r < ROUNDS; r++)
		for (unsigned i = 0; i < 4; i++)
			figures[i][r] = compile_us(&sizes[i]);
	for (unsigned i = 0; i < 4; i++) {
		printf("compile   %-34s %9.1f ms\n", names[i],
		       median(figures[i]) / 1000);
		free(sizes[i].p);
	}
}

static void
bench_eval(const struct text *shop)
{
	struct text texts[] = { *shop, rules(200), accounts(200, VALUES) };
	const char *const names[] = {
		"shop.policy, local", "200 limits", "200 limits, a set of 100,000",
	};
	struct policy *p[3];
	struct policy_facts f[] = {
		message(POLICY_LOCAL), message(POLICY_AUTHENTICATED),
		message(POLICY_AUTHENTICATED),
	};
	double figures[3][ROUNDS];

	f[2].text[POLICY_LOGIN] = text_of("user47");
	for (unsigned i = 0; i < 3; i++)
		p[i] = compile(&texts[i]);
	for (unsigned r = 0; r < ROUNDS; r++)
		for (unsigned i = 0; i < 3; i++)
			figures[i][r] = eval_us(p[i], &f[i]);
	for (unsigned i = 0; i < 3; i++) {
		printf("evaluate  %-34s %9.3f us\n", names[i], median(figures[i]));
		policy_free(p[i]);
	}
	free(texts[1].p);
	free(texts[2].p);
}

static void
bench_trial(const struct text *shop)
{
	struct text with = { 0 };
	double a[ROUNDS], b[ROUNDS];

	put(&with, "%s", "");
	for (size_t i = 0; i < shop->len; i += 512)
		put(&with, "%.512s", shop->p + i);
	put(&with, "\ntrial \"flood\" {\n\t5000 messages/minute for 10 minutes  local "
	    "script \"33:contact.php\"\n\texpect accepted < 50000\n}\n");
	for (unsigned r = 0; r < ROUNDS; r++) {
		a[r] = compile_us(shop);
		b[r] = compile_us(&with);
	}
	printf("trial     %-34s %9.1f ms\n", "50,000 messages, shop.policy",
	       (median(b) - median(a)) / 1000);
	free(with.p);
}

static struct text
read_text(const char *path)
{
	struct text t = { 0 };
	FILE *in = fopen(path, "r");
	char line[512];

	if (in == NULL) {
		perror(path);
		exit(1);
	}
	while (fgets(line, sizeof(line), in) != NULL)
		put(&t, "%s", line);
	fclose(in);
	return t;
}

int
main(int argc, char **argv)
{
	struct text shop = read_text(argc > 1 ? argv[1] : "deploy/policies/shop.policy");

	bench_compile();
	bench_eval(&shop);
	bench_trial(&shop);
	free(shop.p);
	return 0;
}
