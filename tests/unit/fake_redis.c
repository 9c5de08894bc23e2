/*
 * fake_redis.c - a peer that answers take.lua's calls with whatever it is told.
 */
#include "fake_redis.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ARGS_MAX 64
#define ARG_LEN_MAX 8192
#define DRIP_MS 20

struct command {
	size_t n;
	char arg[ARGS_MAX][64];		/* their beginnings */
};

static bool
read_command(FILE *in, struct command *m)
{
	static _Thread_local char text[ARG_LEN_MAX];
	unsigned n, len;

	if (fscanf(in, "*%u\r\n", &n) != 1 || n > ARGS_MAX)
		return false;
	for (m->n = 0; m->n < n; m->n++) {
		if (fscanf(in, "$%u", &len) != 1 || len >= sizeof(text) ||
		    fread(text, 1, 2, in) != 2 || fread(text, 1, len, in) != len)
			return false;
		text[len] = '\0';
		snprintf(m->arg[m->n], sizeof(m->arg[m->n]), "%.63s", text);
		if (fread(text, 1, 2, in) != 2)
			return false;
	}
	return true;
}

/* The array of words as the protocol has it. */
static void
encode(const char *words, const char *nonce, char *out, size_t size)
{
	char copy[256], body[2048] = "", *rest = NULL;
	size_t n = 0, len = 0;

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *w = strtok_r(copy, " ", &rest); w != NULL;
	     w = strtok_r(NULL, " ", &rest), n++) {
		char *at = body + len;
		size_t room = sizeof(body) - len;

		if (strcmp(w, "@") == 0)
			snprintf(at, room, "$%zu\r\n%s\r\n", strlen(nonce), nonce);
		else if (strcmp(w, "N") == 0)
			snprintf(at, room, ":%lld\r\n", (long long)FAKE_NOW_US);
		else if (strspn(w, "-0123456789") == strlen(w))
			snprintf(at, room, ":%s\r\n", w);
		else
			snprintf(at, room, "$%zu\r\n%s\r\n", strlen(w), w);
		len += strlen(at);
	}
	snprintf(out, size, "*%zu\r\n%s", n, body);
}

static bool
send_all(int fd, const char *text)
{
	ssize_t len = (ssize_t)strlen(text);

	return send(fd, text, (size_t)len, MSG_NOSIGNAL) == len;
}

static bool
drip(int fd, const char *text)
{
	for (; *text != '\0'; text++) {
		if (send(fd, text, 1, MSG_NOSIGNAL) != 1)
			return false;
		poll(NULL, 0, DRIP_MS);
	}
	return true;
}

static bool
send_reply(int fd, const char *reply, const char *nonce)
{
	char text[4096];
	size_t len;

	switch (*reply) {
	case '~':
		return false;
	case '!':
		return send_all(fd, reply + 1);
	case '%':
		encode(reply + 1, nonce, text, sizeof(text));
		return drip(fd, text);
	case '+':
		encode(reply + 1, nonce, text, sizeof(text));
		len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "+OK\r\n");
		return send_all(fd, text);
	default:
		encode(reply, nonce, text, sizeof(text));
		return send_all(fd, text);
	}
}

static bool
answer(struct fake_redis *f, int fd, const struct command *m, bool *is_greeted)
{
	const char *reply = FAKE_GOOD;
	unsigned keys;

	if (strcmp(m->arg[0], "SCRIPT") == 0)
		return send_all(fd, "$40\r\n0123456789012345678901234567890123456789"
				"\r\n");
	if (strcmp(m->arg[0], "EVALSHA") != 0)
		return send_all(fd, "+OK\r\n");
	keys = (unsigned)strtoul(m->arg[2], NULL, 10);
	if (!*is_greeted)
		reply = "@ stale N";
	else if (f->n < FAKE_REPLIES_MAX && f->reply[f->n] != NULL) {
		f->deadline_us[f->n] = strtoull(m->arg[3 + keys + 2], NULL, 10);
		reply = f->reply[f->n++];
	}
	*is_greeted = true;
	return send_reply(fd, reply, m->arg[3 + keys]);
}

static void *
serve(void *arg)
{
	struct fake_redis *f = arg;
	int fd;

	while ((fd = accept(f->fd, NULL, NULL)) >= 0) {
		FILE *in = fdopen(fd, "r");
		bool is_greeted = false;
		struct command m;

		while (in != NULL && read_command(in, &m) &&
		       answer(f, fd, &m, &is_greeted))
			;
		if (in != NULL)
			fclose(in);
	}
	return NULL;
}

void
fake_redis_init(struct fake_redis *f, const char *const *reply)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	memset(f, 0, sizeof(*f));
	snprintf(f->dir, sizeof(f->dir), "/tmp/sluice-fake.XXXXXX");
	f->reply = reply;
	f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (f->fd < 0 || mkdtemp(f->dir) == NULL)
		abort();
	snprintf(f->address, sizeof(f->address), "unix:%s/sock", f->dir);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/sock", f->dir);
	if (bind(f->fd, (struct sockaddr *)&un, sizeof(un)) < 0 ||
	    listen(f->fd, 5) < 0 ||
	    pthread_create(&f->thread, NULL, serve, f) != 0)
		abort();
}

void
fake_redis_fini(struct fake_redis *f)
{
	shutdown(f->fd, SHUT_RDWR);
	pthread_join(f->thread, NULL);
	close(f->fd);
	unlink(f->address + strlen("unix:"));
	rmdir(f->dir);
}
