/*
 * endpoint.c - where a server is, as people write it.
 */
#include "endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>

static bool
parse_unix(const char *path, struct endpoint *a)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&a->sa;
	size_t len = strlen(path);

	if (*path != '/' || len >= sizeof(un->sun_path))
		return false;
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, len + 1);
	a->len = (socklen_t)sizeof(*un);
	return true;
}

static bool
parse_port(const char *text, size_t len, uint16_t *port)
{
	unsigned n = 0;

	if (len == 0 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		n = n * 10 + (unsigned)(text[i] - '0');
	}
	*port = htons((uint16_t)n);
	return n > 0 && n <= UINT16_MAX;
}

static bool
parse_host(const char *text, size_t len, uint16_t port, struct endpoint *a)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&a->sa;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a->sa;
	char host[INET6_ADDRSTRLEN];

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = port;
		a->len = (socklen_t)sizeof(*in);
		return true;
	}
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = port;
		a->len = (socklen_t)sizeof(*in6);
		return true;
	}
	return false;
}

/* PORT@HOST, as Postfix writes a milter. */
static bool
parse_inet(const char *text, struct endpoint *a)
{
	const char *at = strchr(text, '@');
	uint16_t port;

	return at != NULL && parse_port(text, (size_t)(at - text), &port) &&
	       parse_host(at + 1, strlen(at + 1), port, a);
}

/* HOST:PORT or [HOST]:PORT */
static bool
parse_host_port(const char *text, struct endpoint *a)
{
	const char *colon = strrchr(text, ':');
	const char *end = colon;
	uint16_t port;

	if (colon == NULL || !parse_port(colon + 1, strlen(colon + 1), &port))
		return false;
	if (*text == '[') {
		text++;
		if (end == text || *--end != ']')
			return false;
	} else if (strchr(text, ':') != colon) {
		return false;
	}
	return parse_host(text, (size_t)(end - text), port, a);
}

bool
endpoint_parse(const char *text, struct endpoint *a, struct error *e)
{
	bool ok;

	memset(a, 0, sizeof(*a));
	if (strncmp(text, "unix:", 5) == 0)
		ok = parse_unix(text + 5, a);
	else if (*text == '/')
		ok = parse_unix(text, a);
	else if (strncmp(text, "inet:", 5) == 0)
		ok = parse_inet(text + 5, a);
	else
		ok = parse_host_port(text, a);
	return ok || error_set(e, "'%s' is not an address; write unix:/path, "
			       "127.0.0.1:6379, [::1]:6379 or inet:6379@127.0.0.1, "
			       "in digits: looking up a name would block", text);
}
