/*
 * listen.c - the socket that Postfix connects to.
 */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct place {
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} at;
	socklen_t len;
};

static bool
starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool
number(const char *text, size_t len, unsigned max, unsigned *n)
{
	*n = 0;
	if (len == 0 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*n = *n * 10 + (unsigned)(text[i] - '0');
	}
	return *n <= max;
}

static bool
unix_place(const char *path, struct place *p)
{
	p->at.un.sun_family = AF_UNIX;
	p->len = sizeof(p->at.un);
	if (*path == '\0' || strlen(path) >= sizeof(p->at.un.sun_path))
		return false;
	strncpy(p->at.un.sun_path, path, sizeof(p->at.un.sun_path) - 1);
	return true;
}

/* PORT@ADDRESS */
static bool
inet_place(const char *text, int family, struct place *p)
{
	const char *at = strchr(text, '@');
	unsigned port;
	void *address;

	if (at == NULL || !number(text, (size_t)(at - text), 65535, &port) || port == 0)
		return false;
	if (family == AF_INET) {
		p->at.in.sin_family = AF_INET;
		p->at.in.sin_port = htons((uint16_t)port);
		p->len = sizeof(p->at.in);
		address = &p->at.in.sin_addr;
	} else {
		p->at.in6.sin6_family = AF_INET6;
		p->at.in6.sin6_port = htons((uint16_t)port);
		p->len = sizeof(p->at.in6);
		address = &p->at.in6.sin6_addr;
	}
	return inet_pton(family, at + 1, address) == 1;
}

/* A socket that we were given: where it is bound. */
static bool
fd_place(const char *text, struct place *p)
{
	unsigned fd;

	p->len = sizeof(p->at);
	return number(text, strlen(text), 65535, &fd) &&
	       getsockname((int)fd, &p->at.any, &p->len) == 0;
}

static bool
place_of(const char *spec, struct place *p)
{
	memset(p, 0, sizeof(*p));
	if (starts(spec, "unix:"))
		return unix_place(spec + 5, p);
	if (starts(spec, "inet:"))
		return inet_place(spec + 5, AF_INET, p);
	if (starts(spec, "inet6:"))
		return inet_place(spec + 6, AF_INET6, p);
	return starts(spec, "fd:") && fd_place(spec + 3, p);
}

bool
listen_spec(const char *text, char spec[LISTEN_SPEC_MAX], struct error *e)
{
	struct place p;
	const char *before = "", *after = "";
	int n;

	if (*text == '/')
		before = "unix:";
	else if (starts(text, "inet:") && strchr(text, '@') == NULL)
		after = "@127.0.0.1";
	else if (starts(text, "inet6:") && strchr(text, '@') == NULL)
		after = "@::1";
	n = snprintf(spec, LISTEN_SPEC_MAX, "%s%s%s", before, text, after);
	if (n > 0 && n < LISTEN_SPEC_MAX && place_of(spec, &p))
		return true;
	if (starts(text, "fd:"))
		return error_set(e, "the socket %.100s is not an open socket; systemd "
				 "passes the first one of a .socket unit as fd:3", text);
	return error_set(e, "the socket '%.100s' must be unix:PATH (shorter than %zu "
			 "bytes), inet:PORT@ADDRESS, inet6:PORT@ADDRESS or fd:3, "
			 "the address in numbers", text,
			 sizeof(p.at.un.sun_path));
}

/* 0, or the errno of connecting. */
static int
knock(const struct place *p)
{
	int fd = socket(p->at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);
	int error = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, &p->at.any, p->len) < 0)
		error = errno;
	close(fd);
	return error;
}

bool
listen_claim(const char *spec, struct error *e)
{
	const char *path = spec + strlen("unix:");
	struct place p;
	struct stat st;
	int error;

	if (!starts(spec, "unix:") || lstat(path, &st) < 0)
		return true;
	if (!S_ISSOCK(st.st_mode))
		return error_set(e, "%s is there and is not a socket; remove it, or "
				 "choose another path", path);
	if (!place_of(spec, &p))
		return error_set(e, "%s is too long", path);
	error = knock(&p);
	if (error == 0 || error == EAGAIN)
		return error_set(e, "another process answers on %s: is sluiced running? "
				 "Stop it, or choose another path", path);
	if (error != ECONNREFUSED)
		return error_set(e, "cannot tell whether %s is in use: %s", path,
				 strerror(error));
	if (unlink(path) < 0)
		return error_set(e, "cannot remove the stale socket %s: %s", path,
				 strerror(errno));
	return true;
}

void
listen_wake(const char *spec)
{
	struct place p;

	if (place_of(spec, &p))
		knock(&p);
}
