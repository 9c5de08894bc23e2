/*
 * private_redis.c - a Redis of the test's own, on a socket in a fresh directory.
 */
#include "private_redis.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../milter/clock.h"

#define OPTIONS_MAX 32
#define START_MAX_US 20000000

static void __attribute__((noreturn))
give_up(const char *what, const char *why)
{
	fprintf(stderr, "private redis: %s: %s\n", what, why);
	abort();
}

/* Answers when it has started; the socket file alone is there earlier. */
static void
wait_until_up(struct private_redis *r)
{
	uint64_t until_us = clock_monotonic_us() + START_MAX_US;
	const struct target t = { .address = r->address };
	struct error e = { "" };

	while (clock_monotonic_us() < until_us) {
		struct conn *c = conn_open(&t, until_us, &e);
		struct reply *pong = c == NULL ? NULL :
			conn_ask(c, until_us, &e, "PING", NULL);
		bool is_up = pong != NULL && reply_type(pong) == REPLY_TEXT;

		reply_free(pong);
		conn_close(c);
		if (is_up)
			return;
		poll(NULL, 0, 5);
	}
	give_up("start", e.text);
}

static void
run_server(struct private_redis *r, va_list ap)
{
	char sock[80];
	const char *argv[OPTIONS_MAX + 16] = {
		"redis-server", "--port", "0", "--unixsocket", sock,
		"--save", "", "--appendonly", "no", "--dir", r->dir,
		"--logfile", "redis.log",
	};
	size_t n = 13;
	const char *option;

	snprintf(sock, sizeof(sock), "%s/redis.sock", r->dir);
	while (n < OPTIONS_MAX && (option = va_arg(ap, const char *)) != NULL)
		argv[n++] = option;
	r->pid = fork();
	if (r->pid < 0)
		give_up("fork", "no process");
	if (r->pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

void
private_redis_start(struct private_redis *r, ...)
{
	va_list ap;

	va_start(ap, r);
	run_server(r, ap);
	va_end(ap);
	wait_until_up(r);
}

void
private_redis_init(struct private_redis *r)
{
	memset(r, 0, sizeof(*r));
	snprintf(r->dir, sizeof(r->dir), "/tmp/sluice-redis.XXXXXX");
	if (mkdtemp(r->dir) == NULL)
		give_up("mkdtemp", r->dir);
	snprintf(r->address, sizeof(r->address), "unix:%s/redis.sock", r->dir);
	private_redis_start(r, NULL);
}

void
private_redis_signal(struct private_redis *r, int sig)
{
	int status;

	if (r->pid == 0)
		return;
	kill(r->pid, sig);
	waitpid(r->pid, &status, WUNTRACED | WCONTINUED);
	if (sig == SIGKILL)
		r->pid = 0;
}

/* Redis leaves a few files there and no directory. */
static void
remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;

	while (dir != NULL && (d = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), d->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

void
private_redis_fini(struct private_redis *r)
{
	private_redis_signal(r, SIGKILL);
	remove_dir(r->dir);
}

struct conn *
private_redis_open(const struct private_redis *r)
{
	const struct target t = { .address = r->address };
	struct error e;
	struct conn *c = conn_open(&t, clock_monotonic_us() + START_MAX_US,
				   &e);

	if (c == NULL)
		give_up("connect", e.text);
	return c;
}
