/*
 * server.h - one private Redis for all tests of a program.
 */
#ifndef TESTS_SERVER_H
#define TESTS_SERVER_H

#include "private_redis.h"

static struct private_redis server;

/* A group's setup and teardown. */
static inline int
server_start(void **state)
{
	(void)state;
	private_redis_init(&server);
	return 0;
}

static inline int
server_stop(void **state)
{
	(void)state;
	private_redis_fini(&server);
	return 0;
}

#endif
