/*
 * wire.c - a socket to a milter, and the packets that go over it.
 */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define REPLY_MAX (1U << 20)

bool
wire_fail(struct wire *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->why, sizeof(w->why), fmt, ap);
	va_end(ap);
	return false;
}

static bool
unix_target(struct wire_target *t, const char *path)
{
	size_t len = strlen(path);

	if (len >= sizeof(t->addr.un.sun_path))
		return false;
	t->addr.un.sun_family = AF_UNIX;
	memcpy(t->addr.un.sun_path, path, len + 1);
	t->len = sizeof(t->addr.un);
	return true;
}

bool
wire_target(struct wire_target *t, const char *spec)
{
	char host[64] = "127.0.0.1";
	unsigned port = 0;

	memset(t, 0, sizeof(*t));
	if (strncmp(spec, "unix:", 5) == 0 || strncmp(spec, "local:", 6) == 0)
		spec = strchr(spec, ':') + 1;
	if (*spec == '/')
		return unix_target(t, spec);
	if (sscanf(spec, "inet:%u@%63s", &port, host) < 1 &&
	    sscanf(spec, "%63[^:]:%u", host, &port) != 2)
		return false;
	t->addr.in.sin_family = AF_INET;
	t->addr.in.sin_port = htons((uint16_t)port);
	t->len = sizeof(t->addr.in);
	return port > 0 && port <= UINT16_MAX &&
		inet_pton(AF_INET, strcmp(host, "localhost") == 0 ?
			  "127.0.0.1" : host, &t->addr.in.sin_addr) == 1;
}

bool
wire_dial(struct wire *w, const struct wire_target *t, double timeout_s)
{
	struct timeval tv = { .tv_sec = (time_t)timeout_s };
	int one = 1;

	tv.tv_usec = (suseconds_t)((timeout_s - (double)tv.tv_sec) * 1e6);
	w->stage = 'O';
	w->out_len = w->in_pos = w->in_len = 0;
	w->fd = socket(t->addr.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (w->fd < 0)
		return wire_fail(w, "socket: %s", strerror(errno));
	setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(w->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (t->addr.any.sa_family == AF_INET)
		setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(w->fd, &t->addr.any, t->len) == 0)
		return true;
	wire_fail(w, "connect: %s", strerror(errno));
	wire_close(w);
	return false;
}

void
wire_close(struct wire *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

bool
wire_flush(struct wire *w)
{
	size_t off = 0;

	while (off < w->out_len) {
		ssize_t n = send(w->fd, w->out + off, w->out_len - off,
				 MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return wire_fail(w, "write at %c: %s", w->stage,
					 strerror(errno));
		off += (size_t)n;
	}
	w->out_len = 0;
	return true;
}

bool
wire_put(struct wire *w, char cmd, const void *data, size_t len)
{
	uint32_t be = htonl((uint32_t)(len + 1));
	size_t need = sizeof(be) + 1 + len;

	if (need > sizeof(w->out))
		return wire_fail(w, "packet too long");
	if (w->out_len + need > sizeof(w->out) && !wire_flush(w))
		return false;
	memcpy(w->out + w->out_len, &be, sizeof(be));
	w->out[w->out_len + sizeof(be)] = (unsigned char)cmd;
	if (len > 0)
		memcpy(w->out + w->out_len + sizeof(be) + 1, data, len);
	w->out_len += need;
	return true;
}

bool
wire_put_strings(struct wire *w, char cmd, int first, ...)
{
	char buf[2048];
	size_t len = 0;
	const char *s;
	bool fits = true;
	va_list ap;

	if (first != 0)
		buf[len++] = (char)first;
	va_start(ap, first);
	while (fits && (s = va_arg(ap, const char *)) != NULL) {
		size_t n = strlen(s) + 1;

		fits = len + n <= sizeof(buf);
		if (fits)
			memcpy(buf + len, s, n);
		len += n;
	}
	va_end(ap);
	return fits ? wire_put(w, cmd, buf, len) :
		wire_fail(w, "string too long");
}

static bool
fill(struct wire *w)
{
	ssize_t n;

	do {
		n = recv(w->fd, w->in, sizeof(w->in), 0);
	} while (n < 0 && errno == EINTR);
	if (n == 0)
		return wire_fail(w, "closed at %c", w->stage);
	if (n < 0 && errno == EAGAIN)
		return wire_fail(w, "timeout at %c", w->stage);
	if (n < 0)
		return wire_fail(w, "read at %c: %s", w->stage,
				 strerror(errno));
	w->in_pos = 0;
	w->in_len = (size_t)n;
	return true;
}

/* buf may be NULL: the bytes are dropped. */
static bool
get(struct wire *w, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t n = w->in_len - w->in_pos;

		if (n == 0) {
			if (!fill(w))
				return false;
			continue;
		}
		if (n > len - done)
			n = len - done;
		if (buf != NULL)
			memcpy((char *)buf + done, w->in + w->in_pos, n);
		w->in_pos += n;
		done += n;
	}
	return true;
}

bool
wire_read(struct wire *w, char *cmd, char *data, size_t size, size_t *len)
{
	uint32_t n;

	if (!get(w, &n, sizeof(n)))
		return false;
	n = ntohl(n);
	if (n < 1 || n > REPLY_MAX)
		return wire_fail(w, "bad reply length %u at %c", n, w->stage);
	n--;
	*len = n < size ? n : size;
	return get(w, cmd, 1) && get(w, data, *len) && get(w, NULL, n - *len);
}
