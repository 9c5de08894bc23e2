/*
 * conn.c - one connection to Redis; the only file that knows hiredis.
 *
 * Of hiredis we use what formats a command and what reads a reply. The socket
 * is ours: then one deadline covers everything, a reply is bounded, a
 * closed peer raises no SIGPIPE, and hiredis 0.14 and 1.x are alike.
 */
#include "conn.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "../clock.h"
#include "endpoint.h"

#define ARGS_MAX 64			/* of a command: take.lua needs 55 */
#define REPLIES_LEN_MAX (32u << 20)	/* bytes of one exchange */

struct conn {
	int fd;
	redisReader *reader;
	char *out;			/* not yet sent: out[sent..len) */
	size_t sent, len, size;
};

bool
conn_target_ok(const struct conn_target *t, struct error *e)
{
	struct endpoint a;

	return endpoint_parse(t->address, &a, e);
}

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

struct conn *
conn_open(const struct conn_target *t, uint64_t deadline_us, struct error *e)
{
	struct conn *c = calloc(1, sizeof(*c));
	struct error why = { "out of memory" };
	struct endpoint a;

	if (!endpoint_parse(t->address, &a, e)) {
		free(c);
		return NULL;
	}
	if (c != NULL) {
		c->fd = socket(a.sa.ss_family,
			       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		c->reader = redisReaderCreate();
		if (c->fd < 0)
			error_set(&why, "socket: %s", strerror(errno));
		else if (c->reader != NULL &&
			 connect_socket(c->fd, &a, deadline_us, &why))
			return c;
	}
	conn_close(c);
	error_set(e, "cannot connect to Redis at %s: %.400s", t->address, why.text);
	return NULL;
}

void
conn_close(struct conn *c)
{
	if (c == NULL)
		return;
	if (c->fd >= 0)
		close(c->fd);
	if (c->reader != NULL)
		redisReaderFree(c->reader);
	free(c->out);
	free(c);
}

static bool
add_out(struct conn *c, const char *text, size_t len)
{
	if (c->len + len > c->size) {
		size_t size = 2 * (c->len + len);
		char *out = realloc(c->out, size);

		if (out == NULL)
			return false;
		c->out = out;
		c->size = size;
	}
	memcpy(c->out + c->len, text, len);
	c->len += len;
	return true;
}

bool
conn_append(struct conn *c, const struct conn_arg *arg, size_t n)
{
	const char *argv[ARGS_MAX];
	size_t len[ARGS_MAX];
	char *text = NULL;
	long long text_len;
	bool ok;

	if (n > ARGS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		argv[i] = arg[i].p;
		len[i] = arg[i].len;
	}
	text_len = redisFormatCommandArgv(&text, (int)n, argv, len);
	if (text_len < 0)
		return false;
	ok = add_out(c, text, (size_t)text_len);
	redisFreeCommand(text);
	return ok;
}

static bool
append_list(struct conn *c, va_list ap)
{
	struct conn_arg arg[ARGS_MAX];
	size_t n = 0;

	for (const char *p; (p = va_arg(ap, const char *)) != NULL; n++) {
		if (n == ARGS_MAX)
			return false;
		arg[n] = (struct conn_arg){ p, strlen(p) };
	}
	return conn_append(c, arg, n);
}

bool
conn_append_text(struct conn *c, ...)
{
	va_list ap;
	bool ok;

	va_start(ap, c);
	ok = append_list(c, ap);
	va_end(ap);
	return ok;
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
push(struct conn *c, struct error *e)
{
	ssize_t n = send(c->fd, c->out + c->sent, c->len - c->sent, MSG_NOSIGNAL);

	if (n < 0)
		return is_transient(e);
	c->sent += (size_t)n;
	if (c->sent == c->len)
		c->sent = c->len = 0;
	return true;
}

static bool
pull(struct conn *c, size_t *total, struct error *e)
{
	char buf[16384];
	ssize_t n = recv(c->fd, buf, sizeof(buf), 0);

	if (n < 0)
		return is_transient(e);
	if (n == 0)
		return error_set(e, "Redis closed the connection");
	*total += (size_t)n;
	if (*total > REPLIES_LEN_MAX)
		return error_set(e, "a reply of Redis is too long");
	return redisReaderFeed(c->reader, buf, (size_t)n) == REDIS_OK ||
	       error_set(e, "out of memory");
}

/* Moves the replies that are complete into reply[*got..n). */
static bool
collect(struct conn *c, struct reply **reply, size_t *got, size_t n,
	struct error *e)
{
	while (*got < n) {
		void *r = NULL;

		if (redisReaderGetReply(c->reader, &r) != REDIS_OK)
			return error_set(e, "Redis spoke something else: %s",
					 c->reader->errstr);
		if (r == NULL)
			return true;
		reply[(*got)++] = r;
	}
	/* What was not asked for would be taken for the next answer. */
	return c->reader->pos == c->reader->len ||
	       error_set(e, "Redis answered more than was asked");
}

bool
conn_exchange(struct conn *c, struct reply **reply, size_t n,
	      uint64_t deadline_us, struct error *e)
{
	size_t got = 0, total = 0;

	while (got < n) {
		short events = c->len > 0 ? POLLIN | POLLOUT : POLLIN;

		if (!wait_ready(c->fd, events, deadline_us, e) ||
		    (c->len > 0 && !push(c, e)) || !pull(c, &total, e) ||
		    !collect(c, reply, &got, n, e)) {
			while (got > 0)
				reply_free(reply[--got]);
			return false;
		}
	}
	return true;
}

struct reply *
conn_ask(struct conn *c, uint64_t deadline_us, struct error *e, ...)
{
	struct reply *r = NULL;
	va_list ap;
	bool ok;

	va_start(ap, e);
	ok = append_list(c, ap);
	va_end(ap);
	if (!ok)
		error_set(e, "out of memory");
	else if (conn_exchange(c, &r, 1, deadline_us, e))
		return r;
	return NULL;
}

static const redisReply *
inside(const struct reply *r)
{
	return (const redisReply *)(const void *)r;
}

bool
reply_unexpected(const struct reply *r, struct error *e)
{
	if (inside(r)->type != REDIS_REPLY_ERROR)
		return error_set(e, "Redis sent a reply of the wrong kind");
	return error_set(e, "Redis: %.400s", inside(r)->str);
}

void
reply_free(struct reply *r)
{
	if (r != NULL)
		freeReplyObject(r);
}

enum reply_type
reply_type(const struct reply *r)
{
	switch (inside(r)->type) {
	case REDIS_REPLY_NIL: return REPLY_NIL;
	case REDIS_REPLY_INTEGER: return REPLY_INTEGER;
	case REDIS_REPLY_STATUS:
	case REDIS_REPLY_STRING: return REPLY_TEXT;
	case REDIS_REPLY_ERROR: return REPLY_ERROR;
	case REDIS_REPLY_ARRAY: return REPLY_ARRAY;
	default: return REPLY_OTHER;
	}
}

int64_t
reply_integer(const struct reply *r)
{
	return inside(r)->integer;
}

const char *
reply_text(const struct reply *r, size_t *len)
{
	*len = inside(r)->len;
	return inside(r)->str;
}

size_t
reply_count(const struct reply *r)
{
	return inside(r)->elements;
}

const struct reply *
reply_at(const struct reply *r, size_t i)
{
	return (const struct reply *)(const void *)inside(r)->element[i];
}
