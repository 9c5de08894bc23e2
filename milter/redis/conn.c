/*
 * conn.c - one connection to Redis; the only file that knows hiredis.
 *
 * Of hiredis we use what formats a command and what reads a reply. The socket
 * is ours (link.h): then one deadline covers everything, a reply is bounded, and
 * hiredis 0.14 and 1.x are alike.
 */
#include "conn.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "link.h"
#include "login.h"
#include "trouble.h"

#define ARGS_MAX 64			/* of a command: take.lua needs 55 */
#define REPLIES_LEN_MAX (32u << 20)	/* bytes of one exchange */
#define ELEMENTS_MAX (1 << 20)		/* of an array */
#define DEPTH_MAX 7			/* of arrays in arrays */

#if HIREDIS_MAJOR == 0
#define COUNT int
#else
#define COUNT size_t
#endif

struct conn {
	struct link link;
	redisReader *reader;
	const redisReplyObjectFunctions *usual;
	redisReplyObjectFunctions bounded;
	char in[16384];			/* what came: a TLS record at most */
	char *out;			/* not yet sent: out[sent..len) */
	size_t sent, len, size;
};

static bool
fail_to(const char *what, const char *address, const struct error *why,
	struct error *e)
{
	return error_set(e, "cannot %s Redis at %s: %.400s", what, address, why->text);
}

/* hiredis has room for all elements as soon as it reads how many there will be,
 * which ten bytes can say of any number. */
static void *
make_array(const redisReadTask *task, COUNT n)
{
	const struct conn *c = task->privdata;
	unsigned depth = 0;

	for (const redisReadTask *up = task; up != NULL; up = up->parent)
		depth++;
	if (n > ELEMENTS_MAX || depth > DEPTH_MAX)
		return NULL;
	return c->usual->createArray(task, n);
}

static bool
make_reader(struct conn *c)
{
	c->reader = redisReaderCreate();
	if (c->reader == NULL)
		return false;
	c->usual = c->reader->fn;
	c->bounded = *c->usual;
	c->bounded.createArray = make_array;
	c->reader->fn = &c->bounded;
	c->reader->privdata = c;
	return true;
}

static bool
begin(struct conn *c, const struct target *t, uint64_t deadline_us,
      bool *is_lasting, struct error *e)
{
	struct error why = { "out of memory" };

	if (!make_reader(c) || !link_init(&c->link, t, deadline_us, &why))
		fail_to("connect to", t->address, &why, e);
	else if (login(c, t, deadline_us, is_lasting, &why))
		return true;
	else
		fail_to("log in to", t->address, &why, e);
	*is_lasting |= c->link.is_lasting;
	return false;
}

struct conn *
conn_try(const struct target *t, uint64_t deadline_us, bool *is_lasting,
	 struct error *e)
{
	struct conn *c = calloc(1, sizeof(*c));

	*is_lasting = false;
	if (c == NULL) {
		error_set(e, "out of memory");
		return NULL;
	}
	c->link.fd = -1;
	if (begin(c, t, deadline_us, is_lasting, e))
		return c;
	conn_close(c);
	return NULL;
}

struct conn *
conn_open(const struct target *t, uint64_t deadline_us, struct error *e)
{
	bool is_lasting;

	return conn_try(t, deadline_us, &is_lasting, e);
}

void
conn_wipe(struct conn *c)
{
	if (c->out != NULL)
		explicit_bzero(c->out, c->size);
}

void
conn_close(struct conn *c)
{
	if (c == NULL)
		return;
	link_fini(&c->link);
	if (c->reader != NULL)
		redisReaderFree(c->reader);
	conn_wipe(c);
	free(c->out);
	free(c);
}

/* What is queued may be a password: no copy of it stays. */
static bool
add_out(struct conn *c, const char *text, size_t len)
{
	if (c->len + len > c->size) {
		size_t size = 2 * (c->len + len);
		char *out = malloc(size);

		if (out == NULL)
			return false;
		if (c->len > 0)
			memcpy(out, c->out, c->len);
		conn_wipe(c);
		free(c->out);
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
	explicit_bzero(text, (size_t)text_len);
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

static bool
push(struct conn *c, struct error *e)
{
	size_t n;

	if (c->len == 0)
		return true;
	if (!link_send(&c->link, c->out + c->sent, c->len - c->sent, &n, e))
		return false;
	c->sent += n;
	if (c->sent == c->len)
		c->sent = c->len = 0;
	return true;
}

static bool
pull(struct conn *c, size_t *n, size_t *total, struct error *e)
{
	if (!link_recv(&c->link, c->in, sizeof(c->in), n, e))
		return false;
	*total += *n;
	if (*total > REPLIES_LEN_MAX)
		return error_set(e, "a reply of Redis is too long");
	return *n == 0 || redisReaderFeed(c->reader, c->in, *n) == REDIS_OK ||
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
	size_t got = 0, total = 0, came = 0;

	while (got < n) {
		if (!push(c, e) ||
		    (came == 0 && !link_wait(&c->link, c->len > 0, deadline_us, e)) ||
		    !pull(c, &came, &total, e) || !collect(c, reply, &got, n, e)) {
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
	return trouble_say(inside(r)->str, e);
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
