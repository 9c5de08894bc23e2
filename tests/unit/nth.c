/*
 * nth.c - the n-th call of a kind fails.
 */
#include "nth.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

static struct nth armed;
static unsigned left;		/* calls until one fails; 0: none will */
static unsigned n_failed;

void
nth_arm(const struct nth *what, unsigned n)
{
	armed = *what;
	left = n;
	n_failed = 0;
}

bool
nth_disarm(void)
{
	left = 0;
	return n_failed > 0;
}

static bool
is_its_turn(enum nth_call call)
{
	if (left == 0 || call != armed.call)
		return false;
	if (left > 1) {
		left--;
		return false;
	}
	if (n_failed > 0 && !armed.is_for_good)
		return false;
	n_failed++;
	errno = armed.err;
	return true;
}

#define WRAP(type, name, call, args, passed, failure) \
	type __real_##name args; \
	type __wrap_##name args; \
	type \
	__wrap_##name args \
	{ \
		return is_its_turn(call) ? failure : __real_##name passed; \
	}

WRAP(void *, malloc, NTH_MALLOC, (size_t size), (size), NULL)
WRAP(void *, calloc, NTH_CALLOC, (size_t n, size_t size), (n, size), NULL)
WRAP(void *, realloc, NTH_REALLOC, (void *p, size_t size), (p, size), NULL)
WRAP(char *, strdup, NTH_STRDUP, (const char *s), (s), NULL)
WRAP(int, socket, NTH_SOCKET, (int domain, int type, int protocol),
     (domain, type, protocol), -1)
WRAP(int, connect, NTH_CONNECT,
     (int fd, const struct sockaddr *a, socklen_t len), (fd, a, len), -1)
WRAP(int, ppoll, NTH_PPOLL, (struct pollfd *p, nfds_t n, const struct timespec *t,
     const sigset_t *mask), (p, n, t, mask), -1)
WRAP(ssize_t, send, NTH_SEND, (int fd, const void *p, size_t len, int flags),
     (fd, p, len, flags),
     armed.err != 0 ? -1 : __real_send(fd, p, len < 1 ? len : 1, flags))
WRAP(ssize_t, recv, NTH_RECV, (int fd, void *p, size_t len, int flags),
     (fd, p, len, flags),
     armed.err != 0 ? -1 : __real_recv(fd, p, len < 1 ? len : 1, flags))
