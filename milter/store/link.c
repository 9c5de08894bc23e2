/*
 * link.c - bytes to and from Redis, plain or in TLS, never beyond a deadline.
 */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../clock.h"
#include "endpoint.h"
#include "tls.h"

struct link {
	int fd;
	struct tls *tls;	/* NULL: plain */
};

/* Waits until the socket is ready for any of events, or deadline_us. */
static bool
wait_ready(int fd, short events, uint64_t deadline_us, struct error *e)
{
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		uint64_t now_us = clock_monotonic_us();
		uint64_t left_us = deadline_us - now_us;
		struct timespec left = {
			.tv_sec = (time_t)(left_us / 1000000),
			.tv_nsec = (long)(left_us % 1000000) * 1000,
		};
		int n;

		if (now_us >= deadline_us)
			return error_set(e, "Redis did not answer in time");
		n = ppoll(&p, 1, &left, NULL);
		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return error_set(e, "poll: %s", strerror(errno));
	}
}

static bool
connect_socket(int fd, const struct endpoint *a, uint64_t deadline_us,
	       struct error *e)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (connect(fd, (const struct sockaddr *)&a->sa, a->len) == 0)
		return true;
	if (errno != EINPROGRESS)
		return error_set(e, "%s", strerror(errno));
	if (!wait_ready(fd, POLLOUT, deadline_us, e))
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	return err == 0 || error_set(e, "%s", strerror(err));
}

static bool
shake_hands(struct link *l, uint64_t deadline_us, struct error *e)
{
	enum tls_result r;

	while ((r = tls_handshake(l->tls, e)) == TLS_AGAIN)
		if (!wait_ready(l->fd, tls_events(l->tls), deadline_us, e))
			return false;
	if (r == TLS_CLOSED)
		error_set(e, "Redis closed the connection");
	return r == TLS_DONE;
}

static bool
begin_tls(struct link *l, const struct conn_target *t, const struct endpoint *a,
	  uint64_t deadline_us, struct error *e)
{
	char host[INET6_ADDRSTRLEN];

	if (t->ca_file == NULL)
		return true;
	l->tls = tls_new(t, endpoint_host(a, host), l->fd, e);
	return l->tls != NULL && shake_hands(l, deadline_us, e);
}

struct link *
link_open(const struct conn_target *t, uint64_t deadline_us, struct error *e)
{
	struct link *l = calloc(1, sizeof(*l));
	struct error why = { "out of memory" };
	struct endpoint a;

	if (!endpoint_parse(t->address, &a, e)) {
		free(l);
		return NULL;
	}
	if (l != NULL) {
		l->fd = socket(a.sa.ss_family,
			       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (l->fd < 0)
			error_set(&why, "socket: %s", strerror(errno));
		else if (connect_socket(l->fd, &a, deadline_us, &why) &&
			 begin_tls(l, t, &a, deadline_us, &why))
			return l;
	}
	link_close(l);
	error_set(e, "cannot connect to Redis at %s: %.400s", t->address, why.text);
	return NULL;
}

void
link_close(struct link *l)
{
	if (l == NULL)
		return;
	tls_free(l->tls);
	if (l->fd >= 0)
		close(l->fd);
	free(l);
}

/* After a send or recv that failed: true if it may be tried again. */
static bool
is_transient(struct error *e)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return true;
	if (errno == EPIPE || errno == ECONNRESET)
		return error_set(e, "Redis closed the connection");
	return error_set(e, "the connection to Redis: %s", strerror(errno));
}

static bool
is_well(enum tls_result r, struct error *e)
{
	if (r == TLS_CLOSED)
		error_set(e, "Redis closed the connection");
	return r == TLS_DONE || r == TLS_AGAIN;
}

bool
link_send(struct link *l, const char *buf, size_t len, size_t *n, struct error *e)
{
	ssize_t sent;

	*n = 0;
	if (l->tls != NULL)
		return is_well(tls_write(l->tls, buf, len, n, e), e);
	sent = send(l->fd, buf, len, MSG_NOSIGNAL);
	if (sent < 0)
		return is_transient(e);
	*n = (size_t)sent;
	return true;
}

bool
link_recv(struct link *l, char *buf, size_t size, size_t *n, struct error *e)
{
	ssize_t got;

	*n = 0;
	if (l->tls != NULL)
		return is_well(tls_read(l->tls, buf, size, n, e), e);
	got = recv(l->fd, buf, size, 0);
	if (got < 0)
		return is_transient(e);
	if (got == 0)
		return error_set(e, "Redis closed the connection");
	*n = (size_t)got;
	return true;
}

/* What libssl has read ahead, poll does not see: whoever waits has read until
 * nothing came. */
bool
link_wait(struct link *l, bool is_sending, uint64_t deadline_us, struct error *e)
{
	short events = is_sending ? POLLIN | POLLOUT : POLLIN;

	if (l->tls != NULL)
		events |= tls_events(l->tls);
	return wait_ready(l->fd, events, deadline_us, e);
}
