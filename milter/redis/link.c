/*
 * link.c - bytes to and from Redis: a socket, and TLS in it if it is wanted.
 *
 * A closed peer raises no SIGPIPE.
 */
#include "link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../clock.h"
#include "endpoint.h"
#include "target.h"
#include "tls.h"

/* Waits until fd is ready for any of events, or deadline_us. */
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
	struct error late;
	short wants;

	for (;;) {
		switch (tls_handshake(l->tls, &wants, e)) {
		case TLS_DONE:
			return true;
		case TLS_LASTING:
			l->is_lasting = true;
			return false;
		case TLS_FAILED:
			return false;
		case TLS_WAIT:
			break;
		}
		if (!wait_ready(l->fd, wants, deadline_us, &late))
			return error_set(e, "no TLS handshake: %.100s; is this the port "
					 "of tls-port in redis.conf?", late.text);
	}
}

bool
link_init(struct link *l, const struct target *t, uint64_t deadline_us,
	  struct error *e)
{
	struct endpoint a;

	*l = (struct link){ .fd = -1, .read_wants = POLLIN, .write_wants = POLLOUT };
	if (!endpoint_parse(t->address, &a, e) ||
	    (t->ca_file != NULL && (l->tls = tls_new(t, &a, e)) == NULL)) {
		l->is_lasting = true;
		return false;
	}
	l->fd = socket(a.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return error_set(e, "socket: %s", strerror(errno));
	if (!connect_socket(l->fd, &a, deadline_us, e))
		return false;
	if (l->tls == NULL)
		return true;
	tls_begin(l->tls, l->fd);
	return shake_hands(l, deadline_us, e);
}

void
link_fini(struct link *l)
{
	tls_free(l->tls);
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct link){ .fd = -1 };
}

bool
link_wait(const struct link *l, bool is_writing, uint64_t deadline_us,
	  struct error *e)
{
	short wants = l->read_wants;

	if (l->tls != NULL && tls_has_read(l->tls))
		return true;
	if (is_writing)
		wants = (short)(wants | l->write_wants);
	return wait_ready(l->fd, wants, deadline_us, e);
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
of_tls(struct link *l, enum tls_result r)
{
	l->is_lasting = r == TLS_LASTING;
	return r == TLS_DONE || r == TLS_WAIT;
}

bool
link_send(struct link *l, const void *p, size_t len, size_t *n,
	  struct error *e)
{
	ssize_t sent;

	*n = 0;
	if (l->tls != NULL)
		return of_tls(l, tls_write(l->tls, p, len, n, &l->write_wants, e));
	sent = send(l->fd, p, len, MSG_NOSIGNAL);
	if (sent < 0)
		return is_transient(e);
	*n = (size_t)sent;
	return true;
}

bool
link_recv(struct link *l, void *p, size_t size, size_t *n, struct error *e)
{
	ssize_t got;

	*n = 0;
	if (l->tls != NULL)
		return of_tls(l, tls_read(l->tls, p, size, n, &l->read_wants, e));
	got = recv(l->fd, p, size, 0);
	if (got < 0)
		return is_transient(e);
	if (got == 0)
		return error_set(e, "Redis closed the connection");
	*n = (size_t)got;
	return true;
}
