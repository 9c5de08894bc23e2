/*
 * test_endpoint.c - addresses as people write them, and none that would block.
 */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "../../milter/redis/conn.h"
#include "../../milter/redis/endpoint.h"

#define LONG "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	     "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct row {
	const char *name;
	const char *want;		/* NULL: refused */
};

static const struct row rows[] = {
	{ "unix:/run/redis.sock", "/run/redis.sock" },
	{ "/run/redis.sock", "/run/redis.sock" },
	{ "127.0.0.1:6379", "127.0.0.1 6379" },
	{ "[::1]:6379", "::1 6379" },
	{ "inet:6379@127.0.0.1", "127.0.0.1 6379" },
	{ "inet:1@::1", "::1 1" },
	{ "10.0.0.1:65535", "10.0.0.1 65535" },
	{ "", NULL },
	{ "unix:", NULL },
	{ "unix:run/redis.sock", NULL },
	{ LONG, NULL },
	{ "127.0.0.1", NULL },
	{ "127.0.0.1:", NULL },
	{ "127.0.0.1:0", NULL },
	{ "127.0.0.1:65536", NULL },
	{ "127.0.0.1:6379x", NULL },
	{ "127.0.0.1:-1", NULL },
	{ "127.1:6379", NULL },
	{ ":6379", NULL },
	{ "::1:6379", NULL },
	{ "[::1]6379", NULL },
	{ "[::1:6379", NULL },
	{ "[]:6379", NULL },
	{ "localhost:6379", NULL },
	{ "redis.example.test:6379", NULL },
	{ "inet:6379", NULL },
	{ "inet:6379@localhost", NULL },
	{ "inet:@127.0.0.1", NULL },
};

static void
describe(const struct endpoint *a, char *out, size_t size)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&a->sa;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a->sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->sa;
	char host[INET6_ADDRSTRLEN];

	if (un->sun_family == AF_UNIX)
		snprintf(out, size, "%s", un->sun_path);
	else if (in->sin_family == AF_INET)
		snprintf(out, size, "%s %d", inet_ntop(AF_INET, &in->sin_addr, host,
			 sizeof(host)), ntohs(in->sin_port));
	else
		snprintf(out, size, "%s %d", inet_ntop(AF_INET6, &in6->sin6_addr,
			 host, sizeof(host)), ntohs(in6->sin6_port));
}

static void
endpoint(void **state)
{
	const struct row *r = *state;
	char got[200] = "nothing";
	struct endpoint a;
	struct error e = { "" };

	if (endpoint_parse(r->name, &a, &e))
		describe(&a, got, sizeof(got));
	assert_string_equal(got, r->want != NULL ? r->want : "nothing");
	assert_int_equal(target_ok(&(struct target){ .address = r->name }, &e),
			 r->want != NULL);
	assert_int_equal(e.text[0] == '\0', r->want != NULL);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows)];
	size_t n = 0;

	ROWS(tests, &n, rows, endpoint);
	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
