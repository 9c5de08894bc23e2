/*
 * log.c - one line per event, to stderr or syslog.
 */
#include "log.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/* What poll(2) calls writable takes so much without waiting, pipe(7). */
#define LINE_MAX_LEN PIPE_BUF

static bool to_syslog;
static enum log_level limit = LOG_LEVEL_INFO;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long lost;	/* lines that nobody took, since the last one */

static const int priority[] = {
	[LOG_LEVEL_ERROR] = LOG_ERR,
	[LOG_LEVEL_WARNING] = LOG_WARNING,
	[LOG_LEVEL_INFO] = LOG_INFO,
	[LOG_LEVEL_DEBUG] = LOG_DEBUG,
};

void
log_open(const char *program, bool is_syslog, enum log_level level)
{
	to_syslog = is_syslog;
	limit = level;
	if (is_syslog)
		openlog(program, LOG_PID, LOG_MAIL);
}

bool
log_wants(enum log_level level)
{
	return level <= limit;
}

static bool
put_bytes(const char *line, size_t len)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0 &&
	       write(STDERR_FILENO, line, len) == (ssize_t)len;
}

/* A reader that has stopped reading must not stop mail: his line is dropped,
 * and he is told how many when he comes back. */
static void
put_or_drop(const char *line, size_t len)
{
	char told[64];
	int n;

	pthread_mutex_lock(&lock);
	if (lost > 0) {
		n = snprintf(told, sizeof(told), "<%d>log-lost lines=%lu\n",
			     LOG_WARNING, lost);
		if (put_bytes(told, (size_t)n))
			lost = 0;
	}
	if (lost > 0 || !put_bytes(line, len))
		lost++;
	pthread_mutex_unlock(&lock);
}

/* One write per line, so that lines of several threads do not mix. The "<N>"
 * in front is the priority as journald reads it from stderr, sd-daemon(3). */
static void __attribute__((format(printf, 2, 0)))
put_line(enum log_level level, const char *fmt, va_list ap)
{
	char line[LINE_MAX_LEN];
	int n, body;

	if (!log_wants(level))
		return;
	if (to_syslog) {
		vsyslog(priority[level], fmt, ap);
		return;
	}
	n = snprintf(line, sizeof(line), "<%d>", priority[level]);
	body = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	if (body < 0)
		return;
	n += body;
	if ((size_t)n > sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	put_or_drop(line, (size_t)n);
}

#define DEFINE(name, level) \
	void \
	name(const char *fmt, ...) \
	{ \
		va_list ap; \
		\
		va_start(ap, fmt); \
		put_line((level), fmt, ap); \
		va_end(ap); \
	}

DEFINE(log_error, LOG_LEVEL_ERROR)
DEFINE(log_warning, LOG_LEVEL_WARNING)
DEFINE(log_info, LOG_LEVEL_INFO)
DEFINE(log_debug, LOG_LEVEL_DEBUG)

static bool
is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c <= ' ' || c > '~' || strchr("\"\\=", c) != NULL)
			return false;
	}
	return len > 0;
}

/* The escaped form of one byte; at most four bytes. */
static size_t
escape(unsigned char c, char out[5])
{
	if (c == '"' || c == '\\') {
		out[0] = '\\';
		out[1] = (char)c;
		return 2;
	}
	if (c >= ' ' && c <= '~') {
		out[0] = (char)c;
		return 1;
	}
	return (size_t)snprintf(out, 5, "\\x%02x", c);
}

const char *
log_value(const char *text, size_t len, char *out, size_t size)
{
	size_t n = 0;

	if (is_plain(text, len) && len < size) {
		memcpy(out, text, len);
		out[len] = '\0';
		return out;
	}
	if (size < 3) {
		if (size > 0)
			out[0] = '\0';
		return out;
	}
	out[n++] = '"';
	for (size_t i = 0; i < len; i++) {
		char piece[5];
		size_t k = escape((unsigned char)text[i], piece);

		if (n + k + 2 > size)
			break;
		memcpy(out + n, piece, k);
		n += k;
	}
	out[n++] = '"';
	out[n] = '\0';
	return out;
}
