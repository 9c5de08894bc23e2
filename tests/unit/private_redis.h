/*
 * private_redis.h - a Redis of the test's own, on a socket in a fresh directory.
 *
 * It dies with the test. Whatever goes wrong ends the test program: a missing
 * redis-server is a failure.
 */
#ifndef TESTS_PRIVATE_REDIS_H
#define TESTS_PRIVATE_REDIS_H

#include <sys/types.h>

#include "../../milter/redis/conn.h"

struct private_redis {
	char dir[64];
	char address[80];		/* for conn_open */
	pid_t pid;			/* 0: not running */
};

/* Makes the directory and starts the server. */
void private_redis_init(struct private_redis *r);
void private_redis_fini(struct private_redis *r);

/* Starts the server again, empty, with more of its options, ended by NULL. */
void private_redis_start(struct private_redis *r, ...) __attribute__((sentinel));

/* SIGKILL ends it, SIGSTOP and SIGCONT return when it has obeyed. */
void private_redis_signal(struct private_redis *r, int sig);

/* A connection, to be closed. */
struct conn *private_redis_open(const struct private_redis *r);

#endif
